// /v1/commands: what a worker outside this process needs, for its own connection alone. Personal data leaves here, so each read is audited.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Connection } from '../../services/connections/connections.ts';
import type { Context } from '../../services/context.ts';
import { fetchProbe, fetchWork } from '../../services/delivery/fetch-work.ts';
import { contracts, workerSetup } from '../../services/delivery/worker-setup.ts';
import { writeAudit } from '../../services/write-audit.ts';
import { askedBy, behind, connectionIdSchema, documentedApp, json } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import { probeSchema, setupSchema, workSchema } from './work-schemas.ts';

const headers = z.object({
  'interlock-contract': z.coerce
    .number()
    .int()
    .optional()
    .describe('The version of the contract the worker speaks; 1 if absent'),
});

export function workRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/commands/{connection}',
      operationId: 'getWorkerSetup',
      ...behind(access, 'workers', 'writebacks:work'),
      request: { params: z.object({ connection: connectionIdSchema }), headers },
      responses: { 200: json(setupSchema, 'What a worker asks before its first command'), ...problemResponses },
    }),
    async (request) => {
      const { connection: name } = request.req.valid('param');
      const contract = request.req.valid('header')['interlock-contract'] ?? 1;
      const found = await servedConnection(context, request, name, contract);
      return found instanceof Response ? (found as never) : request.json(workerSetup(found, contract), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/commands/{connection}/{id}/{attempt}',
      operationId: 'getWork',
      ...behind(access, 'workers', 'writebacks:work'),
      request: {
        params: z.object({
          connection: connectionIdSchema,
          id: z
            .string()
            .max(40)
            .describe('`id` of the command: of a writeback, or of the event or the reading that a probe is for'),
          attempt: z.coerce.number().int().positive().max(2_147_483_647),
        }),
        headers,
      },
      responses: {
        200: json(z.union([workSchema, probeSchema]), 'Everything that the call at the vendor needs'),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { connection: name, id, attempt } = request.req.valid('param');
      const found = await servedConnection(
        context,
        request,
        name,
        request.req.valid('header')['interlock-contract'] ?? 1,
      );
      if (found instanceof Response) return found as never;
      const work = /^(evt|rdg)_/.test(id)
        ? await probeOf(context, found, id, attempt)
        : await fetchWork(context, found, id, attempt);
      if (!work)
        return problem(request, 404, {
          code: 'no_such_work',
          detail:
            'This attempt is over, was never made, or is being written already: it is given away once. Acknowledge the command and take the next.',
        }) as never;
      // Before it leaves: what cannot be put on record is not given away.
      await writeAudit(context.database.engine, {
        ...askedBy(request),
        action: 'work.read',
        objectKind: 'event' in work ? 'event' : 'writeback',
        objectId: id,
        detail: { connection: name, attempt, elements: 'elements' in work ? Object.keys(work.elements) : [] },
      } as Parameters<typeof writeAudit>[1]);
      return request.json(
        'event' in work ? work : { ...work, expectedStates: [...work.expectedStates], elements: { ...work.elements } },
        200,
      );
    },
  );
  return app;
}

/** The connection, when it is the client's own and the contract is one that is served; else the answer that says why not. */
async function servedConnection(
  context: Context,
  request: Answering & { get(name: 'client'): AuthEnv['Variables']['client'] },
  name: string,
  contract: number,
): Promise<Connection | Response> {
  if (request.get('client').connection !== name)
    return problem(request, 403, {
      code: 'not_your_connection',
      detail: `This client may not fetch the work of "${name}".`,
    });
  if (!contracts.includes(contract))
    return problem(request, 400, {
      code: 'unsupported_contract',
      detail: `Version ${contract} of the worker contract is not served here.`,
      served: contracts,
    });
  const connection = (await context.connections.load(context.database.engine)).find((one) => one.id === name);
  return (
    connection ?? problem(request, 404, { code: 'unknown_connection', detail: `The connection "${name}" was removed.` })
  );
}

async function probeOf(
  context: Context,
  connection: Connection,
  event: string,
  attempt: number,
): Promise<z.infer<typeof probeSchema> | null> {
  const parked = await fetchProbe(context, connection, event, attempt);
  return parked ? { event, ref: parked.ref_id } : null;
}
