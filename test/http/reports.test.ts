// The reports and decisions over HTTP: who may read what, what is put on record, and answers that fit their own description.

import { OpenAPIHono } from '@hono/zod-openapi';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/core/access/scopes.ts';
import { type Access, createAccess } from '../../src/http/door/auth.ts';
import { eventProofRoutes } from '../../src/http/events/event-proof-routes.ts';
import { incidentRoutes } from '../../src/http/incidents/incident-routes.ts';
import { identifyRequests, notFound, type RequestEnv } from '../../src/http/problems/problems.ts';
import { toProblem } from '../../src/http/problems/to-problem.ts';
import { reportRoutes } from '../../src/http/reports/report-routes.ts';
import { subjectRoutes } from '../../src/http/reports/subject-routes.ts';
import { writebackRoutes } from '../../src/http/writebacks/writeback-routes.ts';
import { openVault } from '../../src/services/vault.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';
import { ago, hour, idOf, type LedgerRows, ledgerRows } from '../support/ledger-rows.ts';

const by = { actor: { kind: 'cli' as const, id: 'tester' } };
let service: TestContext;
let access: Access;
let app: OpenAPIHono<RequestEnv>;
let rows: LedgerRows;

beforeAll(async () => {
  service = await createTestContext();
  rows = ledgerRows(service.context.database.engine);
  access = createAccess(service.context, 'http://localhost', 100_000);
  app = new OpenAPIHono<RequestEnv>();
  app.use(identifyRequests(service.context));
  app.onError(toProblem);
  app.notFound(notFound);
  for (const routes of [reportRoutes, subjectRoutes, writebackRoutes, incidentRoutes, eventProofRoutes])
    app.route('/', routes(service.context, access));
  await rows.connection('ats');
});
afterAll(async () => service[Symbol.asyncDispose]());

