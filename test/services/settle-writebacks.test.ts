// What people decide about writebacks, against a running engine and a vendor: redrive, waive, hold; and the counts stay true.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { holdLanes, releaseLanes } from '../../src/services/settling/hold-lanes.ts';
import { settleIncident } from '../../src/services/settling/settle-incidents.ts';
import { redriveMatching, redriveWritebacks, waiveWritebacks } from '../../src/services/settling/settle-writebacks.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

const actor = { kind: 'client', id: 'cli_operator' } as const;
const decision = { actor, reason: 'the vendor is well again', requestId: 'request-1' };
const wish = { ...decision, force: false };

let office: HiringOffice;
beforeAll(async () => {
  office = await openHiringOffice();
});
afterEach(async () => {
  office.greenhouse.faults.calm();
  await closeCircuit();
});
afterAll(async () => office[Symbol.asyncDispose]());

const closeCircuit = () =>
  office.service.context.database.engine
    .updateTable('connection')
    .set({ circuit: 'closed', circuit_until: null, circuit_reason: null })
    .where('id', '=', 'greenhouse')
    .where('circuit', '<>', 'closed')
    .execute();
const db = () => office.service.context.database.reports;
const last = async (ref: string) =>
  (await office.writebacks(ref)).at(-1) as Awaited<ReturnType<HiringOffice['writebacks']>>[number];
const laneOf = async (ref: string) =>
  db()
    .selectFrom('lane')
    .selectAll()
    .where('subject_id', '=', (await office.subjectOf(ref)).id)
    .where('connection_id', '=', 'greenhouse')
    .executeTakeFirstOrThrow();
const audited = (object: string) =>
  db()
    .selectFrom('audit')
    .select(['action', 'actor_id', 'detail', 'request_id'])
    .where('object_id', '=', object)
    .orderBy('id')
    .execute();
const incidentOf = (writeback: string) =>
  db()
    .selectFrom('incident')
    .select(['kind', 'settled_by', 'resolution'])
    .where('writeback_id', '=', writeback)
    .execute();

/** An application whose invitation to screening was given up: the vendor answered errors until no try was left. */
async function withDeadWriteback(): Promise<{ ref: string; dead: string }> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started');
  await office.settled(ref);
  office.greenhouse.faults.next('error_before', { times: 9 });
  await office.record(ref, 'screening.invited');
  await until(async () => {
    // Nine failures in a row open the circuit; here only the one writeback is to be ill.
    await closeCircuit();
    return (await last(ref)).status === 'dead';
  });
  // The last failure may have opened it between those two.
  await closeCircuit();
  office.greenhouse.faults.calm();
  return { ref, dead: (await last(ref)).id };
}

