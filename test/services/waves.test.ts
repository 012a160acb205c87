// Waves: watched connections are never written to, pilots for some alone, gates are counted from the ledger, and what falls short is held.
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Phase } from '../../src/core/deciding/gates.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { readWaves, type WaveView } from '../../src/services/waves/read-waves.ts';
import { watchWaves } from '../../src/services/waves/watch-waves.ts';
import { changePhase, holdWave, type PhaseRequest, resumeWave } from '../../src/services/waves/waves.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { until } from '../support/hiring-office.ts';
import { type IntakeOptions, intake } from '../support/intakes.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const actor = { kind: 'cli' as const, id: 'test' };
let service: TestContext;
let payroll: WebhookReceiver;
beforeEach(async () => {
  service = await createTestContext();
  payroll = await startWebhookReceiver({ signingSecret: secret });
  const added = await addConnection(service.context, actor, {
    id: 'payroll',
    adapter: 'signed-webhook',
    settings: {
      url: payroll.hookUrl,
      allowPrivate: true,
      states: ['active'],
      confirm: { mode: 'read', url: `${payroll.url}/states/{subject}` },
    },
    scope: {},
    secrets: { signingSecret: secret },
  });
  if (!added.ok) throw new Error(JSON.stringify(added));
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
  await payroll.close();
});

const db = () => service.context.database.engine;
const record = (ref: string, type: string, options: IntakeOptions = {}) =>
  service.context.recorder().record(intake(ref, type, options));
const change = (to: Phase, more: Partial<PhaseRequest> = {}) =>
  changePhase(service.context, { connection: 'payroll', to, actor, ...more });
const view = async (): Promise<WaveView> =>
  (await readWaves(service.context)).find((one) => one.connection === 'payroll') as WaveView;
const shadows = () =>
  db()
    .selectFrom('shadow_write')
    .select(['event_type', 'target_state', 'outcome', 'seen'])
    .orderBy('created_at')
    .execute();
const writebacks = () =>
  db().selectFrom('writeback').select(['event_type', 'lane_seq', 'status', 'cause']).orderBy('created_at').execute();
const settled = () =>
  until(async () => (await writebacks()).every(({ status }) => status !== 'ready' && status !== 'leased'));
const region = (name: string): IntakeOptions => ({ data: { 'requisition.region': name } });
const easy = { minDays: 0, minVolume: 1, minMatchShare: 0.5, minConfirmedShare: 0.5 };

test('what is only watched is never written: it is noted and compared with what people do', async () => {
  service.startEngine();
  expect(await change('shadow')).toEqual({ ok: true });
  for (const ref of ['1', '2', '3']) await record(ref, 'application.received');
  await record('3', 'triage.started');
  // In the system itself somebody does by hand what would have been written about the first.
  const stage = { connection: 'payroll', stage: true, by: 'hris' as const };
  expect(await record('1', 'active.received', stage)).toMatchObject({ disposition: 'stale' });
  await record('2', 'active.offer', stage);
  const round = watchWaves(service.context);
  await round();
  expect((await shadows()).map(({ event_type, outcome }) => [event_type, outcome])).toEqual([
    ['application.received', 'match'],
    ['application.received', null],
    ['application.received', 'overtaken'],
    ['triage.started', null],
  ]);
  await sql`update wave set phase_since = phase_since - interval '5 days'`.execute(db());
  await sql`update shadow_write set created_at = created_at - interval '4 days' where outcome is null`.execute(db());
  await round();
  expect((await view()).shadows).toEqual([
    { event: 'application.received', target: 'active.received', matches: 1, misses: 1, overtaken: 1, open: 0 },
    { event: 'triage.started', target: 'active.triage', matches: 0, misses: 1, overtaken: 0, open: 0 },
  ]);
  // No writeback, no lane, no incident about what the system shows, and nothing came there.
  expect(await writebacks()).toEqual([]);
  expect(await db().selectFrom('lane').selectAll().execute()).toEqual([]);
  expect(await db().selectFrom('incident').selectAll().execute()).toEqual([]);
  expect(payroll.deliveries()).toEqual([]);
});