/** A client with these scopes, and a way to ask as it. */
async function client(...scopes: Scope[]) {
  const { id } = await access.clients.create({ name: 'Test', kind: 'ats', scopes }, by);
  const known = await access.clients.find(id);
  if (!known) throw new Error('The client was not found');
  const { token } = await access.tokens.issue(known, scopes);
  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const response = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': 'test-request' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: (await response.json()) as Answer,
    };
  };
  return {
    id,
    get: (path: string) => ask('GET', path),
    post: (path: string, body: unknown) => ask('POST', path, body),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape.
type Answer = any;

const audit = (object: string) =>
  service.context.database.reports
    .selectFrom('audit')
    .select(['action', 'actor_kind', 'actor_id', 'detail', 'request_id'])
    .where('object_id', '=', object)
    .orderBy('id')
    .execute();
const applied = async (ref: string) =>
  service.context
    .recorder()
    .record(intake(ref, 'application.received', { data: { 'candidate.email': 'ada@example.org' } }));

describe('scopes', () => {
  const missing = idOf('wrb');
  test.each<[string, Scope, 'GET' | 'POST']>([
    ['/v1/kpis', 'reports:read', 'GET'],
    ['/v1/stuck', 'reports:read', 'GET'],
    ['/v1/agreement', 'reports:read', 'GET'],
    ['/v1/subjects?machine=application', 'subjects:read', 'GET'],
    ['/v1/writebacks', 'writebacks:read', 'GET'],
    [`/v1/writebacks/${missing}/redrive`, 'writebacks:manage', 'POST'],
    [`/v1/writebacks/${missing}/waive`, 'writebacks:manage', 'POST'],
    ['/v1/writebacks/redrive', 'writebacks:manage', 'POST'],
    ['/v1/incidents', 'incidents:read', 'GET'],
    [`/v1/incidents/${idOf('inc')}/settle`, 'incidents:manage', 'POST'],
  ])('%s needs %s', async (path, scope, method) => {
    const stranger = await client('metrics:read');
    const refused = await (method === 'GET' ? stranger.get(path) : stranger.post(path, { reason: 'test' }));
    expect(refused).toMatchObject({
      status: 403,
      type: 'application/problem+json',
      body: { code: 'insufficient_scope', scope },
    });
    const allowed = await client(scope);
    expect((await (method === 'GET' ? allowed.get(path) : allowed.post(path, {}))).status).not.toBe(403);
    expect((await app.request(path, { method })).status).toBe(401);
  });
});

describe('GET /v1/kpis', () => {
  test('answers the figures with their definitions', async () => {
    const reader = await client('reports:read');
    const { status, body } = await reader.get('/v1/kpis?group=day,transition');
    expect(status).toBe(200);
    expect(body.group).toEqual(['day', 'transition']);
    expect(body.dispositions.received).toBe(
      Object.entries(body.dispositions).reduce(
        (sum, [name, count]) => sum + (name === 'received' ? 0 : (count as number)),
        0,
      ),
    );
    expect(body.definitions.confirmed).toContain('seen in the target');
  });

  test.each([
    ['from=yesterday', '/from'],
    ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z', '/from'],
    ['group=planet', '/group'],
    ['colour=blue', '/colour'],
  ])('refuses ?%s, naming the parameter', async (query, pointer) => {
    const reader = await client('reports:read');
    const { status, body } = await reader.get(`/v1/kpis?${query}`);
    expect({ status, pointers: body.errors.map((one: Answer) => one.pointer) }).toEqual({
      status: 422,
      pointers: [pointer],
    });
  });
});

test('GET /v1/stuck pages by cursor and refuses one that is not its own', async () => {
  const reader = await client('reports:read');
  const ids = [await rows.subject({ slaDueAt: ago(3 * hour) }), await rows.subject({ slaDueAt: ago(2 * hour) })];
  const first = await reader.get('/v1/stuck?limit=1&cause=late_against_sla');
  expect(first.body).toMatchObject({
    items: [{ id: ids[0], cause: 'late_against_sla' }],
    totals: { late_against_sla: 2 },
  });
  const second = await reader.get(`/v1/stuck?limit=1&cause=late_against_sla&after=${first.body.next}`);
  expect(second.body).toMatchObject({ items: [{ id: ids[1] }], next: null });
  const narrow = await reader.get('/v1/stuck?state=active.received&ageMinutes=150');
  expect(narrow.body).toMatchObject({
    items: [{ id: ids[0], region: null }],
    owners: [{ owner: 'Recruiter', count: 1 }],
  });
  expect((await reader.get('/v1/stuck?ageMinutes=-1')).status).toBe(422);
  expect(await reader.get('/v1/stuck?after=abc')).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/after' }] },
  });
});

test('GET /v1/agreement shows the canonical state beside what the system shows', async () => {
  const reader = await client('reports:read');
  const subject = await rows.subject({ state: 'active.triage' });
  const incident = await rows.incident('divergence', {
    subject,
    connection: 'ats',
    openedAt: ago(hour),
    owner: 'Recruiter',
    detail: { canonical: 'active.received', shows: 'active.offer.drafted', rule: 'revert' },
  });
  const { body } = await reader.get('/v1/agreement?connection=ats');
  expect(body).toMatchObject({
    items: [
      {
        incident,
        subject,
        canonical: 'active.triage',
        connection: 'ats',
        shows: 'active.offer.drafted',
        rule: 'revert',
        owner: 'Recruiter',
      },
    ],
    next: null,
    totals: [{ connection: 'ats', open: 1 }],
  });
  expect(body.items[0].ageMs).toBeGreaterThanOrEqual(hour);
  expect((await reader.get('/v1/agreement?machine=onboarding')).body.items).toEqual([]);
});

