// Polling: what a system's list shows is recorded as a webhook would be, once, whatever is lost in between.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type BambooHrSandbox, startBambooHr } from '../../src/sandbox/bamboohr.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { pollAll } from '../../src/services/intake/poll.ts';
import { movePollCursor, takePollTurn } from '../../src/store/connections/polls.ts';
import { createTestContext, type TestContext } from '../support/context.ts';

let service: TestContext;
let bamboo: BambooHrSandbox;
beforeEach(async () => {
  service = await createTestContext();
  bamboo = await startBambooHr({ apiKey: 'key', webhookPrivateKey: 'hush', customFields: ['customInterlockId'] });
  const added = await addConnection(
    service.context,
    { kind: 'cli', id: 'test' },
    {
      id: 'bamboo',
      adapter: 'bamboohr',
      settings: {
        companyDomain: 'acme',
        baseUrl: `${bamboo.url}/api/v1`,
        keyField: 'customInterlockId',
        stages: {
          New: 'active.received',
          Reviewed: 'active.triage',
          'Schedule Phone Screen': 'active.screening',
          Interviewed: 'active.interview',
        },
      },
      scope: { machines: ['application'] },
      secrets: { apiKey: 'key' },
    },
  );
  if (!added.ok) throw new Error(JSON.stringify(added));
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
  await bamboo.close();
});

const db = () => service.context.database.engine;
const never = new AbortController().signal;
async function poll(): Promise<number> {
  await sql`update poll set due_at = clock_timestamp()`.execute(db());
  return pollAll(service.context, never);
}
const apply = (number: number): string =>
  bamboo.applicants.apply({ firstName: 'Kim', lastName: `Nr${number}`, email: `kim${number}@example.com` });
const stateOf = async (id: string): Promise<string | undefined> =>
  (
    await db()
      .selectFrom('subject')
      .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
      .select('state')
      .where('external_id', '=', `application/${id}`)
      .executeTakeFirst()
  )?.state;
const events = () =>
  db().selectFrom('event').select(['external_id', 'disposition', 'code']).orderBy('received_at').execute();
const place = () => db().selectFrom('poll').selectAll().executeTakeFirstOrThrow();
const open = () => db().selectFrom('incident').select(['kind', 'detail']).where('settled_at', 'is', null).execute();

test('an application and its moves become events, and what did not change is not read again', async () => {
  const id = apply(1);
  expect(await poll()).toBe(1);
  expect(await stateOf(id)).toBe('active.received');
  bamboo.applicants.setStatus(id, 'Reviewed');
  expect(await poll()).toBe(1);
  expect(await stateOf(id)).toBe('active.triage');
  const { details } = bamboo.applicants.asked();
  bamboo.applicants.comment(id);
  expect(await poll()).toBe(0);
  expect(bamboo.applicants.asked().details).toBe(details);
  expect((await events()).map((one) => one.disposition)).toEqual(['applied', 'applied']);
});

test('of a hundred applications over several pages none is missed', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => apply(index));
  expect(await poll()).toBe(100);
  for (const id of [ids[3], ids[50], ids[97]]) bamboo.applicants.setStatus(id ?? '', 'Reviewed');
  const before = bamboo.applicants.asked();
  expect(await poll()).toBe(3);
  const after = bamboo.applicants.asked();
  // The first page has all that is news, the second shows that there is no more.
  expect([after.lists - before.lists, after.details - before.details]).toEqual([2, 3]);
  expect(await stateOf(ids[50] ?? '')).toBe('active.triage');
});

describe('after a crash', () => {
  test('between recording and moving the cursor the same comes again, and counts once', async () => {
    const id = apply(1);
    await poll();
    const { cursor } = await place();
    bamboo.applicants.setStatus(id, 'Reviewed');
    await poll();
    // As if the process had died before it could move the cursor; the recruiter wrote something meanwhile.
    await sql`update poll set cursor = ${cursor}`.execute(db());
    bamboo.applicants.comment(id);
    expect(await poll()).toBe(1);
    expect((await events()).map((one) => one.disposition)).toEqual(['applied', 'applied']);
    expect(await open()).toEqual([]);
    expect(await stateOf(id)).toBe('active.triage');
  });

  test("the turn is another process's when its lease is over, and the first can no longer move the cursor", async () => {
    apply(1);
    await poll();
    await sql`update poll set due_at = clock_timestamp()`.execute(db());
    const first = await takePollTurn(db(), 'bamboo', limits.pollLeaseMs);
    expect(await takePollTurn(db(), 'bamboo', limits.pollLeaseMs)).toBeUndefined();
    await sql`update poll set due_at = clock_timestamp()`.execute(db());
    const second = await takePollTurn(db(), 'bamboo', limits.pollLeaseMs);
    expect(await movePollCursor(db(), 'bamboo', { turn: first?.turn ?? 0, cursor: 'mine', dueInMs: 0 })).toBe(false);
    expect(await movePollCursor(db(), 'bamboo', { turn: second?.turn ?? 0, cursor: 'theirs', dueInMs: 0 })).toBe(true);
    expect(await place()).toMatchObject({ cursor: 'theirs' });
  });
});

test('two processes at once poll once', async () => {
  apply(1);
  await sql`insert into poll (connection_id) values ('bamboo')`.execute(db());
  const counts = await Promise.all([pollAll(service.context, never), pollAll(service.context, never)]);
  expect(counts.sort()).toEqual([0, 1]);
  expect(bamboo.applicants.asked()).toEqual({ lists: 1, details: 1 });
});

test('a vendor that does not answer moves nothing, is asked later and later, and is an incident in the end', async () => {
  apply(1);
  bamboo.faults.next('error_before', { on: 'read', times: 2 });
  expect(await poll()).toBe(0);
  expect(await place()).toMatchObject({ cursor: null, failures: 1, failure: expect.stringMatching(/^status_50/) });
  expect(await open()).toEqual([]);
  await sql`update poll set created_at = created_at - interval '1 hour'`.execute(db());
  await poll();
  expect(await open()).toMatchObject([{ kind: 'polling_stale' }]);
  expect(await poll()).toBe(1);
  expect(await open()).toEqual([]);
});

test('a status that stands for no state is quarantined, as in a webhook', async () => {
  const id = apply(1);
  bamboo.applicants.setStatus(id, 'Rejected');
  await poll();
  expect(await events()).toMatchObject([{ disposition: 'quarantined', code: 'unknown_stage' }]);
});
