// /v1/connections: adding, changing, pausing and removing accounts of outside systems. Secrets go in and never come out.
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { findAdapter } from '../adapters/registry.ts';
import { machineNames } from '../core/machine-definition.ts';
import { paceOf } from '../services/connections.ts';
import type { Context } from '../services/context.ts';
import {
  addConnection,
  connectionNameSchema,
  type Managed,
  rotateSecrets,
  paceSchema,
  scopeSchema,
  updateConnection,
} from '../services/manage-connections.ts';
import { findConnection, listConnections } from '../store/connections.ts';
import type { ConnectionPace, ConnectionScope } from '../store/schema.ts';
import { type Access, type AuthEnv, requireScope } from './auth.ts';
import { problem, problemResponses } from './problems.ts';

const connectionSchema = z
  .object({
    id: z.string(),
    adapter: z.string(),
    kind: z.string(),
    status: z.string(),
    settings: z.record(z.string(), z.unknown()),
    scope: z.object({
      machines: z.array(z.enum(machineNames)).optional(),
      regions: z.array(z.string()).optional(),
      businessUnits: z.array(z.string()).optional(),
      requisitionTypes: z.array(z.string()).optional(),
    }),
    pace: z.object({ concurrency: z.number(), rate: z.object({ requests: z.number(), perMs: z.number() }).nullable() }),
    webhookUrl: z.string(),
    secrets: z.array(z.string()).describe('Names of the secrets that are set'),
    rotating: z.boolean().describe('Next secrets are accepted beside the current ones'),
    circuit: z.string(),
    circuitReason: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Connection');

const newConnection = z
  .object({
    id: connectionNameSchema,
    adapter: z.string(),
    settings: z.record(z.string(), z.unknown()).default({}),
    scope: scopeSchema.default({}),
    pace: paceSchema.default({}),
    secrets: z.record(z.string(), z.string()).default({}),
  })
  .strict()
  .openapi('NewConnection');

const connectionChange = z
  .object({
    settings: z.record(z.string(), z.unknown()).optional(),
    scope: scopeSchema.optional(),
    pace: paceSchema.optional(),
    status: z.enum(['active', 'paused', 'removed']).optional(),
  })
  .strict()
  .openapi('ConnectionChange');

const rotation = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('next'), secrets: z.record(z.string(), z.string()) }).strict(),
    z.object({ kind: z.literal('promote') }).strict(),
    z.object({ kind: z.literal('drop') }).strict(),
  ])
  .openapi('SecretRotation');

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});
const id = z.object({ id: connectionNameSchema });

export function connectionRoutes(context: Context, access: Access, publicUrl: string): OpenAPIHono<AuthEnv> {
  const app = new OpenAPIHono<AuthEnv>();
  const read = requireScope(access, 'connections:read');
  const manage = requireScope(access, 'connections:manage');
  const view = viewOf(context, publicUrl);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/connections',
      operationId: 'listConnections',
      tags: ['connections'],
      middleware: [read] as const,
      responses: {
        200: json(z.object({ items: z.array(connectionSchema) }), 'All that are not removed'),
        ...problemResponses,
      },
    }),
    async (request) =>
      request.json(
        { items: await Promise.all((await listConnections(context.database.reports)).map((row) => view(row))) },
        200,
      ),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/connections',
      operationId: 'addConnection',
      tags: ['connections'],
      middleware: [manage] as const,
      request: { body: json(newConnection, 'The connection') },
      responses: { 201: json(connectionSchema, 'Added'), ...problemResponses },
    }),
    async (request) => {
      const body = request.req.valid('json');
      const managed = await addConnection(context, actorOf(request.get('client')), {
        ...body,
        scope: body.scope as ConnectionScope,
        pace: body.pace as ConnectionPace,
      });
      return managed.ok ? request.json(await view(await mustFind(context, body.id)), 201) : refuse(request, managed);
    },
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/connections/{id}',
      operationId: 'changeConnection',
      tags: ['connections'],
      middleware: [manage] as const,
      request: { params: id, body: json(connectionChange, 'What changes') },
      responses: { 200: json(connectionSchema, 'Changed'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const body = request.req.valid('json');
      const managed = await updateConnection(context, actorOf(request.get('client')), name, {
        ...body,
        scope: body.scope as ConnectionScope | undefined,
        pace: body.pace as ConnectionPace | undefined,
      });
      return managed.ok ? request.json(await view(await mustFind(context, name)), 200) : refuse(request, managed);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/connections/{id}/secrets',
      operationId: 'rotateSecrets',
      tags: ['connections'],
      middleware: [manage] as const,
      request: { params: id, body: json(rotation, 'One step of a rotation') },
      responses: { 200: json(connectionSchema, 'Done'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const managed = await rotateSecrets(context, actorOf(request.get('client')), name, request.req.valid('json'));
      return managed.ok ? request.json(await view(await mustFind(context, name)), 200) : refuse(request, managed);
    },
  );
  return app;
}

const actorOf = (client: { id: string }) => ({ kind: 'client' as const, id: client.id });

type Row = NonNullable<Awaited<ReturnType<typeof findConnection>>>;

async function mustFind(context: Context, name: string): Promise<Row> {
  const row = await findConnection(context.database.engine, name);
  if (!row) throw new Error(`The connection "${name}" was just written and is not there`);
  return row;
}

const viewOf =
  (context: Context, publicUrl: string) =>
  async (row: Row): Promise<z.infer<typeof connectionSchema>> => ({
    id: row.id,
    adapter: row.adapter,
    kind: findAdapter(row.adapter).kind,
    status: row.status,
    settings: row.settings,
    scope: row.scope as z.infer<typeof connectionSchema>['scope'],
    pace: paceOf(row),
  webhookUrl: `${publicUrl}/hooks/${row.id}`,
    secrets: row.secrets_current ? Object.keys(context.vault.unsealSecrets(row.id, row.secrets_current)) : [],
    rotating: row.secrets_next !== null,
    circuit: row.circuit,
    circuitReason: row.circuit_reason,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  });

function refuse(request: Parameters<typeof problem>[0], managed: Extract<Managed, { ok: false }>) {
  const status = managed.code === 'unknown_connection' ? 404 : managed.code === 'name_taken' ? 409 : 422;
  return problem(request, status, {
    code: managed.code,
    detail: managed.problems.map((one) => `${one.pointer}: ${one.detail}`).join('; '),
    errors: managed.problems.map((one) => ({ ...one, code: managed.code })),
  }) as never;
}