test('it moves on only through its gates, each named, unless somebody takes it upon herself', async () => {
  await change('shadow', { gates: easy });
  await record('1', 'application.received');
  const pilot = { pilot: { regions: ['de'] } };
  expect(await change('pilot', pilot)).toMatchObject({
    ok: false,
    code: 'gate_not_passed',
    gates: [{ name: 'volume' }, { name: 'matches', found: null }],
  });
  expect(await change('live')).toMatchObject({ ok: false, code: 'gate_not_passed' });
  await sql`update shadow_write set outcome = 'match', settled_at = clock_timestamp()`.execute(db());
  expect(await change('pilot')).toMatchObject({ ok: false, code: 'invalid_terms' });
  // From shadow to live is two steps, however good the first looks.
  expect(await change('live')).toMatchObject({ ok: false, code: 'gate_not_passed', detail: 'pilot comes before live' });
  expect(await change('pilot', pilot)).toEqual({ ok: true });
  expect(await change('live')).toMatchObject({
    ok: false,
    gates: [{ name: 'volume' }, { name: 'confirmed' }, { name: 'p95' }],
  });
  expect(await change('live', { override: { reason: 'Go-live is today' } })).toEqual({ ok: true });
  expect(await view()).toMatchObject({ phase: 'live', next: null });
  const { detail } = await db()
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'wave.changed')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  expect(detail).toMatchObject({ from: 'pilot', to: 'live', override: 'Go-live is today' });
  expect(await changePhase(service.context, { connection: 'nobody', to: 'live', actor })).toMatchObject({
    code: 'unknown_connection',
  });
  expect(await change('live', { gates: { minWeeks: 3 } })).toMatchObject({ code: 'invalid_terms' });
});

test('a pilot is written for its own alone, and what happened before is not made up for', async () => {
  service.startEngine();
  await change('shadow', { gates: easy });
  await record('before', 'application.received', region('de'));
  await change('pilot', { pilot: { regions: ['de'] }, override: { reason: 'test' } });
  await record('here', 'application.received', region('de'));
  await record('there', 'application.received', region('at'));
  await settled();
  expect(await writebacks()).toEqual([
    { event_type: 'application.received', lane_seq: 1, status: 'confirmed', cause: 'transition' },
  ]);
  expect((await shadows()).length).toBe(2);
  expect(payroll.deliveries()).toHaveLength(1);
  // Its next transition is the first of the lane; lanes are dense from where writing began.
  await record('before', 'triage.started');
  await change('live', { override: { reason: 'test' } });
  await record('there', 'triage.started');
  await settled();
  expect((await writebacks()).map(({ event_type, lane_seq, cause }) => [event_type, lane_seq, cause])).toEqual([
    ['application.received', 1, 'transition'],
    ['triage.started', 1, 'transition'],
    ['triage.started', 1, 'transition'],
  ]);
});

test('writes that fall short are stopped with an incident, wait in their order, and go on when a person says so', async () => {
  await change('shadow');
  await change('live', { override: { reason: 'test' }, gates: { ...easy, holdMinVolume: 2, holdConfirmedShare: 0.9 } });
  const round = watchWaves(service.context);
  await record('1', 'application.received');
  await record('2', 'application.received');
  await round();
  expect(await view()).toMatchObject({ phase: 'live', held: null });
  await sql`update writeback set status = 'dead', reason = 'http_500', settled_at = clock_timestamp(), lease_until = null`.execute(
    db(),
  );
  await round();
  expect(await view()).toMatchObject({ phase: 'paused', within: 'live', held: { gate: 'confirmed' } });
  expect(await db().selectFrom('connection').select('status').executeTakeFirst()).toEqual({ status: 'paused' });
  const incident = () =>
    db().selectFrom('incident').select(['kind', 'settled_by']).where('kind', '=', 'wave_held').execute();
  expect(await incident()).toEqual([{ kind: 'wave_held', settled_by: null }]);
  await record('3', 'application.received');
  expect((await writebacks()).at(-1)).toMatchObject({ status: 'ready' });
  // Nothing may be written after it went back to being watched, so what waits must end first.
  expect(await change('shadow')).toMatchObject({ ok: false, code: 'writes_open', open: 3 });
  expect(await resumeWave(service.context, { connection: 'payroll', reason: 'mended', actor })).toEqual({ ok: true });
  expect(await incident()).toEqual([{ kind: 'wave_held', settled_by: 'test' }]);
  service.startEngine();
  await until(async () => (await writebacks()).at(-1)?.status === 'confirmed');
  expect(await view()).toMatchObject({ phase: 'live', held: null });
});

