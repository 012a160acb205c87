// /v1/writebacks and /v1/lanes: what each system must show, every attempt at it, and what people decide about it.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { encodeCursor } from '../../core/cursor.ts';
import type { Context } from '../../services/context.ts';
import { type WritebackView, writebackView } from '../../services/reports/timeline-entries.ts';
import { holdLanes, releaseLanes } from '../../services/settling/hold-lanes.ts';
import {
  type Decided,
  redriveMatching,
  redriveWritebacks,
  waiveWritebacks,
} from '../../services/settling/settle-writebacks.ts';
import { listWritebacks } from '../../store/reports/writeback-lists.ts';
import { attemptsAt, findWriteback } from '../../store/reports/writebacks.ts';
import { askedBy, behind, documentedApp, idSchema, json, jsonBody, positionOf } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import {
  bulkRedriveRequest,
  bulkResult,
  bulkWaiveRequest,
  laneParams,
  laneSchema,
  redriveRequest,
  waiveRequest,
  writebackPage,
  writebackQuery,
  writebackSchema,
} from './writeback-schemas.ts';

const params = z.object({ id: idSchema('wrb') });

export function writebackRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  registerReading(app, context, access);
  registerBulk(app, context, access);
  registerDecisions(app, context, access);
  registerLanes(app, context, access);
  return app;
}

function registerReading(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = { method: 'get' as const, ...behind(access, 'writebacks', 'writebacks:read') };
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks',
      operationId: 'listWritebacks',
      request: { query: writebackQuery },
      responses: {
        200: json(
          writebackPage,
          'The latest first; waiting ones as they come due. A page may be short and still have a next one',
        ),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { after, limit, olderThanMs, ...filter } = request.req.valid('query');
      const { rows, next } = await listWritebacks(context.database.reports, {
        ...filter,
        ageMinMs: olderThanMs,
        after: positionOf(after),
        rowsMax: limit,
      });
      const items = rows.map((row) => withoutAttempts(writebackView(row, [])));
      return request.json({ items, next: next === null ? null : encodeCursor(next) }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks/{id}',
      operationId: 'getWriteback',
      request: { params },
      responses: { 200: json(writebackSchema, 'With every attempt'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const view = await find(context, id);
      return view ? request.json(view, 200) : (unknown(request, id) as never);
    },
  );
}

function registerDecisions(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = { method: 'post' as const, ...behind(access, 'writebacks', 'writebacks:manage') };
  const responses = { 200: json(writebackSchema, 'Decided'), ...problemResponses };
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks/{id}/redrive',
      operationId: 'redriveWriteback',
      request: { params, body: jsonBody(redriveRequest, 'Why') },
      responses,
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const [decided] = await redriveWritebacks(context, [id], { ...request.req.valid('json'), ...askedBy(request) });
      return decided?.kind === 'done'
        ? request.json(await mustFind(context, id), 200)
        : (refuse(request, id, decided) as never);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks/{id}/waive',
      operationId: 'waiveWriteback',
      request: { params, body: jsonBody(waiveRequest, 'Why') },
      responses,
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const [decided] = await waiveWritebacks(context, [id], { ...request.req.valid('json'), ...askedBy(request) });
      return decided?.kind === 'done'
        ? request.json(await mustFind(context, id), 200)
        : (refuse(request, id, decided) as never);
    },
  );
}

function registerBulk(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = { method: 'post' as const, ...behind(access, 'writebacks', 'writebacks:manage') };
  const responses = { 200: json(bulkResult, 'One result per writeback'), ...problemResponses };
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks/redrive',
      operationId: 'redriveWritebacks',
      request: { body: jsonBody(bulkRedriveRequest, 'Which, and why') },
      responses,
    }),
    async (request) => {
      const { ids, filter, reason, force } = request.req.valid('json');
      const decision = { reason, force, ...askedBy(request) };
      const { results, more } = ids
        ? { results: await redriveWritebacks(context, ids, decision), more: false }
        : await redriveMatching(context, filter ?? {}, decision);
      return request.json({ results, done: doneOf(results), more }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      path: '/v1/writebacks/waive',
      operationId: 'waiveWritebacks',
      request: { body: jsonBody(bulkWaiveRequest, 'Which, and why') },
      responses,
    }),
    async (request) => {
      const { ids, reason } = request.req.valid('json');
      const results = await waiveWritebacks(context, ids, { reason, ...askedBy(request) });
      return request.json({ results, done: doneOf(results), more: false }, 200);
    },
  );
}

function registerLanes(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = { method: 'post' as const, ...behind(access, 'writebacks', 'writebacks:manage') };
  const responses = { 200: json(laneSchema, 'The lane'), ...problemResponses };
  for (const [verb, carryOut] of [
    ['hold', holdLanes],
    ['release', releaseLanes],
  ] as const) {
    app.openapi(
      createRoute({
        ...shared,
        path: `/v1/lanes/{subject}/{connection}/${verb}` as const,
        operationId: `${verb}Lane`,
        request: { params: laneParams, body: jsonBody(waiveRequest, 'Why') },
        responses,
      }),
      async (request) => {
        const lane = request.req.valid('param');
        const [decided] = await carryOut(context, [lane], { ...request.req.valid('json'), ...askedBy(request) });
        if (!decided || decided.kind === 'unknown')
          return problem(request, 404, {
            code: 'no_such_lane',
            detail: `There is no subject ${lane.subject}, or no connection "${lane.connection}"`,
          }) as never;
        if (decided.kind !== 'done')
          return problem(request, 409, {
            code: decided.kind,
            detail: decided.held === null ? 'The lane is not held' : `The lane is held: ${decided.held}`,
          }) as never;
        const { subject, connection, held, inFlight } = decided;
        return request.json({ subject, connection, held, inFlight }, 200);
      },
    );
  }
}

async function find(context: Context, id: string): Promise<WritebackView | undefined> {
  const db = context.database.reports;
  const row = await findWriteback(db, id);
  return row ? writebackView(row, await attemptsAt(db, [id])) : undefined;
}

async function mustFind(context: Context, id: string): Promise<WritebackView> {
  const view = await find(context, id);
  if (!view) throw new Error(`The writeback ${id} was just decided and is not there. This is a bug in Interlock.`);
  return view;
}

const withoutAttempts = ({ attempts: _attempts, ...rest }: WritebackView) => rest;
const doneOf = (results: readonly Decided[]): number => results.filter((one) => one.kind === 'done').length;
const unknown = (request: Answering, id: string): Response =>
  problem(request, 404, { code: 'no_such_writeback', detail: `There is no writeback ${id}` });

function refuse(request: Answering, id: string, decided: Decided | undefined): Response {
  if (!decided || decided.kind === 'unknown') return unknown(request, id);
  return problem(request, 409, {
    code: decided.kind,
    detail: refusals[decided.kind] ?? 'Not possible now',
    writebackStatus: decided.status,
  });
}

const refusals: Readonly<Record<string, string>> = {
  not_dead: 'Only a dead writeback can be redriven; this one is not dead',
  settled: 'The writeback has ended already',
  in_flight: 'The writeback is on its way; when its attempt has ended it can be waived',
  overtaken: 'The system has moved on by itself since; writing this would push it back. Waive it instead',
  connection_removed: 'The connection was removed; waive the writeback instead',
};
