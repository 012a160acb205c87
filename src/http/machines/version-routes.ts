// /v1/machines/{machine}/versions and below: proposals, signatures, what differs, and history replayed. Signing asks for a person, on the pages.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { approvalFileSchema } from '../../core/access/approval.ts';
import { machineNames } from '../../core/machine/definition.ts';
import { diffMachines } from '../../core/machine/diff.ts';
import type { Context } from '../../services/context.ts';
import { machineFileOf } from '../../services/versions/approval-files.ts';
import { type MachineVersion, readVersion, readVersions } from '../../services/versions/read-versions.ts';
import { replayHistory } from '../../services/versions/replay-history.ts';
import { behind, documentedApp, json } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import { addProposing } from './proposal-route.ts';
import {
  diffSchema,
  replayQuery,
  replaySchema,
  signaturesSchema,
  versionOfMachine,
  viewOf,
} from './version-schemas.ts';

const number = z.string().regex(/^\d{1,6}$/);
const named = z.object({ machine: z.string().max(60) });
const numbered = named.extend({ version: number });

export function versionRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  const reading = behind(access, 'machines', 'machines:read');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/versions',
      operationId: 'listMachineVersions',
      ...reading,
      request: { params: named },
      responses: { 200: json(z.object({ items: z.array(versionOfMachine) }), 'Newest first'), ...problemResponses },
    }),
    async (request) => {
      const { machine } = request.req.valid('param');
      if (!isMachine(machine)) return unknown(request, machine) as never;
      const all = await readVersions(context);
      return request.json({ items: all.filter((one) => one.of.name === machine).map(viewOf) }, 200);
    },
  );
  addProposing(app, context, access);
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/{version}/signatures',
      operationId: 'readVersionSignatures',
      ...reading,
      request: { params: numbered },
      responses: { 200: json(signaturesSchema, 'Who signed, and who is missing'), ...problemResponses },
    }),
    async (request) => {
      const found = await versionAt(context, request.req.valid('param'));
      if (!found) return unknown(request, said(request.req.valid('param'))) as never;
      return request.json(signaturesOf(found), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/{version}/signatures.json',
      operationId: 'readApprovalFile',
      description: '`interlock machine verify-approval` proves it without a database.',
      ...reading,
      request: { params: numbered },
      responses: { 200: json(approvalFileSchema, 'All signatures, with the content'), ...problemResponses },
    }),
    async (request) => {
      const found = await versionAt(context, request.req.valid('param'));
      if (!found) return unknown(request, said(request.req.valid('param'))) as never;
      return request.json(machineFileOf(found), 200);
    },
  );
  addComparing(app, context, access);
  return app;
}

function addComparing(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const reading = behind(access, 'machines', 'machines:read');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/{version}/diff/{other}',
      operationId: 'diffMachineVersions',
      ...reading,
      request: { params: numbered.extend({ other: number }) },
      responses: { 200: json(diffSchema, 'What `version` has that `other` has not'), ...problemResponses },
    }),
    async (request) => {
      const { machine, version, other } = request.req.valid('param');
      const [after, before] = await Promise.all(
        [version, other].map((one) => versionAt(context, { machine, version: one })),
      );
      if (!after || !before) return unknown(request, said({ machine, version: after ? other : version })) as never;
      const { states, transitions, machine: members } = diffMachines(before.machine, after.machine);
      const diff = { before: before.of, after: after.of, states, transitions, machine: members };
      return request.json(diffSchema.parse(diff), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/machines/{machine}/{version}/replay',
      operationId: 'replayHistory',
      description:
        'Every transition on record, decided again by this version, a page of subjects at a time. Changes nothing.',
      ...reading,
      request: { params: numbered, query: replayQuery },
      responses: { 200: json(replaySchema, 'What would have become of them'), ...problemResponses },
    }),
    async (request) => {
      const found = await versionAt(context, request.req.valid('param'));
      if (!found) return unknown(request, said(request.req.valid('param'))) as never;
      const { different, ...page } = await replayHistory(
        context,
        found.machine,
        request.req.valid('query').after ?? '',
      );
      const mayRead = request.get('client').scopes.includes('subjects:read');
      return request.json({ ...page, ...(mayRead ? { different: [...different] } : {}) }, 200);
    },
  );
}

const isMachine = (name: string): boolean => machineNames.some((one) => one === name);
const said = ({ machine, version }: { machine: string; version: string }): string => `${machine} v${version}`;

const versionAt = (
  context: Context,
  { machine, version }: { machine: string; version: string },
): Promise<MachineVersion | null> => readVersion(context, machine, Number(version));

const unknown = (request: Answering, what: string): Response =>
  problem(request, 404, {
    code: 'unknown_machine_version',
    detail: `There is no ${what}. GET /v1/machines lists what runs, GET /v1/machines/{machine}/versions what was proposed too.`,
  });

const signaturesOf = (found: MachineVersion): z.infer<typeof signaturesSchema> => ({
  ...viewOf(found),
  decisions: found.decisions.map(({ party, displayName, decision, reason, decidedAt }) => ({
    party,
    displayName,
    decision,
    reason,
    decidedAt,
  })),
  file: `/v1/machines/${found.of.name}/${found.of.version}/signatures.json`,
});
