// /v1/persons: find, export, hold and erase a person; /v1/retention: who is due for it.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from '../../services/context.ts';
import { erasePerson } from '../../services/persons/erase-person.ts';
import { exportPerson } from '../../services/persons/export-person.ts';
import { findByEmail, personView, readPerson } from '../../services/persons/find-persons.ts';
import { type Held, holdPerson, releasePerson } from '../../services/persons/hold-person.ts';
import { findDue } from '../../services/persons/keep-retention.ts';
import { askedBy, behind, documentedApp, json, jsonBody } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import {
  dueList,
  dueQuery,
  erasureRequest,
  erasureResult,
  exportSchema,
  findRequest,
  holdRequest,
  personList,
  personParams,
  personSchema,
  releaseQuery,
} from './person-schemas.ts';

export function personRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  registerReading(app, context, access);
  registerExport(app, context, access);
  registerHolds(app, context, access);
  registerErasure(app, context, access);
  return app;
}

function registerReading(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = behind(access, 'persons', 'persons:read');
  app.openapi(
    createRoute({
      ...shared,
      method: 'post',
      path: '/v1/persons/find',
      operationId: 'findPersons',
      request: { body: jsonBody(findRequest, 'An address they gave') },
      responses: { 200: json(personList, 'Everybody who gave it: one human may be several'), ...problemResponses },
    }),
    async (request) =>
      request.json({ items: await findByEmail(context, request.req.valid('json').email, askedBy(request)) }, 200),
  );
  app.openapi(
    createRoute({
      ...shared,
      method: 'get',
      path: '/v1/persons/{id}',
      operationId: 'getPerson',
      request: { params: personParams },
      responses: { 200: json(personSchema, 'Holds and erasure, without any value'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const person = await readPerson(context, id);
      return person ? request.json(person, 200) : (unknown(request, id) as never);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      method: 'get',
      path: '/v1/retention',
      operationId: 'listDuePersons',
      request: { query: dueQuery },
      responses: { 200: json(dueList, 'Who retention would erase now, the longest due first'), ...problemResponses },
    }),
    async (request) => {
      const { limit } = request.req.valid('query');
      const rows = await findDue(context, limit + 1);
      const items = rows.slice(0, limit).map(({ id, since, due_at }) => ({ id, since, dueAt: due_at }));
      return request.json({ items, more: rows.length > limit }, 200);
    },
  );
}

function registerExport(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      ...behind(access, 'persons', 'persons:export'),
      method: 'get',
      path: '/v1/persons/{id}/export',
      operationId: 'exportPerson',
      request: { params: personParams },
      responses: { 200: json(exportSchema, 'Everything that is held about the person'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const found = await exportPerson(context, id, askedBy(request));
      request.header('cache-control', 'no-store');
      return found ? request.json(found as never, 200) : (unknown(request, id) as never);
    },
  );
}

function registerHolds(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const shared = { ...behind(access, 'persons', 'persons:hold'), path: '/v1/persons/{id}/hold' as const };
  const responses = { 200: json(personSchema, 'The person'), ...problemResponses };
  app.openapi(
    createRoute({
      ...shared,
      method: 'put',
      operationId: 'holdPerson',
      request: { params: personParams, body: jsonBody(holdRequest, 'Why, and until when') },
      responses,
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const { reason, until = null } = request.req.valid('json');
      const held = await holdPerson(context, id, { reason, until, ...askedBy(request) });
      return held.kind === 'done' ? request.json(personView(held.person), 200) : (refuse(request, id, held) as never);
    },
  );
  app.openapi(
    createRoute({
      ...shared,
      method: 'delete',
      operationId: 'releasePerson',
      request: { params: personParams, query: releaseQuery },
      responses,
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const held = await releasePerson(context, id, { ...request.req.valid('query'), ...askedBy(request) });
      return held.kind === 'done' ? request.json(personView(held.person), 200) : (refuse(request, id, held) as never);
    },
  );
}

function registerErasure(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      ...behind(access, 'persons', 'persons:erase'),
      method: 'post',
      path: '/v1/persons/{id}/erasure',
      operationId: 'erasePerson',
      request: { params: personParams, body: jsonBody(erasureRequest, 'On what ground') },
      responses: {
        200: json(erasureResult, 'Erased. Again is harmless, and takes what has come to light since'),
        ...problemResponses,
      },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const erased = await erasePerson(context, id, { ...request.req.valid('json'), ...askedBy(request) });
      if (erased.kind === 'unknown') return unknown(request, id) as never;
      if (erased.kind === 'held')
        return problem(request, 409, {
          code: 'legal_hold',
          detail: `The person is under a legal hold${erased.until === null ? '' : ` until ${erased.until}`}: ${erased.reason}`,
          until: erased.until,
        }) as never;
      const { person, scope, unsearched } = erased;
      return request.json({ person: personView(person), scope, unsearched }, 200);
    },
  );
}

const unknown = (request: Answering, id: string): Response =>
  problem(request, 404, { code: 'no_such_person', detail: `There is no person ${id}` });

function refuse(request: Answering, id: string, held: Exclude<Held, { kind: 'done' }>): Response {
  if (held.kind === 'unknown') return unknown(request, id);
  return held.kind === 'erased'
    ? problem(request, 409, { code: 'person_erased', detail: 'The person was erased; there is nothing left to hold' })
    : problem(request, 409, { code: 'not_under_hold', detail: 'The person is under no legal hold' });
}
