// /v1/connections: adding, changing, pausing and removing accounts of outside systems. Secrets go in and never come out.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { connectionNameSchema } from '../../services/connections/connection-terms.ts';
import {
  addConnection,
  type Managed,
  rotateSecrets,
  updateConnection,
} from '../../services/connections/manage-connections.ts';
import { type ConnectionView, readConnection, readConnections } from '../../services/connections/read-connections.ts';
import type { Context } from '../../services/context.ts';
import { closeCircuit } from '../../services/settling/close-circuit.ts';
import type { ConnectionPace, ConnectionScope } from '../../store/schema/schema.ts';
import { askedBy, behind, documentedApp, json, jsonBody } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import { circuitClosing, connectionChange, connectionSchema, newConnection, rotation } from './connection-schemas.ts';

const id = z.object({ id: connectionNameSchema });

export function connectionRoutes(context: Context, access: Access, publicUrl: string): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  const answer: Answer = async (id) => shown(await mustRead(context, id), publicUrl);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/connections',
      operationId: 'listConnections',
      ...behind(access, 'connections', 'connections:read'),
      responses: {
        200: json(z.object({ items: z.array(connectionSchema) }), 'All that are not removed'),
        ...problemResponses,
      },
    }),
    async (request) =>
      request.json({ items: (await readConnections(context)).map((one) => shown(one, publicUrl)) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/connections/{id}',
      operationId: 'getConnection',
      ...behind(access, 'connections', 'connections:read'),
      request: { params: id },
      responses: { 200: json(connectionSchema, 'The connection'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const view = await readConnection(context, name);
      if (view) return request.json(shown(view, publicUrl), 200);
      return problem(request, 404, {
        code: 'unknown_connection',
        detail: `There is no connection "${name}".`,
      }) as never;
    },
  );
  addManagement(app, context, access, answer);
  addCircuit(app, context, access, answer);
  return app;
}

type Answer = (id: string) => Promise<z.infer<typeof connectionSchema>>;

function addManagement(app: OpenAPIHono<AuthEnv>, context: Context, access: Access, answer: Answer): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/connections',
      operationId: 'addConnection',
      ...behind(access, 'connections', 'connections:manage'),
      request: { body: jsonBody(newConnection, 'The connection') },
      responses: { 201: json(connectionSchema, 'Added'), ...problemResponses },
    }),
    async (request) => {
      const body = request.req.valid('json');
      const managed = await addConnection(context, actorOf(request.get('client')), {
        ...body,
        scope: body.scope as ConnectionScope,
        pace: body.pace as ConnectionPace,
      });
      return managed.ok ? request.json(await answer(body.id), 201) : refuse(request, managed);
    },
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/connections/{id}',
      operationId: 'changeConnection',
      ...behind(access, 'connections', 'connections:manage'),
      request: { params: id, body: jsonBody(connectionChange, 'What changes') },
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
      return managed.ok ? request.json(await answer(name), 200) : refuse(request, managed);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/connections/{id}/secrets',
      operationId: 'rotateSecrets',
      ...behind(access, 'connections', 'connections:manage'),
      request: { params: id, body: jsonBody(rotation, 'One step of a rotation') },
      responses: { 200: json(connectionSchema, 'Done'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const managed = await rotateSecrets(context, actorOf(request.get('client')), name, request.req.valid('json'));
      return managed.ok ? request.json(await answer(name), 200) : refuse(request, managed);
    },
  );
}

/** An open circuit is tried again by itself; whoever knows that the system is well need not wait for that. */
function addCircuit(app: OpenAPIHono<AuthEnv>, context: Context, access: Access, answer: Answer): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/connections/{id}/close-circuit',
      operationId: 'closeCircuit',
      ...behind(access, 'connections', 'connections:manage'),
      request: { params: id, body: jsonBody(circuitClosing, 'Why') },
      responses: { 200: json(connectionSchema, 'Closed'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const { kind } = await closeCircuit(context, name, { ...request.req.valid('json'), ...askedBy(request) });
      if (kind === 'done') return request.json(await answer(name), 200);
      return problem(request, kind === 'unknown' ? 404 : 409, {
        code: kind === 'unknown' ? 'unknown_connection' : 'circuit_not_open',
        detail: kind === 'unknown' ? `There is no connection "${name}".` : 'The circuit is closed already',
      }) as never;
    },
  );
}

const actorOf = (client: { id: string }) => ({ kind: 'client' as const, id: client.id });

async function mustRead(context: Context, name: string): Promise<ConnectionView> {
  const view = await readConnection(context, name);
  if (!view) throw new Error(`The connection "${name}" was just written and is not there`);
  return view;
}

const shown = (view: ConnectionView, publicUrl: string): z.infer<typeof connectionSchema> => ({
  ...view,
  scope: view.scope as z.infer<typeof connectionSchema>['scope'],
  webhookUrl: `${publicUrl}/hooks/${view.id}`,
});

function refuse(request: Parameters<typeof problem>[0], managed: Extract<Managed, { ok: false }>) {
  const status = managed.code === 'unknown_connection' ? 404 : managed.code === 'name_taken' ? 409 : 422;
  return problem(request, status, {
    code: managed.code,
    detail: managed.problems.map((one) => `${one.pointer}: ${one.detail}`).join('; '),
    errors: managed.problems.map((one) => ({ ...one, code: managed.code })),
  }) as never;
}