describe('GET /v1/subjects', () => {
  test('finds a subject by a system’s id for it, and puts the reading on record', async () => {
    const recorded = await applied('A-1');
    const reader = await client('subjects:read');
    const { body } = await reader.get('/v1/subjects?system=ats&ref=A-1');
    expect(body.items).toMatchObject([
      {
        id: recorded.subject,
        machine: 'application',
        state: 'active.received',
        version: 1,
        owner: 'Recruiter',
        refs: [{ system: 'ats', ref: 'A-1' }],
      },
    ]);
    expect(await audit(recorded.subject ?? '')).toEqual([
      {
        action: 'subject.read',
        actor_kind: 'client',
        actor_id: reader.id,
        detail: { foundBy: 'ats' },
        request_id: 'test-request',
      },
    ]);
    expect((await reader.get('/v1/subjects?system=ats&ref=A-1&machine=onboarding')).body.items).toEqual([]);
  });

  test('lists by a region of states, page by page, in the order of opening', async () => {
    const all = [
      await rows.subject({ state: 'active.offer.drafted' }),
      await rows.subject({ state: 'active.offer.extended' }),
      await rows.subject({ state: 'active.offer.drafted' }),
    ];
    const reader = await client('subjects:read');
    const first = await reader.get('/v1/subjects?machine=application&state=active.offer&limit=2');
    const second = await reader.get(
      `/v1/subjects?machine=application&state=active.offer&limit=2&after=${first.body.next}`,
    );
    expect([...first.body.items, ...second.body.items].map((one: Answer) => one.id)).toEqual(all);
    expect(second.body.next).toBeNull();
    expect(await reader.get('/v1/subjects?machine=application&state=active.nowhere')).toMatchObject({
      status: 422,
      body: { code: 'unknown_state' },
    });
    expect(await reader.get('/v1/subjects?ref=A-1')).toMatchObject({ status: 422 });
    expect(await reader.get('/v1/subjects')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/machine' }] },
    });
  });
});