test('a person holds what is written to; what is only watched has nothing to hold', async () => {
  const hold = () =>
    holdWave(service.context, { connection: 'payroll', gate: 'person', detail: 'wrong stages', actor });
  expect(await hold()).toMatchObject({ ok: false, code: 'no_wave' });
  await change('shadow');
  expect(await hold()).toMatchObject({ ok: false, code: 'no_wave' });
  await change('live', { override: { reason: 'test' } });
  expect(await hold()).toEqual({ ok: true });
  expect(await hold()).toEqual({ ok: true });
  expect(await view()).toMatchObject({ phase: 'paused', held: { gate: 'person', detail: 'wrong stages' } });
});

/** Lets both begin, each in a transaction of its own, and neither go on before the other waits too. */
async function atOnce<T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T[]> {
  return db()
    .transaction()
    .execute(async (tx) => {
      await sql`select from connection where id = 'payroll' for update`.execute(tx);
      const both = [first(), second()];
      await until(async () => {
        const { rows } = await sql<{ n: number }>`
          select count(distinct pid)::int as n from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`.execute(
          db(),
        );
        return rows[0]?.n === 2;
      });
      return both;
    })
    .then((both) => Promise.all(both));
}
const codes = (results: readonly { ok: boolean; code?: string }[]) => results.map((one) => one.code ?? 'ok').sort();
const changes = async () =>
  (await db().selectFrom('audit').select(['action', 'detail']).where('action', 'like', 'wave.%').execute()).length;

test('of two who change a phase at once one does, and the other is told', async () => {
  expect(
    codes(
      await atOnce(
        () => change('shadow'),
        () => change('shadow', { gates: easy }),
      ),
    ),
  ).toEqual(['changed_meanwhile', 'ok']);
  const override = { reason: 'test' };
  const both = await atOnce(
    () => change('pilot', { pilot: { regions: ['de'] }, override }),
    () => change('live', { override }),
  );
  expect(codes(both)).toEqual(['changed_meanwhile', 'ok']);
  const [pilot] = both;
  expect(await view()).toMatchObject(pilot?.ok ? { phase: 'pilot', pilot: { regions: ['de'] } } : { phase: 'live' });
  expect(await changes()).toBe(2);
});

test('a hold and a change of phase at once: one happens, and nothing lifts a hold that nobody saw', async () => {
  await change('shadow');
  await change('live', { override: { reason: 'test' } });
  const before = await view();
  const hold = { connection: 'payroll', gate: 'confirmed', detail: 'too few', actor };
  const both = await atOnce(
    () => holdWave(service.context, hold),
    () => change('pilot', { pilot: { regions: ['de'] } }),
  );
  expect(codes(both)).toEqual(['changed_meanwhile', 'ok']);
  expect(await view()).toMatchObject(both[0]?.ok ? { phase: 'paused', within: 'live' } : { phase: 'pilot' });
  // Nor later, on the word of a page that was drawn before.
  const seen = { since: before.since, held: null };
  expect(await change('live', { override: { reason: 'test' }, seen })).toMatchObject({
    ok: false,
    code: 'changed_meanwhile',
  });
  expect(await holdWave(service.context, { ...hold, seen })).toMatchObject({ code: 'changed_meanwhile' });
  const now = await view();
  expect(
    await change('live', { override: { reason: 'test' }, seen: { since: now.since, held: now.held?.at ?? null } }),
  ).toEqual({ ok: true });
});
