// /v1/connections: what may be set, what never comes out again, and what a bad request leaves untouched.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Api, type ApiClient, openApi } from '../support/api.ts';

const signingSecret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
let api: Api;
let client: ApiClient;
let name: string;
let serial = 0;
beforeAll(async () => {
  api = await openApi();
  client = await api.client('operator', 'connections:read', 'connections:manage');
});
afterAll(async () => api[Symbol.asyncDispose]());
beforeEach(async () => {
  serial += 1;
  name = `tool-${serial}`;
  expect(await client.send('POST', '/v1/connections', connection(name))).toMatchObject({ status: 201 });
});

const connection = (id: string, change: Record<string, unknown> = {}) => ({
  id,
  adapter: 'screening',
  settings: { applicationSystem: 'greenhouse' },
  secrets: { signingSecret },
  ...change,
});
const stored = (id: string) =>
  api.service.context.database.reports
    .selectFrom('connection')
    .select(['status', 'settings', 'secrets_current', 'secrets_next'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
const auditOf = async (id: string) =>
  (
    await api.service.context.database.reports
      .selectFrom('audit')
      .select(['action', 'actor_id'])
      .where('object_id', '=', id)
      .orderBy('id')
      .execute()
  ).map((row) => row.action);

test('a connection says where its webhooks go and which secrets it has, never their values', async () => {
  const answer = await client.get('/v1/connections');
  const mine = answer.body.items.find((one: { id: string }) => one.id === name);
  expect(mine).toMatchObject({
    kind: 'screening',
    status: 'active',
    secrets: ['signingSecret'],
    rotating: false,
    circuit: 'closed',
    webhookUrl: `${api.publicUrl}/hooks/${name}`,
  });
  expect(answer.text).not.toContain(signingSecret.slice(6));
  expect((await stored(name)).secrets_current?.includes(Buffer.from(signingSecret))).toBe(false);
});

test('status, settings and secrets change, each on record', async () => {
  const path = `/v1/connections/${name}`;
  expect(await client.send('PATCH', path, { status: 'paused' })).toMatchObject({ body: { status: 'paused' } });
  expect(await client.send('PATCH', path, { status: 'active' })).toMatchObject({ body: { status: 'active' } });
  expect(await client.send('PATCH', path, { settings: { applicationSystem: 'other' } })).toMatchObject({
    body: { settings: { applicationSystem: 'other' } },
  });
  const next = { kind: 'next', secrets: { signingSecret: `whsec_${Buffer.alloc(24, 6).toString('base64')}` } };
  expect(await client.send('POST', `${path}/secrets`, next)).toMatchObject({ status: 200, body: { rotating: true } });
  expect(await client.send('POST', `${path}/secrets`, { kind: 'promote' })).toMatchObject({
    body: { rotating: false },
  });
  expect(await auditOf(name)).toEqual([
    'connection.added',
    'connection.paused',
    'connection.active',
    'connection.changed',
    'connection.secrets_next',
    'connection.secrets_promote',
  ]);
});

test('an open circuit is closed with a reason, once, and on record', async () => {
  const path = `/v1/connections/${name}/close-circuit`;
  expect(await client.send('POST', path, { reason: 'well again' })).toMatchObject({
    status: 409,
    body: { code: 'circuit_not_open' },
  });
  await api.service.context.database.engine
    .updateTable('connection')
    .set({ circuit: 'open', circuit_reason: 'retryable', circuit_until: new Date(Date.now() + 60_000) })
    .where('id', '=', name)
    .execute();
  expect(await client.send('POST', path, {})).toMatchObject({ status: 422 });
  expect(await client.send('POST', path, { reason: 'well again' })).toMatchObject({
    status: 200,
    body: { circuit: 'closed', circuitReason: null },
  });
  expect((await auditOf(name)).at(-1)).toBe('connection.circuit_closed');
  expect(await client.send('POST', '/v1/connections/nowhere/close-circuit', { reason: 'well again' })).toMatchObject({
    status: 404,
  });
});

test('who did not hear the answer may ask again; another wish under the same name is refused', async () => {
  const wish = connection('asked-twice');
  expect((await client.send('POST', '/v1/connections', wish)).status).toBe(201);
  expect((await client.send('POST', '/v1/connections', wish)).status).toBe(201);
  for (const other of [
    connection('asked-twice', { scope: { machines: ['requisition'] } }),
    connection('asked-twice', { secrets: { signingSecret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` } }),
  ])
    expect(await client.send('POST', '/v1/connections', other)).toMatchObject({
      status: 409,
      body: { code: 'name_taken' },
    });
});

test('a removed connection is gone from the list and its name is never used again', async () => {
  await client.send('PATCH', `/v1/connections/${name}`, { status: 'removed' }).catch(() => {});
  const { body } = await client.get('/v1/connections');
  expect(body.items.map((one: { id: string }) => one.id)).not.toContain(name);
  expect(await client.send('POST', '/v1/connections', connection(name))).toMatchObject({
    status: 409,
    body: { code: 'name_taken' },
  });
  expect((await client.send('PATCH', `/v1/connections/${name}`, { status: 'active' })).status).toBe(404);
});

describe('refused, and nothing changed', () => {
  test.each<[string, string, string, unknown, number, string, string]>([
    ['a name that is no name', 'POST', '', connection('No Name'), 422, 'invalid', '/id'],
    ['an adapter nobody wrote', 'POST', '', connection('new', { adapter: 'nope' }), 422, 'unknown_adapter', '/adapter'],
    [
      'settings that do not fit',
      'POST',
      '',
      connection('new', { settings: {} }),
      422,
      'invalid_settings',
      '/settings/applicationSystem',
    ],
    [
      'a missing secret',
      'POST',
      '',
      connection('new', { secrets: {} }),
      422,
      'invalid_secrets',
      '/secrets/signingSecret',
    ],
    [
      'a secret it has not',
      'POST',
      '',
      connection('new', { secrets: { signingSecret, more: 'x' } }),
      422,
      'invalid_secrets',
      '/secrets/more',
    ],
    ['a field nobody knows', 'POST', '', connection('new', { secret: 'x' }), 422, 'invalid', '/secret'],
    [
      'a machine in the scope that there is not',
      'POST',
      '',
      connection('new', { scope: { machines: ['payroll'] } }),
      422,
      'invalid',
      '/scope/machines/0',
    ],
    ['a status that there is not', 'PATCH', '/:name', { status: 'asleep' }, 422, 'invalid', '/status'],
    [
      'settings that do not fit any more',
      'PATCH',
      '/:name',
      { settings: { applicationSystem: 7 } },
      422,
      'invalid_settings',
      '/settings/applicationSystem',
    ],
    ['a promotion of nothing', 'POST', '/:name/secrets', { kind: 'promote' }, 422, 'invalid_secrets', '/secrets'],
    ['a step that is none', 'POST', '/:name/secrets', { kind: 'guess' }, 422, 'invalid', '/kind'],
  ])('%s', async (_name, method, path, body, status, code, pointer) => {
    const before = await stored(name);
    const rejected = await api.rejected(code);
    const answer = await client.send(method, `/v1/connections${path.replace(':name', name)}`, body);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code } });
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
    // What is explained must not be repeated: a secret may stand in the wrong field.
    expect(answer.text).not.toContain(signingSecret.slice(6));
    expect(await api.rejected(code)).toBe(rejected + 1);
    expect(await stored(name)).toEqual(before);
    expect((await client.get('/v1/connections')).text).not.toContain('"new"');
  });

  test.each(['text/plain', 'application/xml', undefined])(
    'a step of a rotation sent as %s drops nothing',
    async (type) => {
      const next = { kind: 'next', secrets: { signingSecret: `whsec_${Buffer.alloc(24, 6).toString('base64')}` } };
      await client.send('POST', `/v1/connections/${name}/secrets`, next);
      const before = await stored(name);
      expect(before.secrets_next).not.toBeNull();
      const answer = await client.send('POST', `/v1/connections/${name}/secrets`, '{"kind":"promote"}', {
        'content-type': type,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.type).toBe('application/problem+json');
      expect(await stored(name)).toEqual(before);
    },
  );

  test('an unknown name', async () => {
    expect(await client.send('PATCH', '/v1/connections/nowhere', { status: 'paused' })).toMatchObject({
      status: 404,
      body: { code: 'unknown_connection' },
    });
  });

  test('a client that may only read', async () => {
    const reader = await api.client('operator', 'connections:read');
    expect((await reader.get('/v1/connections')).status).toBe(200);
    expect(await reader.send('PATCH', `/v1/connections/${name}`, { status: 'paused' })).toMatchObject({
      status: 403,
      body: { scope: 'connections:manage' },
    });
    expect((await stored(name)).status).toBe('active');
  });
});