describe('GET /v1/subjects/:id', () => {
  test('tells everything that happened, in order, without personal values', async () => {
    const recorded = await applied('A-2');
    await service.context.recorder().record(intake('A-2', 'triage.started'));
    await service.context.recorder().record(intake('A-2', 'application.received', { id: 'late' }));
    const subject = recorded.subject ?? '';
    const writeback = await rows.writeback(subject, 'ats', { status: 'dead', reason: 'forbidden' });
    await rows.attempt(writeback, 1, 'refused');
    await rows.incident('dead_writeback', { subject, writeback, connection: 'ats' });
    const manager = await client('writebacks:manage');
    await manager.post(`/v1/writebacks/${writeback}/waive`, { reason: 'not needed' });
    const reader = await client('subjects:read');
    const { status, body } = await reader.get(`/v1/subjects/${subject}`);
    expect(status).toBe(200);
    expect(body.subject).toMatchObject({ id: subject, state: 'active.triage', version: 2, erased: false });
    expect(body.lanes).toMatchObject([{ connection: 'ats', numbers: 1, settled: 1, held: null }]);
    expect(body.entries.map((one: Answer) => one.kind)).toEqual([
      'event',
      'transition',
      'event',
      'transition',
      'event',
      'writeback',
      'incident',
      'action',
    ]);
    expect(
      body.entries.filter((one: Answer) => one.kind === 'transition').map((one: Answer) => [one.version, one.to]),
    ).toEqual([
      [1, 'active.received'],
      [2, 'active.triage'],
    ]);
    expect(body.entries[1].hash).toMatch(/^[0-9a-f]{64}$/);
    expect(body.entries[5]).toMatchObject({
      status: 'waived',
      reason: 'not needed',
      attempts: [{ attempt: 1, outcome: 'refused' }],
    });
    expect(body.entries[7]).toMatchObject({ action: 'writeback.waived', actor: `client:${manager.id}` });
    expect(
      [...body.entries].sort((a: Answer, b: Answer) => (a.at < b.at ? -1 : 1)).map((one: Answer) => one.at),
    ).toEqual(body.entries.map((one: Answer) => one.at));
    expect(JSON.stringify(body)).not.toContain('ada@example.org');
    expect(body.values).toBeUndefined();
    expect(await audit(subject)).toMatchObject([{ action: 'subject.read', actor_id: reader.id, detail: {} }]);
  });

  test('gives personal values only with their own scope, with where they came from, and on record', async () => {
    const { subject, event } = await applied('A-3');
    const reader = await client('subjects:read');
    expect(await reader.get(`/v1/subjects/${subject}?include=values`)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
    expect(await audit(subject ?? '')).toEqual([]);
    const trusted = await client('subjects:read', 'subjects:read-personal');
    const { body } = await trusted.get(`/v1/subjects/${subject}?include=values`);
    expect(body.values).toMatchObject([
      { element: 'candidate.email', value: 'ada@example.org', source: 'client:cli_test', event, version: 1 },
    ]);
    expect(await audit(subject ?? '')).toMatchObject([
      { action: 'subject.read', actor_id: trusted.id, detail: { include: 'values' } },
    ]);
  });

  test('gives none of a person who was erased', async () => {
    const { subject } = await applied('A-4');
    const { person_id } = await service.context.database.reports
      .selectFrom('subject')
      .select('person_id')
      .where('id', '=', subject ?? '')
      .executeTakeFirstOrThrow();
    await service.context.database.engine
      .updateTable('person')
      .set({ data_key: null, commit_key: null, email_index: null, erased_at: new Date() })
      .where('id', '=', person_id)
      .execute();
    service.context.vault.forget(person_id as `per_${string}`);
    const trusted = await client('subjects:read', 'subjects:read-personal');
    expect((await trusted.get(`/v1/subjects/${subject}?include=values`)).body).toMatchObject({
      subject: { erased: true },
      values: [],
    });
  });

  test('says of values that were encrypted with another key what to do, and keeps the rest', async () => {
    const { subject } = await applied('K-1');
    const db = service.context.database.engine;
    const { person_id } = await db
      .selectFrom('subject')
      .select('person_id')
      .where('id', '=', subject ?? '')
      .executeTakeFirstOrThrow();
    const person = person_id as `per_${string}`;
    const { wrapped } = openVault(Buffer.alloc(32, 9)).newPerson(person);
    await db.updateTable('person').set(wrapped).where('id', '=', person).execute();
    service.context.vault.forget(person);
    const trusted = await client('subjects:read', 'subjects:read-personal');
    expect(await trusted.get(`/v1/subjects/${subject}?include=values`)).toMatchObject({
      status: 503,
      body: { code: 'other_key', detail: expect.stringContaining('INTERLOCK_MASTER_KEY') },
    });
    expect((await trusted.get(`/v1/subjects/${subject}`)).status).toBe(200);
  });

  test('answers 404 for one that is not there, and 422 for what is no id', async () => {
    const reader = await client('subjects:read');
    expect(await reader.get(`/v1/subjects/${idOf('sub')}`)).toMatchObject({
      status: 404,
      body: { code: 'no_such_subject' },
    });
    expect(await reader.get('/v1/subjects/42')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/id' }] } });
  });
});

describe('writebacks', () => {
  test('are listed newest first by status, and shown with their attempts', async () => {
    const reader = await client('writebacks:read');
    const old = await rows.writeback(await rows.subject(), 'ats', { status: 'dead', createdAt: ago(2 * hour) });
    const young = await rows.writeback(await rows.subject(), 'ats', { status: 'dead', createdAt: ago(hour) });
    await rows.attempt(young, 1, 'refused');
    const first = await reader.get('/v1/writebacks?status=dead&connection=ats&limit=1');
    expect(first.body.items).toMatchObject([{ id: young, status: 'dead', head: true }]);
    const second = await reader.get(`/v1/writebacks?status=dead&connection=ats&limit=1&after=${first.body.next}`);
    expect(second.body.items).toMatchObject([{ id: old }]);
    expect((await reader.get(`/v1/writebacks/${young}`)).body).toMatchObject({
      id: young,
      attempts: [{ attempt: 1, outcome: 'refused', httpStatus: 200 }],
    });
    expect(await reader.get(`/v1/writebacks/${idOf('wrb')}`)).toMatchObject({
      status: 404,
      body: { code: 'no_such_writeback' },
    });
  });

  test('are redriven and waived with a reason, and only when that makes sense', async () => {
    const manager = await client('writebacks:manage');
    const dead = await rows.writeback(await rows.subject(), 'ats', { status: 'dead' });
    expect(await manager.post(`/v1/writebacks/${dead}/redrive`, {})).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/reason' }] },
    });
    expect(await manager.post(`/v1/writebacks/${dead}/redrive`, { reason: 'a\u0000b' })).toMatchObject({ status: 422 });
    expect(await manager.post(`/v1/writebacks/${dead}/redrive`, { reason: 'again', force: true })).toMatchObject({
      status: 200,
      body: { id: dead, status: 'ready', overwrites: ['*'] },
    });
    expect(await manager.post(`/v1/writebacks/${dead}/redrive`, { reason: 'again' })).toMatchObject({
      status: 409,
      type: 'application/problem+json',
      body: { code: 'not_dead', writebackStatus: 'ready' },
    });
    expect(await manager.post(`/v1/writebacks/${dead}/waive`, { reason: 'not needed' })).toMatchObject({
      status: 200,
      body: { status: 'waived', settledBy: 'operator', reason: 'not needed' },
    });
    expect(await manager.post(`/v1/writebacks/${dead}/waive`, { reason: 'not needed' })).toMatchObject({
      status: 409,
      body: { code: 'settled' },
    });
  });

  test('are redriven in bulk, by ids or by what they have in common', async () => {
    const manager = await client('writebacks:manage');
    const one = await rows.writeback(await rows.subject(), 'ats', { status: 'dead', reason: 'first' });
    const two = await rows.writeback(await rows.subject(), 'ats', { status: 'dead', reason: 'second' });
    const unknown = idOf('wrb');
    const byId = await manager.post('/v1/writebacks/redrive', { ids: [one, unknown], reason: 'again' });
    expect(byId).toMatchObject({ status: 200, body: { done: 1, more: false } });
    expect(byId.body.results).toEqual(
      expect.arrayContaining([
        { id: one, kind: 'done', status: 'ready' },
        { id: unknown, kind: 'unknown', status: null },
      ]),
    );
    expect(
      (
        await manager.post('/v1/writebacks/redrive', {
          filter: { connection: 'ats', reason: 'second' },
          reason: 'again',
        })
      ).body,
    ).toMatchObject({ results: [{ id: two, kind: 'done' }], done: 1 });
    expect(await manager.post('/v1/writebacks/redrive', { reason: 'again' })).toMatchObject({ status: 422 });
    expect(await manager.post('/v1/writebacks/redrive', { ids: [one], filter: {}, reason: 'again' })).toMatchObject({
      status: 422,
    });
  });

  test('stop for a lane that is held', async () => {
    const manager = await client('writebacks:manage');
    const subject = await rows.subject();
    const held = await manager.post(`/v1/lanes/${subject}/ats/hold`, { reason: 'under clarification' });
    expect(held).toMatchObject({
      status: 200,
      body: { subject, connection: 'ats', held: 'operator: under clarification', inFlight: false },
    });
    expect(await manager.post(`/v1/lanes/${subject}/ats/hold`, { reason: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'already_held' },
    });
    expect(await manager.post(`/v1/lanes/${subject}/ats/release`, { reason: 'clear now' })).toMatchObject({
      status: 200,
      body: { held: null },
    });
    expect(await manager.post(`/v1/lanes/${subject}/ats/release`, { reason: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'not_held' },
    });
    expect(await manager.post(`/v1/lanes/${subject}/nowhere/hold`, { reason: 'test' })).toMatchObject({
      status: 404,
      body: { code: 'no_such_lane' },
    });
  });
});

