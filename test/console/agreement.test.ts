// The agreement board: what differs and why, how far each system agrees over time, and what is done about it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { reconcile } from '../../src/services/reconcile/reconcile.ts';
import { watchAgreement } from '../../src/services/reconcile/reconcile-figures.ts';
import { readBulkAct } from '../../src/services/settling/read-bulk-act.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { greenhouseStages, secrets } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';
import { ago, hour, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';

let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(desk.service.context.database.engine);
  await rows.connection('hris');
  const added = await addConnection(
    desk.service.context,
    { kind: 'cli', id: 'test' },
    {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: { stages: greenhouseStages, rejectionReasonId: 14, allowCandidateEmails: true },
      scope: { machines: ['application'] },
      secrets,
    },
  );
  if (!added.ok) throw new Error(JSON.stringify(added));
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
}, 60_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const context = () => desk.service.context;
const engine = () => context().database.engine;
let serial = 0;
/** A real subject of the recorder's, in triage, of which Greenhouse was read to show something else. */
async function moved(states: readonly string[], stage: string, lastIsDead = false): Promise<string> {
  serial += 1;
  const ref = `moved-${serial}`;
  const first = await context()
    .recorder()
    .record(intake(ref, 'application.received', { data: {} }));
  const second = await context()
    .recorder()
    .record(intake(ref, 'triage.started', { data: {} }));
  if (second.disposition !== 'applied') throw new Error(JSON.stringify(second));
  const subject = first.subject ?? '';
  await engine()
    .insertInto('subject_ref')
    .values({ system: 'greenhouse', machine: 'application', external_id: ref, subject_id: subject })
    .execute();
  // What was written before is confirmed, so that only the reading differs; or the last of it was given up.
  const written = engine().updateTable('writeback').where('subject_id', '=', subject);
  if (lastIsDead)
    await written
      .set({ status: 'dead', reason: 'conflict', settled_at: ago(hour), lease_until: null, due_at: null })
      .where('target_state', '=', 'active.triage')
      .execute();
  await written
    .set({ status: 'confirmed', settled_at: ago(hour), settled_by: 'readback', lease_until: null, due_at: null })
    .where('status', '<>', 'dead')
    .execute();
  await engine()
    .updateTable('lane')
    .set((eb) => ({
      done_seq: lastIsDead ? eb('next_seq', '-', 1) : eb.ref('next_seq'),
      held_reason: lastIsDead ? 'dead' : null,
    }))
    .where('subject_id', '=', subject)
    .execute();
  await engine()
    .insertInto('shown')
    .values({
      id: context().newId('rdg'),
      subject_id: subject,
      connection_id: 'greenhouse',
      asked: 1,
      answered: 1,
      seen_at: ago(minute),
      stage,
      states: [...states],
      trouble: states.length === 0 ? 'unmapped' : 'moved',
      trouble_since: ago(2 * hour),
      look_at: null,
      failure: null,
      asked_version: 2,
      judged_at: null,
      judged_version: null,
    })
    .execute();
  return subject;
}
const stateOf = async (id: string) =>
  (await engine().selectFrom('subject').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;

describe('the board', () => {
  test('shows the canonical state beside what the system shows, why, since when and whose turn it is', async () => {
    const subject = await moved(['active.offer.drafted', 'active.offer.extended'], 'Offer <x>');
    const { text } = await viewer.get('/agreement?connection=greenhouse');
    expect(text).toContain(subject);
    expect(text).toContain('Triage');
    expect(text).toContain('Extended');
    expect(text).toContain('“Offer &lt;x&gt;”');
    expect(text).toContain('greenhouse shows another state than ours, and nobody of us wrote it');
    expect(text).toContain('2 h');
    expect(text).not.toContain('type="checkbox"');
  });

  test('is narrowed by connection, cause and age', async () => {
    const dead = await rows.subject();
    await rows.writeback(dead, 'hris', { status: 'dead', reason: 'http_422', createdAt: ago(3 * 24 * hour) });
    const young = await rows.subject();
    await rows.writeback(young, 'hris', { status: 'ready', createdAt: ago(2 * minute) });
    const has = async (query: string, id: string) => (await viewer.get(`/agreement?${query}`)).text.includes(id);
    expect([await has('connection=hris', dead), await has('connection=greenhouse', dead)]).toEqual([true, false]);
    expect([await has('cause=dead_writeback', dead), await has('cause=dead_writeback', young)]).toEqual([true, false]);
    expect([await has('age=86400000', dead), await has('age=86400000', young)]).toEqual([true, false]);
    expect((await viewer.get('/agreement?machine=onboarding')).text).toContain('Take a filter away');
  });

  test('tells how far each system agrees, as it was counted, and how that changed', async () => {
    const count = watchAgreement(context());
    await count();
    const counted = await engine()
      .selectFrom('agreement_hour')
      .selectAll()
      .where('connection_id', '=', 'hris')
      .executeTakeFirstOrThrow();
    expect([counted.pairs, counted.agreeing]).toEqual([2, 0]);
    await engine()
      .insertInto('agreement_hour')
      .values({ connection_id: 'hris', hour: ago(3 * 24 * hour), pairs: 10, agreeing: 9, causes: '{}' })
      .execute();
    const { text } = await viewer.get('/agreement');
    expect(text).toContain('−90.0');
    expect(text).toContain('1 given up');
    expect(text).toContain('<polyline');
    // Counting again within the hour writes the same row.
    await count();
    expect(
      await engine().selectFrom('agreement_hour').selectAll().where('connection_id', '=', 'hris').execute(),
    ).toHaveLength(2);
  });
});

describe('what is done', () => {
  const tick = (subject: string, writeback = '') => ({ [`tick|${subject}|greenhouse|${writeback}`]: 'on' });

  test('looking again has the reading repeated with the next round', async () => {
    const subject = await moved(['active.offer.extended'], 'Offer');
    const done = await operator.post('/agreement/act', { do: 'look', reason: 'they moved it back', ...tick(subject) });
    expect(done.text).toContain('1 line read again with the next round of the sweep.');
    const waiting = () =>
      engine()
        .selectFrom('shown')
        .select(['look_at', 'asked'])
        .where('subject_id', '=', subject)
        .executeTakeFirstOrThrow();
    expect((await waiting()).look_at).not.toBeNull();
    await expect
      .poll(
        async () => {
          await reconcile(context());
          return (await waiting()).asked;
        },
        { timeout: 10_000, interval: 200 },
      )
      .toBe(2);
    const never = await rows.subject();
    const left = await operator.post('/agreement/act', { do: 'look', reason: 'see', ...tick(never) });
    expect(left.text).toContain('the sweep does not read it');
  });

  test('adopting moves the subject along an edge of the machine, and only along one', async () => {
    const adopt = async (subject: string) =>
      (await operator.post('/agreement/act', { do: 'adopt', reason: 'the recruiter was right', ...tick(subject) }))
        .text;
    const subject = await moved(['active.screening.invited'], 'Assessment', true);
    const [given] = await engine()
      .selectFrom('writeback')
      .select('id')
      .where('subject_id', '=', subject)
      .where('status', '=', 'dead')
      .execute();
    expect(await adopt(subject)).toContain('moved to active.screening.invited by “screening.invited”');
    expect(await stateOf(subject)).toBe('active.screening.invited');
    const after = await engine()
      .selectFrom('writeback')
      .select('status')
      .where('id', '=', given?.id ?? '')
      .executeTakeFirst();
    expect(after?.status).toBe('waived');
    const rejected = await moved(['rejected'], 'Rejected');
    expect(await adopt(rejected)).toContain('that step needs rejection.reason');
    const far = await moved(['hired'], 'Hired');
    expect(await adopt(far)).toContain('no single way');
    const unknown = await moved([], 'Limbo');
    expect(await adopt(unknown)).toContain('none of our states');
    expect([await stateOf(rejected), await stateOf(far), await stateOf(unknown)]).toEqual(
      Array(3).fill('active.triage'),
    );
  });

  test('writing again is an act of what was given up, and says where there is nothing', async () => {
    const subject = await rows.subject();
    const dead = await rows.writeback(subject, 'hris', { status: 'dead', reason: 'conflict' });
    const sent = await operator.post('/agreement/act', {
      do: 'write',
      reason: 'ours counts',
      force: 'on',
      [`tick|${subject}|hris|${dead}`]: 'on',
    });
    const act = /^\/acts\/(act_\w+)$/.exec(sent.headers.get('location') ?? '')?.[1] ?? '';
    await expect.poll(async () => (await readBulkAct(context(), act))?.counts.under_way).toBe(1);
    const written = await engine()
      .selectFrom('writeback')
      .select(['status', 'overwrites'])
      .where('id', '=', dead)
      .executeTakeFirstOrThrow();
    expect(written).toEqual({ status: 'ready', overwrites: ['*'] });
    const none = await moved(['active.offer.extended'], 'Offer');
    const refused = await operator.post('/agreement/act', { do: 'write', reason: 'ours counts', ...tick(none) });
    expect([refused.status, refused.text.includes('None of these has a write that was given up')]).toEqual([422, true]);
  });

  test('holding holds the lanes, and everything needs a reason and a tick', async () => {
    const subject = await moved(['active.offer.extended'], 'Offer');
    const held = await operator.post('/agreement/act', { do: 'hold', reason: 'ask the recruiter', ...tick(subject) });
    expect(held.text).toContain('1 line held');
    const lane = await engine()
      .selectFrom('lane')
      .select('held_reason')
      .where('subject_id', '=', subject)
      .where('connection_id', '=', 'greenhouse')
      .executeTakeFirstOrThrow();
    expect(lane.held_reason).toBe('operator: ask the recruiter');
    expect((await operator.post('/agreement/act', { do: 'hold', reason: '', ...tick(subject) })).text).toContain(
      'Say why',
    );
    expect((await operator.post('/agreement/act', { do: 'hold', reason: 'x' })).text).toContain('Tick at least one');
    expect((await viewer.post('/agreement/act', { do: 'hold', reason: 'x', ...tick(subject) })).status).toBe(403);
  });
});
