// /v1/waves: how far connections have come, and moving them on, holding them and letting them go on.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { phases } from '../../core/deciding/gates.ts';
import { connectionNameSchema } from '../../services/connections/connection-terms.ts';
import type { Context } from '../../services/context.ts';
import { readWaves, type WaveView } from '../../services/waves/read-waves.ts';
import { changePhase, holdWave, resumeWave, type WaveChanged } from '../../services/waves/waves.ts';
import type { PilotScope } from '../../store/schema/waves.ts';
import { behind, documentedApp, json, jsonBody, reasonSchema } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import { reasonOnly, waveChange, waveSchema } from './wave-schemas.ts';

const id = z.object({ id: connectionNameSchema });

export function waveRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/waves',
      operationId: 'listWaves',
      ...behind(access, 'waves', 'connections:read'),
      responses: { 200: json(z.object({ items: z.array(waveSchema) }), 'Every connection'), ...problemResponses },
    }),
    async (request) => request.json({ items: await readWaves(context) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/waves/{id}/phase',
      operationId: 'changePhase',
      description: `Begins a phase: ${phases.join(', ')}. Forward only through the gates, or with an override and its reason.`,
      ...behind(access, 'waves', 'connections:manage'),
      request: { params: id, body: jsonBody(waveChange, 'The phase') },
      responses: { 200: json(waveSchema, 'Begun'), ...problemResponses },
    }),
    async (request) => {
      const connection = request.req.valid('param').id;
      const { pilot, ...body } = request.req.valid('json');
      const actor = actorOf(request.get('client'));
      const change = { ...body, connection, actor, pilot: pilot as PilotScope | undefined };
      return answer(context, request, connection, await changePhase(context, change));
    },
  );
  addHolding(app, context, access);
  return app;
}

function addHolding(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/waves/{id}/hold',
      operationId: 'holdWave',
      ...behind(access, 'waves', 'connections:manage'),
      request: { params: id, body: jsonBody(reasonOnly, 'Why') },
      responses: { 200: json(waveSchema, 'Held'), ...problemResponses },
    }),
    async (request) => {
      const connection = request.req.valid('param').id;
      const detail = request.req.valid('json').reason;
      const hold = { connection, gate: 'person', detail, actor: actorOf(request.get('client')) };
      return answer(context, request, connection, await holdWave(context, hold));
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/waves/{id}/resume',
      operationId: 'resumeWave',
      ...behind(access, 'waves', 'connections:manage'),
      request: { params: id, body: jsonBody(z.object({ reason: reasonSchema }).strict(), 'Why') },
      responses: { 200: json(waveSchema, 'It writes again'), ...problemResponses },
    }),
    async (request) => {
      const connection = request.req.valid('param').id;
      const { reason } = request.req.valid('json');
      const actor = actorOf(request.get('client'));
      return answer(context, request, connection, await resumeWave(context, { connection, reason, actor }));
    },
  );
}

const actorOf = (client: { id: string }) => ({ kind: 'client' as const, id: client.id });

async function answer(
  context: Context,
  request: Parameters<typeof problem>[0] & { json(body: WaveView, status: 200): unknown },
  connection: string,
  result: WaveChanged,
) {
  if (result.ok) {
    const view = (await readWaves(context)).find((one) => one.connection === connection);
    if (view) return request.json(view, 200) as never;
  }
  const code = result.ok ? 'unknown_connection' : result.code;
  const status = code === 'unknown_connection' ? 404 : code === 'invalid_terms' ? 422 : 409;
  const detail = !result.ok && 'detail' in result ? result.detail : `There is no connection "${connection}".`;
  const gates = !result.ok && result.code === 'gate_not_passed' ? { gates: result.gates } : {};
  return problem(request, status, { code, detail, ...gates }) as never;
}