describe('a dead writeback', () => {
  test('holds its lane until it is redriven; then it goes out under a new attempt number, and what waited follows in order', async () => {
    const { ref, dead } = await withDeadWriteback();
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 77 } });
    expect(await laneOf(ref)).toMatchObject({ held_reason: 'dead' });
    const before = (await last(ref)).attempt;
    expect(before).toBe(0);
    expect(await redriveWritebacks(office.service.context, [dead], wish)).toEqual([
      { id: dead, kind: 'done', status: 'ready' },
    ]);
    await office.settled(ref);
    const all = await office.writebacks(ref);
    expect(all.map((one) => one.status)).toEqual(all.map(() => 'confirmed'));
    expect(all.find((one) => one.id === dead)?.attempt).toBeGreaterThan(9);
    expect(await laneOf(ref)).toMatchObject({ held_reason: null, done_seq: all.length });
    expect(office.greenhouse.application(ref)?.stage.name).toBe('Assessment');
    expect(await incidentOf(dead)).toEqual([
      { kind: 'dead_writeback', settled_by: 'client:cli_operator', resolution: 'Redriven: the vendor is well again' },
    ]);
    expect(await audited(dead)).toMatchObject([
      {
        action: 'writeback.redriven',
        actor_id: 'cli_operator',
        request_id: 'request-1',
        detail: { reason: 'the vendor is well again', was: 'dead', force: false },
      },
    ]);
    expect(await compareCounts(db())).toEqual([]);
  });

  test('that is confirmed after a redrive does not count as confirmed at the first try', async () => {
    const { ref, dead } = await withDeadWriteback();
    const firstTries = () =>
      db()
        .selectFrom('kpi_hour')
        .select((eb) => eb.fn.sum<string>('count').as('sum'))
        .where('measure', '=', 'writeback.confirmed_first_try')
        .executeTakeFirstOrThrow();
    const { sum } = await firstTries();
    await redriveWritebacks(office.service.context, [dead], wish);
    await office.settled(ref);
    expect((await last(ref)).status).toBe('confirmed');
    expect((await firstTries()).sum).toBe(sum);
  });

  test('can be waived: it stays as it is, with the reason, and the next one goes out', async () => {
    const { ref, dead } = await withDeadWriteback();
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 64 } });
    expect(await waiveWritebacks(office.service.context, [dead], decision)).toEqual([
      { id: dead, kind: 'done', status: 'waived' },
    ]);
    await office.settled(ref);
    expect((await office.writebacks(ref)).slice(-2)).toMatchObject([
      { status: 'waived', reason: 'the vendor is well again', settled_by: 'operator' },
      { status: 'confirmed' },
    ]);
    expect(await incidentOf(dead)).toMatchObject([{ resolution: 'Waived: the vendor is well again' }]);
    expect(await audited(dead)).toMatchObject([{ action: 'writeback.waived' }]);
    expect(await compareCounts(db())).toEqual([]);
  });

  test('cannot have its incident settled while it holds the lane', async () => {
    const { dead } = await withDeadWriteback();
    const { id } = await db()
      .selectFrom('incident')
      .select('id')
      .where('writeback_id', '=', dead)
      .executeTakeFirstOrThrow();
    expect(await settleIncident(office.service.context, id, { actor, resolution: 'looks fine' })).toEqual({
      kind: 'writeback_dead',
      writeback: dead,
    });
    await waiveWritebacks(office.service.context, [dead], decision);
    expect(await settleIncident(office.service.context, id, { actor, resolution: 'looks fine' })).toEqual({
      kind: 'already_settled',
    });
  });

  test('is superseded, and no longer counted as dead, when the system moves on by itself', async () => {
    const { ref, dead } = await withDeadWriteback();
    office.greenhouse.editByHand(ref, { kind: 'reject', reasonId: 14 });
    await until(async () => (await office.subjectOf(ref)).state === 'rejected');
    await until(async () => (await office.writebacks(ref)).find((one) => one.id === dead)?.status === 'superseded');
    expect(await compareCounts(db())).toEqual([]);
    expect(await redriveWritebacks(office.service.context, [dead], wish)).toEqual([
      { id: dead, kind: 'not_dead', status: 'superseded' },
    ]);
  });
});

describe('many at once', () => {
  test('each have a result, and one that cannot be redriven stops no other', async () => {
    const one = await withDeadWriteback();
    const two = await withDeadWriteback();
    const confirmed = (await office.writebacks(one.ref))[0]?.id ?? '';
    const results = await redriveWritebacks(
      office.service.context,
      [one.dead, two.dead, confirmed, 'wrb_missing', one.dead],
      wish,
    );
    expect(new Map(results.map((result) => [result.id, result.kind]))).toEqual(
      new Map([
        [one.dead, 'done'],
        [two.dead, 'done'],
        [confirmed, 'not_dead'],
        ['wrb_missing', 'unknown'],
      ]),
    );
    await office.settled(one.ref);
    await office.settled(two.ref);
  });

  test('are found by what they have in common', async () => {
    const { ref, dead } = await withDeadWriteback();
    expect((await redriveMatching(office.service.context, { connection: 'another' }, wish)).results).toEqual([]);
    expect(
      (await redriveMatching(office.service.context, { connection: 'greenhouse', eventType: 'offer.drafted' }, wish))
        .results,
    ).toEqual([]);
    expect(
      await redriveMatching(office.service.context, { connection: 'greenhouse', eventType: 'screening.invited' }, wish),
    ).toEqual({ results: [{ id: dead, kind: 'done', status: 'ready' }], more: false });
    await office.settled(ref);
  });

  test('racing for one writeback decide it once', async () => {
    const { ref, dead } = await withDeadWriteback();
    const answers = await Promise.all([...Array(4)].map(() => redriveWritebacks(office.service.context, [dead], wish)));
    expect(answers.flat().filter((one) => one.kind === 'done')).toHaveLength(1);
    await office.settled(ref);
    expect(await audited(dead)).toHaveLength(1);
    expect(await compareCounts(db())).toEqual([]);
  });
});