test('incidents are listed, read and settled once, on record', async () => {
  const manager = await client('incidents:read', 'incidents:manage');
  const subject = await rows.subject();
  const incident = await rows.incident('fingerprint_conflict', {
    subject,
    openedAt: ago(hour),
    owner: 'HR operations',
  });
  expect((await manager.get('/v1/incidents?kind=fingerprint_conflict')).body).toMatchObject({
    items: [{ id: incident, status: 'open', subject, machine: 'application', owner: 'HR operations' }],
    next: null,
  });
  expect(
    await manager.post(`/v1/incidents/${incident}/settle`, { resolution: 'the sender numbers anew' }),
  ).toMatchObject({
    status: 200,
    body: { status: 'settled', resolution: 'the sender numbers anew', settledBy: `client:${manager.id}` },
  });
  expect(await manager.post(`/v1/incidents/${incident}/settle`, { resolution: 'again' })).toMatchObject({
    status: 409,
    body: { code: 'already_settled' },
  });
  expect((await manager.get('/v1/incidents?kind=fingerprint_conflict')).body.items).toEqual([]);
  expect((await manager.get('/v1/incidents?kind=fingerprint_conflict&status=settled')).body.items).toMatchObject([
    { id: incident },
  ]);
  expect((await manager.get(`/v1/incidents/${incident}`)).body).toMatchObject({ id: incident });
  expect(await manager.get(`/v1/incidents/${idOf('inc')}`)).toMatchObject({ status: 404 });
  expect(await audit(incident)).toMatchObject([
    { action: 'incident.settled', actor_id: manager.id, detail: { resolution: 'the sender numbers anew' } },
  ]);
});

