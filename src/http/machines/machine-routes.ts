// /v1/machines: every released version with its states, owners, SLAs and authorities, and its diagram.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { machineNames } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import type { Context } from '../../services/context.ts';
import { behind, documentedApp } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';

const transitionSchema = z.object({
  event: z.string(),
  to: z.string().nullable().describe('null: back to where it was'),
  description: z.string(),
  causedBy: z.array(z.string()),
  requires: z.array(z.string()),
  guard: z.string().nullable(),
});
const stateSchema = z.object({
  state: z.string(),
  description: z.string(),
  owner: z.string(),
  sla: z.string().nullable(),
  systemOfRecord: z.string(),
  onDivergence: z.string(),
  final: z.boolean(),
  transitions: z.array(transitionSchema),
});
const versionSchema = z
  .object({
    machine: z.string(),
    version: z.number().int(),
    hash: z.string(),
    description: z.string(),
    states: z.array(stateSchema),
    definition: z.record(z.string(), z.unknown()),
    diagram: z.string(),
  })
  .openapi('MachineVersion');

const names = z.object({ machine: z.string(), version: z.string().regex(/^\d{1,6}(\.svg)?$/) });

/** Draws the diagram of a version; handed in, because drawing belongs to the console above. */
export type DrawDiagram = (machine: CompiledMachine) => Promise<string>;

export function machineRoutes(context: Context, access: Access, draw: DrawDiagram): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines',
      operationId: 'listMachines',
      ...behind(access, 'machines', 'machines:read'),
      responses: {
        200: {
          content: {
            'application/json': {
              schema: z.object({
                items: z.array(
                  z.object({
                    machine: z.string(),
                    version: z.number(),
                    hash: z.string(),
                    latest: z.boolean(),
                    href: z.string(),
                  }),
                ),
              }),
            },
          },
          description: 'All released versions',
        },
        ...problemResponses,
      },
    }),
    (request) =>
      request.json(
        {
          items: context.machines.all().map((one) => ({
            machine: one.name,
            version: one.version,
            hash: one.hash,
            latest: context.machines.latest(one.name) === one,
            href: `/v1/machines/${one.name}/${one.version}`,
          })),
        },
        200,
      ),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/{version}',
      operationId: 'getMachine',
      ...behind(access, 'machines', 'machines:read'),
      request: { params: names },
      responses: {
        200: {
          content: { 'application/json': { schema: versionSchema }, 'image/svg+xml': { schema: z.string() } },
          description: 'The version; with `.svg` after the number, its diagram',
        },
        ...problemResponses,
      },
    }),
    async (request) => {
      const { machine: name, version } = request.req.valid('param');
      const known = machineNames.find((one) => one === name);
      const number = Number(version.replace('.svg', ''));
      if (!known || !context.machines.has(known, number)) {
        const released = known
          ? `released versions of ${known}: ${context.machines.versions(known).join(', ')}`
          : `machines: ${machineNames.join(', ')}`;
        return problem(request, 404, {
          code: 'unknown_machine_version',
          detail: `There is no ${name} v${number}; ${released}.`,
        }) as never;
      }
      const machine = context.machines.get(known, number);
      if (version.endsWith('.svg'))
        return request.body(await draw(machine), 200, {
          'content-type': 'image/svg+xml; charset=utf-8',
          etag: `"${machine.hash}"`,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        }) as never;
      return request.json(viewOf(machine), 200);
    },
  );
  return app;
}

function viewOf(machine: CompiledMachine): z.infer<typeof versionSchema> {
  return {
    machine: machine.name,
    version: machine.version,
    hash: machine.hash,
    description: machine.definition.description,
    states: [...machine.leaves.values()].map((leaf) => ({
      state: leaf.path,
      description: leaf.description,
      ...leaf.meta,
      final: leaf.final,
      transitions: (machine.edges.get(leaf.path) ?? []).map((edge) => ({
        event: edge.event,
        to: edge.to,
        description: edge.description,
        causedBy: [...edge.meta.causedBy],
        requires: [...edge.meta.requires],
        guard: edge.guard?.type ?? null,
      })),
    })),
    definition: machine.definition as unknown as Record<string, unknown>,
    diagram: `/v1/machines/${machine.name}/${machine.version}.svg`,
  };
}
