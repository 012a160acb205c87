// /v1/persons and /v1/retention: who may find, export, hold and erase, and what they are told.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

let api: Api;
let everything: ApiClient;
beforeAll(async () => {
  api = await openApi();
  everything = await api.client(
    'operator',
    'events:write',
    'subjects:read',
    'persons:read',
    'persons:export',
    'persons:hold',
    'persons:erase',
  );
});
afterAll(async () => api[Symbol.asyncDispose]());

const wish = { basis: 'objection', reason: 'request 4' };

async function applicant(ref: string, email = `${ref}@example.com`): Promise<{ person: string; subject: string }> {
  const opened = await everything.events({
    id: `open-${ref}`,
    type: 'application.received',
    subject: { system: 'careers', ref },
    occurredAt: new Date().toISOString(),
    data: { 'candidate.email': email, 'candidate.lastName': `Name of ${ref}` },
  });
  const subject = opened.body.subject as string;
  const read = await everything.get(`/v1/subjects/${subject}`);
  return { subject, person: read.body.subject.person };
}

test('a person is found by an address in a body, without a value, and that is on record', async () => {
  const { person, subject } = await applicant('p1');
  const found = await everything.send('POST', '/v1/persons/find', { email: 'P1@example.com' });
  expect(found).toMatchObject({
    status: 200,
    body: { items: [{ id: person, hold: null, erasure: null, subjects: [{ id: subject, ended: false }] }] },
  });
  expect(found.text).not.toContain('Name of');
  const rows = await api.service.context.database.reports
    .selectFrom('audit')
    .selectAll()
    .where('action', '=', 'person.found')
    .execute();
  expect(rows).toMatchObject([{ object_id: person, actor_id: everything.id, detail: { by: 'email' } }]);
  expect((await everything.get(`/v1/persons/${person}`)).body.id).toBe(person);
});

test('an export holds the values and is kept by no cache', async () => {
  const { person } = await applicant('p2');
  const exported = await everything.get(`/v1/persons/${person}/export`);
  expect(exported.status).toBe(200);
  expect(exported.headers.get('cache-control')).toBe('no-store');
  expect(exported.body.subjects[0].values).toContainEqual(
    expect.objectContaining({ element: 'candidate.lastName', value: 'Name of p2' }),
  );
  expect(exported.body.events[0].payload).toMatchObject({ 'candidate.email': 'p2@example.com' });
});

test('erasing answers how much it was, and what comes after is refused', async () => {
  const { person } = await applicant('p3');
  const erased = await everything.send('POST', `/v1/persons/${person}/erasure`, wish);
  expect(erased).toMatchObject({
    status: 200,
    body: {
      person: { id: person, erasure: { at: expect.any(String), endedAt: null } },
      scope: { subjects: 1, events: 1, values: 2 },
      unsearched: false,
    },
  });
  const late = await everything.events({
    id: 'late',
    type: 'triage.started',
    subject: { system: 'careers', ref: 'p3' },
    occurredAt: new Date().toISOString(),
  });
  expect(late).toMatchObject({ status: 409, body: { code: 'person_erased', type: '/problems/person_erased' } });
  expect((await everything.get(`/v1/persons/${person}/export`)).text).not.toContain('Name of');
  expect((await everything.send('PUT', `/v1/persons/${person}/hold`, { reason: 'too late' })).body.code).toBe(
    'person_erased',
  );
});

test('a hold refuses erasure with its reason until it is lifted', async () => {
  const { person } = await applicant('p4');
  const until = '2999-01-01T00:00:00Z';
  const held = await everything.send('PUT', `/v1/persons/${person}/hold`, { reason: 'case 9', until });
  expect(held.body.hold).toMatchObject({ reason: 'case 9', until: '2999-01-01T00:00:00.000000Z' });
  const refused = await everything.send('POST', `/v1/persons/${person}/erasure`, wish);
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'legal_hold', detail: expect.stringContaining('case 9') },
  });
  expect((await everything.send('DELETE', `/v1/persons/${person}/hold?reason=over`, undefined)).status).toBe(200);
  expect((await everything.send('DELETE', `/v1/persons/${person}/hold?reason=over`, undefined)).body.code).toBe(
    'not_under_hold',
  );
  expect((await everything.send('POST', `/v1/persons/${person}/erasure`, wish)).status).toBe(200);
});

test('each takes its own scope, nobody is invented, and reasons hold no address', async () => {
  const { person } = await applicant('p5');
  const reader = await api.client('operator', 'persons:read');
  const nobody = 'per_01j9zc8m3vf2xr7w5q0t4k6hbe';
  expect((await reader.send('POST', `/v1/persons/${person}/erasure`, wish)).status).toBe(403);
  expect((await reader.send('PUT', `/v1/persons/${person}/hold`, { reason: 'x' })).status).toBe(403);
  expect((await reader.get(`/v1/persons/${person}/export`)).status).toBe(403);
  for (const path of [`/v1/persons/${nobody}`, `/v1/persons/${nobody}/export`])
    expect((await everything.get(path)).body.code).toBe('no_such_person');
  expect((await everything.send('POST', `/v1/persons/${nobody}/erasure`, wish)).body.code).toBe('no_such_person');
  expect((await everything.send('PUT', `/v1/persons/${nobody}/hold`, { reason: 'x' })).body.code).toBe(
    'no_such_person',
  );
  expect((await everything.send('POST', `/v1/persons/${person}/erasure`, { ...wish, basis: 'because' })).status).toBe(
    422,
  );
  const told = await everything.send('POST', `/v1/persons/${person}/erasure`, {
    ...wish,
    reason: 'p5@example.com asked',
  });
  expect(told).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
  expect((await reader.get('/v1/retention')).body).toEqual({ items: [], more: false });
});

test('a subject is found by an id that names a person, which is nowhere shown', async () => {
  const { subject } = await applicant('jane.doe@example.com', 'jane.doe@example.com');
  const found = await everything.get('/v1/subjects?system=careers&ref=Jane.Doe%40example.com');
  expect(found.body.items.map((one: { id: string }) => one.id)).toEqual([subject]);
  expect(found.text).not.toContain('jane.doe');
});