describe('GET /v1/events/:id', () => {
  test('proves what became of an event, and which systems show it', async () => {
    const { event, subject } = await applied('A-5');
    const shown = await rows.writeback(subject ?? '', 'ats', { status: 'confirmed' });
    await rows.attempt(shown, 1, 'confirmed');
    const reader = await client('events:read');
    const proven = await reader.get(`/v1/events/${event}`);
    expect(proven.body).toMatchObject({
      event,
      disposition: 'applied',
      subject,
      transition: { version: 1, to: 'active.received' },
      writebacks: [
        { id: shown, connection: 'ats', status: 'confirmed', shown: true, attempts: [{ outcome: 'confirmed' }] },
      ],
      complete: true,
      shownEverywhere: true,
    });
    expect(proven.body.transition.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(proven.body.writebacks[0].confirmedAt).toMatch(/^\d{4}-.*Z$/);
    expect(JSON.stringify(proven.body)).not.toContain('ada@example.org');
  });

  test('is open to the client that sent it, and hides those of others', async () => {
    const sender = await client('events:write');
    const recorded = await service.context
      .recorder()
      .record({ ...intake('A-6', 'application.received'), source: `client:${sender.id}` });
    expect(await sender.get(`/v1/events/${recorded.event}`)).toMatchObject({
      status: 200,
      body: { source: `client:${sender.id}` },
    });
    const foreign = await applied('A-7');
    expect(await sender.get(`/v1/events/${foreign.event}`)).toMatchObject({
      status: 404,
      body: { code: 'no_such_event' },
    });
    expect(await (await client('reports:read')).get(`/v1/events/${recorded.event}`)).toMatchObject({ status: 403 });
  });

  test('says of an early event what it waits for', async () => {
    const { subject } = await applied('A-8');
    const parked = await rows.event({ subject, disposition: 'parked', parkedFor: 'turn' });
    expect((await (await client('events:read')).get(`/v1/events/${parked}`)).body).toMatchObject({
      disposition: 'parked',
      parked: { for: 'turn' },
      transition: null,
      complete: false,
      shownEverywhere: false,
    });
  });
});

test('everything is described by a valid OpenAPI 3.1 document', async () => {
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Interlock', version: '1' } });
  const result = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>);
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(Object.keys(document.paths ?? {}).sort()).toEqual([
    '/v1/agreement',
    '/v1/events/{id}',
    '/v1/incidents',
    '/v1/incidents/{id}',
    '/v1/incidents/{id}/assign',
    '/v1/incidents/{id}/choose',
    '/v1/incidents/{id}/link',
    '/v1/incidents/{id}/notes',
    '/v1/incidents/{id}/settle',
    '/v1/incidents/{id}/values',
    '/v1/kpis',
    '/v1/lanes/{subject}/{connection}/hold',
    '/v1/lanes/{subject}/{connection}/release',
    '/v1/stuck',
    '/v1/subjects',
    '/v1/subjects/{id}',
    '/v1/writebacks',
    '/v1/writebacks/redrive',
    '/v1/writebacks/waive',
    '/v1/writebacks/{id}',
    '/v1/writebacks/{id}/redrive',
    '/v1/writebacks/{id}/waive',
  ]);
});
