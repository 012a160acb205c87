// /v1/commands: a worker outside gets what its own connection's commands need, and nothing of anybody else's.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/core/access/scopes.ts';
import type { Result } from '../../src/core/delivery/message.ts';
import { newClientSchema } from '../../src/services/clients/manage-clients.ts';
import { bringHome } from '../../src/services/delivery/consume-results.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { type Answered, type Api, by, openApi } from '../support/api.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const settings = {
  baseUrl: 'https://harvest.test',
  authUrl: 'https://auth.test',
  stages: { 'active.received': 'Application Review', 'active.triage': 'Phone', 'active.offer': 'Offer' },
  rejectionReasonId: 14,
  allowCandidateEmails: true,
  fields: { 'screening.score': 'score' },
};
let api: Api;
let mine: (path: string, headers?: Record<string, string>) => Promise<Answered>;
let theirs: typeof mine;
let writeback: string;
let parked: string;

/** A client that works for one connection, with a token. */
async function worker(connection: string): Promise<{ id: string; get: typeof mine }> {
  const scopes: Scope[] = ['writebacks:work'];
  const { id, secret } = await api.clients.create({ name: 'Worker', kind: 'ats', scopes, connection }, by);
  const granted = await api.request('/oauth2/token', {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const authorization = `Bearer ${granted.body.access_token as string}`;
  return { id, get: (path, headers = {}) => api.request(path, { headers: { authorization, ...headers } }) };
}

const record = (...given: Parameters<typeof intake>) => api.service.context.recorder().record(intake(...given));
const dispositionOf = async (event: string): Promise<string | undefined> =>
  (
    await api.service.context.database.reports
      .selectFrom('event')
      .select('disposition')
      .where('id', '=', event)
      .executeTakeFirst()
  )?.disposition;

beforeAll(async () => {
  api = await openApi({ reorderWindowMs: 60_000 });
  const manager = await api.client('operator', 'connections:read', 'connections:manage');
  for (const id of ['mine', 'theirs'])
    expect(
      await manager.send('POST', '/v1/connections', { id, adapter: 'greenhouse', settings, worker: 'outside' }),
    ).toMatchObject({ status: 201, body: { worker: 'outside', secrets: [] } });
  ({ get: mine } = await worker('mine'));
  ({ get: theirs } = await worker('theirs'));
  const received = await record('4711', 'application.received', { connection: 'mine', by: 'ats' });
  const [caused] = received.writebacks.filter((one) => one.connection === 'mine');
  expect(caused?.status).toBe('leased');
  writeback = caused?.id ?? '';
  const jump = await record('4711', 'active.offer', { connection: 'mine', by: 'ats', stage: true });
  expect(jump.disposition).toBe('parked');
  parked = jump.event;
});
afterAll(async () => api[Symbol.asyncDispose]());

describe('a worker', () => {
  test('learns where its queue is and what its connection is set to, but no secret', async () => {
    const setup = await mine('/v1/commands/mine');
    expect(setup.body).toEqual({
      contract: 1,
      connection: 'mine',
      adapter: 'greenhouse',
      settings,
      concurrency: 4,
      rate: { requests: 50, perMs: 10_000 },
      stream: 'IL_CMD',
      consumer: 'mine',
      resultSubject: 'il.res.mine',
      inboxPrefix: '_INBOX_mine',
      ackWaitMs: 20_000,
      leaseMs: 30_000,
    });
  });

  test('gets what a command needs, and each reading is on record', async () => {
    const work = await mine(`/v1/commands/mine/${writeback}/1`);
    expect(work).toMatchObject({
      status: 200,
      body: { writeback, attempt: 1, ref: '4711', targetState: 'active.received' },
    });
    const reads = await api.service.context.database.reports
      .selectFrom('audit')
      .select(['action', 'object_kind', 'detail'])
      .where('object_id', '=', writeback)
      .execute();
    expect(reads).toMatchObject([
      { action: 'work.read', object_kind: 'writeback', detail: { connection: 'mine', attempt: 1 } },
    ]);
  });

  test('gets it once: whoever is told of the same attempt again does not write, and the lease lasts for the first', async () => {
    const lease = async () =>
      await api.service.context.database.reports
        .selectFrom('writeback')
        .select(['taken', 'lease_until'])
        .where('id', '=', writeback)
        .executeTakeFirstOrThrow();
    const before = await lease();
    expect(before.taken).toBe(1);
    expect(await mine(`/v1/commands/mine/${writeback}/1`)).toMatchObject({
      status: 404,
      body: { code: 'no_such_work', detail: expect.stringContaining('is given away once') },
    });
    expect(await lease()).toEqual(before);
  });

  test('is told which id a probe is about', async () => {
    expect((await mine(`/v1/commands/mine/${parked}/1`)).body).toEqual({ event: parked, ref: '4711' });
  });

  test.each([
    ['an attempt that was never made', () => `/v1/commands/mine/${writeback}/2`],
    ['a writeback that there is not', () => `/v1/commands/mine/wrb_${'0'.repeat(26)}/1`],
    ['an event that waits for nothing', () => `/v1/commands/mine/evt_${'0'.repeat(26)}/1`],
  ])('finds no work for %s', async (_what, path) => {
    expect(await mine(path())).toMatchObject({ status: 404, body: { code: 'no_such_work' } });
  });

  test('that speaks another version of the contract is told which are served', async () => {
    for (const path of ['/v1/commands/mine', `/v1/commands/mine/${parked}/1`]) {
      const answer = await mine(path, { 'interlock-contract': '2' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'unsupported_contract', served: [1] } });
      expect((await mine(path, { 'interlock-contract': '1' })).status).toBe(200);
    }
  });
});

describe('a worker of another connection', () => {
  test.each(['', '/WRITEBACK/1', '/PARKED/1'])('may not read /v1/commands/mine%s', async (rest) => {
    const path = `/v1/commands/mine${rest.replace('WRITEBACK', writeback).replace('PARKED', parked)}`;
    expect(await theirs(path)).toMatchObject({ status: 403, body: { code: 'not_your_connection' } });
  });

  test('does not find the work under its own name either', async () => {
    for (const id of [writeback, parked])
      expect(await theirs(`/v1/commands/theirs/${id}/1`)).toMatchObject({
        status: 404,
        body: { code: 'no_such_work' },
      });
  });

  test('cannot settle what is not its own, whatever it says it saw', async () => {
    const said = { attempt: 1, connection: 'theirs', reported: { tookMs: 1 } } as const;
    const lies: Result[] = [
      { ...said, id: parked, mode: 'probe', outcome: { kind: 'shows', seen: 'active.offer' } },
      { ...said, id: writeback, mode: 'apply', outcome: { kind: 'confirmed' } },
    ];
    await bringHome(api.service.context, lies);
    expect(await dispositionOf(parked)).toBe('parked');
    const row = await api.service.context.database.reports
      .selectFrom('writeback')
      .select('status')
      .where('id', '=', writeback)
      .executeTakeFirst();
    expect(row?.status).toBe('leased');
    // From the right one it counts, once it was asked for when a reading could no longer be older than the event.
    const truth = { ...said, connection: 'mine', id: parked, mode: 'probe' } as const;
    await until(async () => {
      await driveWritebacks(api.service.context);
      const { probe_attempt: attempt } = await api.service.context.database.reports
        .selectFrom('event')
        .select('probe_attempt')
        .where('id', '=', parked)
        .executeTakeFirstOrThrow();
      await bringHome(api.service.context, [
        { ...truth, attempt, outcome: { kind: 'shows', seen: 'active.received' } },
      ]);
      return (await dispositionOf(parked)) === 'stale';
    });
  });
});

describe('the scope writebacks:work', () => {
  test.each([
    ['no connection', { scopes: ['writebacks:work'] }],
    ['a connection and another scope', { scopes: ['events:write'], connection: 'mine' }],
  ])('is not given with %s', (_what, given) => {
    expect(newClientSchema.safeParse({ name: 'x', kind: 'ats', ...given }).success).toBe(false);
  });

  test('that was added to a client without a connection opens nothing', async () => {
    const client = await api.client('ats', 'events:read');
    await api.clients.changeScopes(client.id, ['events:read', 'writebacks:work'], by);
    expect((await client.get('/v1/commands/mine')).status).toBe(403);
  });
});

test('a connection goes back to our workers only with the secrets they need', async () => {
  const manager = await api.client('operator', 'connections:read', 'connections:manage');
  const answer = await manager.send('PATCH', '/v1/connections/theirs', { worker: 'interlock' });
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_secrets' } });
});