describe('refused are', () => {
  test('waiving what is in flight, and redriving for a connection that was removed', async () => {
    const rows = ledgerRows(office.service.context.database.engine);
    await rows.connection('gone', { status: 'removed' });
    const subject = await rows.subject();
    const flying = await rows.writeback(subject, 'gone', { status: 'leased' });
    const other = await rows.subject();
    const dead = await rows.writeback(other, 'gone', { status: 'dead' });
    expect(await waiveWritebacks(office.service.context, [flying], decision)).toEqual([
      { id: flying, kind: 'in_flight', status: 'leased' },
    ]);
    expect(await redriveWritebacks(office.service.context, [dead], wish)).toEqual([
      { id: dead, kind: 'connection_removed', status: 'dead' },
    ]);
    expect(await audited(flying)).toEqual([]);
  });

  test('redriving what the system has overtaken', async () => {
    const rows = ledgerRows(office.service.context.database.engine);
    await rows.connection('overtaking');
    const subject = await rows.subject();
    const dead = await rows.writeback(subject, 'overtaking', { status: 'dead' });
    await rows.writeback(subject, 'overtaking', { status: 'confirmed', cause: 'origin' });
    expect(await redriveWritebacks(office.service.context, [dead], wish)).toEqual([
      { id: dead, kind: 'overtaken', status: 'dead' },
    ]);
  });
});

describe('a lane', () => {
  test('that a person holds lets nothing out until it is released', async () => {
    const ref = await office.applicant();
    await office.settled(ref);
    const lane = { subject: (await office.subjectOf(ref)).id, connection: 'greenhouse' };
    expect(await holdLanes(office.service.context, [lane], decision)).toEqual([
      { ...lane, kind: 'done', held: 'operator: the vendor is well again', inFlight: false },
    ]);
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await office.writebacks(ref)).slice(-2).map((one) => [one.status, one.attempt])).toEqual([
      ['ready', 0],
      ['ready', 0],
    ]);
    expect(await holdLanes(office.service.context, [lane], decision)).toMatchObject([{ kind: 'already_held' }]);
    expect(await releaseLanes(office.service.context, [lane], decision)).toEqual([
      { ...lane, kind: 'done', held: null, inFlight: false },
    ]);
    await office.settled(ref);
    expect((await office.writebacks(ref)).every((one) => one.status === 'confirmed')).toBe(true);
    expect((await audited(`${lane.subject}/greenhouse`)).map((one) => one.action)).toEqual([
      'lane.held',
      'lane.released',
    ]);
  });

  test('keeps a person’s hold while its head dies and is redriven', async () => {
    const { ref, dead } = await withDeadWriteback();
    const lane = { subject: (await office.subjectOf(ref)).id, connection: 'greenhouse' };
    await holdLanes(office.service.context, [lane], decision);
    await redriveWritebacks(office.service.context, [dead], wish);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await last(ref)).toMatchObject({ status: 'ready' });
    await releaseLanes(office.service.context, [lane], decision);
    await office.settled(ref);
    expect((await last(ref)).status).toBe('confirmed');
  });

  test('with a dead head stays held by it when a person’s hold is released', async () => {
    const { ref, dead } = await withDeadWriteback();
    const lane = { subject: (await office.subjectOf(ref)).id, connection: 'greenhouse' };
    expect(await releaseLanes(office.service.context, [lane], decision)).toMatchObject([
      { kind: 'not_held', held: 'dead' },
    ]);
    await holdLanes(office.service.context, [lane], decision);
    expect(await releaseLanes(office.service.context, [lane], decision)).toMatchObject([
      { kind: 'done', held: 'dead' },
    ]);
    await waiveWritebacks(office.service.context, [dead], decision);
    expect(await laneOf(ref)).toMatchObject({ held_reason: null });
  });

  test('can be held before it has any writeback, and one of nothing cannot', async () => {
    const rows = ledgerRows(office.service.context.database.engine);
    await rows.connection('quiet');
    const subject = await rows.subject();
    expect(
      await holdLanes(
        office.service.context,
        [
          { subject, connection: 'quiet' },
          { subject, connection: 'nowhere' },
        ],
        decision,
      ),
    ).toMatchObject([
      { connection: 'nowhere', kind: 'unknown' },
      { connection: 'quiet', kind: 'done' },
    ]);
  });
});
