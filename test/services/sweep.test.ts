// What the sweeper makes of silence, and which results still count when attempts overlap.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findAdapter } from '../../src/adapters/registry.ts';
import type { Command, Result } from '../../src/core/delivery/message.ts';
import { retriesMax } from '../../src/core/delivery/retry.ts';
import { idMaker } from '../../src/core/ids.ts';
import { applyResults } from '../../src/services/delivery/apply-results.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { redriveAll, sweep } from '../../src/services/delivery/sweep.ts';
import type { Tx } from '../../src/store/database/database.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { openIncidents } from '../../src/store/settling/incidents.ts';
import { type Dispatch, openDispatch } from '../support/dispatch.ts';
import { intake } from '../support/intakes.ts';
import { idOf } from '../support/ledger-rows.ts';

let dispatch: Dispatch;
beforeEach(async () => {
  dispatch = await openDispatch();
  await dispatch.connect('greenhouse');
});
afterEach(async () => dispatch[Symbol.asyncDispose]());

const sweepOnce = () => sweep(dispatch.service.context);
const last = (): Command => {
  const command = dispatch.sent.at(-1);
  if (!command) throw new Error('nothing was sent');
  return command;
};
const rejected = async (): Promise<number> =>
  (await dispatch.service.context.metrics.registry.getSingleMetric('interlock_results_rejected_total')?.get())
    ?.values[0]?.value ?? 0;
/** A worker takes the attempt. Gives what she may write. */
const take = async ({ id, attempt, connection }: Pick<Command, 'id' | 'attempt' | 'connection'>): Promise<string[]> => {
  const { records, database } = dispatch.service.context;
  return (await records.takeWorks(database.delivery, [{ id, attempt, system: connection }], 21_000)).map(
    (row) => row.id,
  );
};
/** Its lease runs out, and the sweeper comes. */
async function lose(): Promise<void> {
  await dispatch.elapse(31);
  await sweepOnce();
}

describe('a lease', () => {
  test('that has not run out is left alone', async () => {
    const subject = await dispatch.subject();
    await dispatch.elapse(20);
    await sweepOnce();
    expect(dispatch.sent).toHaveLength(1);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', attempt: 1 }]);
  });

  test('that ran out is recorded as lost, and driven again under a new attempt at once', async () => {
    const subject = await dispatch.subject(2);
    const first = last();
    await lose();
    expect(dispatch.sent).toHaveLength(2);
    expect(last()).toMatchObject({ id: first.id, attempt: 2 });
    expect(await dispatch.attempts(first.id)).toEqual([{ attempt: 1, outcome: 'lost' }]);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', attempt: 2 }, { status: 'ready' }]);
    await sweepOnce();
    expect(dispatch.sent).toHaveLength(2);
  });

  test('that a worker takes after it was found lasts for her: nothing is lost', async () => {
    const subject = await dispatch.subject();
    await dispatch.elapse(31);
    const { context } = dispatch.service;
    const [found] = await context.records.findExpiredLeases(context.database.engine, 10);
    if (!found) throw new Error('no lease has run out');
    expect(await take(found)).toEqual([found.id]);
    await applyResults(context, [
      {
        writeback: found.id,
        attempt: found.attempt,
        connection: found.connection,
        outcome: { kind: 'lost' },
        by: 'schedule',
      },
    ]);
    expect(await dispatch.attempts(found.id)).toEqual([]);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', attempt: 1 }]);
  });

  test('to write is given to one worker, though two ask at once; one to look at is given to whoever asks', async () => {
    const { context } = dispatch.service;
    await dispatch.subject();
    const modes = async ({ id, attempt, connection: system }: Command) => {
      const ask = () => context.work.work({ id, attempt, system });
      return (await Promise.all([ask(), ask(), ask()])).map((row) => row?.mode ?? null);
    };
    expect(await modes(last())).toEqual(['apply', null, null]);
    expect(await modes(last())).toEqual([null, null, null]);
    await dispatch.answer(last(), { kind: 'accepted', afterMs: 1_000 });
    await dispatch.elapse(2);
    await driveWritebacks(context);
    expect(last()).toMatchObject({ attempt: 2, mode: 'confirm' });
    expect(await modes(last())).toEqual(['confirm', 'confirm', 'confirm']);
  });

  test('to write that somebody has locked for a moment is waited for, and given up once it is settled there', async () => {
    const { context } = dispatch.service;
    const lockedFor = async (ms: number, meanwhile: (tx: Tx, id: string) => Promise<unknown>) => {
      await dispatch.subject();
      const { id, attempt, connection: system } = last();
      let holding: Promise<unknown> = Promise.resolve();
      await new Promise<void>((locked) => {
        holding = context.database.transact('delivery', async (tx) => {
          await context.records.lockWritebacks(tx, [id]);
          locked();
          await new Promise((resolve) => setTimeout(resolve, ms));
          await meanwhile(tx, id);
        });
      });
      const row = await context.work.work({ id, attempt, system });
      await holding;
      return row?.id === id ? 'given' : row;
    };
    expect(await lockedFor(150, async () => undefined)).toBe('given');
    expect(
      await lockedFor(150, (tx, id) =>
        tx
          .updateTable('writeback')
          .set({ status: 'confirmed', lease_until: null, settled_by: 'echo', settled_at: new Date() })
          .where('id', '=', id)
          .execute(),
      ),
    ).toBeNull();
  });

  test('is not ended by an echo while its worker may be writing; before and after, it is', async () => {
    const { context } = dispatch.service;
    const [untaken, subject] = [await dispatch.subject(), await dispatch.subject()];
    const of = async (one: string) => (await dispatch.writebacks(one))[0];
    const [first, second] = dispatch.sent;
    if (!first || !second) throw new Error('two commands are on their way');
    const echo = ({ id: writeback, connection }: Command, attempt: number) =>
      applyResults(context, [{ writeback, attempt, connection, outcome: { kind: 'confirmed' }, by: 'echo' }]);
    await echo(first, 1);
    expect(await of(untaken)).toMatchObject({ status: 'confirmed', settled_by: 'echo' });

    expect(await take(second)).toEqual([second.id]);
    await echo(second, 1);
    expect(await of(subject)).toMatchObject({ status: 'leased', attempt: 1 });
    expect(await dispatch.attempts(second.id)).toEqual([]);
    // The vendor took it and shows it later: nothing is written any more, and an echo says as much as a reading.
    await applyResults(context, [
      {
        writeback: second.id,
        attempt: 1,
        connection: second.connection,
        outcome: { kind: 'accepted', afterMs: 1_000 },
        by: 'readback',
      },
      { writeback: second.id, attempt: 1, connection: second.connection, outcome: { kind: 'confirmed' }, by: 'echo' },
    ]);
    expect(await of(subject)).toMatchObject({ status: 'confirmed', settled_by: 'echo' });
  });

  test('is not ended by the late answer of the attempt before while its worker may be writing; before that, it is', async () => {
    const subjects = [await dispatch.subject(2), await dispatch.subject(2)];
    await lose();
    const seconds = dispatch.sent.filter(({ attempt }) => attempt === 2);
    expect(seconds).toHaveLength(2);
    const [untaken, taken] = seconds;
    if (!untaken || !taken) throw new Error('two commands are on their way');
    expect(await take(taken)).toEqual([taken.id]);
    for (const second of seconds) await dispatch.answer({ ...second, attempt: 1 }, { kind: 'confirmed' });

    const bySubject = await Promise.all(subjects.map((subject) => dispatch.writebacks(subject)));
    const lanes = new Map(bySubject.map((writebacks) => [writebacks[0]?.id, writebacks]));
    expect(lanes.get(untaken.id)).toMatchObject([{ status: 'confirmed' }, { status: 'leased' }]);
    // What comes next in the lane waits: the target would be written to by both.
    expect(lanes.get(taken.id)).toMatchObject([
      { status: 'leased', attempt: 2 },
      { status: 'ready', attempt: 0 },
    ]);
    // The answer is on record all the same.
    expect(await dispatch.attempts(taken.id)).toContainEqual({ attempt: 1, outcome: 'confirmed' });
    await dispatch.answer(taken, { kind: 'confirmed_already' });
    const ended = await Promise.all(subjects.map((subject) => dispatch.writebacks(subject)));
    for (const writebacks of ended) expect(writebacks).toMatchObject([{ status: 'confirmed' }, { status: 'leased' }]);
  });

  test.each([
    ['a microsecond before it began', -1, true],
    ['a microsecond after', 1, false],
  ])('ends a divergence that was seen before it, not after: %s', async (_, microseconds, ends) => {
    const { context } = dispatch.service;
    const db = context.database.engine;
    const subject = await dispatch.subject();
    const { id: writeback, connection } = last();
    const key = `divergence/${subject}/${connection}`;
    const of = { key, subject_id: subject, connection_id: connection, writeback_id: writeback, event_id: null };
    await openIncidents(db, [{ ...of, id: idOf('inc'), kind: 'divergence', owner: 'integration', detail: {} }]);
    await sql`update incident set seen_at = (select leased_at from writeback where id = ${writeback}) + ${microseconds} * interval '1 microsecond' where key = ${key}`.execute(
      db,
    );
    await applyResults(context, [
      { writeback, attempt: 1, connection, outcome: { kind: 'confirmed' }, by: 'readback' },
    ]);
    const { rows } = await sql<{
      over: boolean;
    }>`select settled_at is not null as over from incident where key = ${key}`.execute(db);
    expect(rows).toEqual([{ over: ends }]);
  });

  test('found by two sweepers at once is lost once', async () => {
    const subject = await dispatch.subject();
    await dispatch.elapse(31);
    await Promise.all([sweepOnce(), sweepOnce(), sweepOnce()]);
    expect(dispatch.sent).toHaveLength(2);
    expect(await dispatch.attempts(last().id)).toEqual([{ attempt: 1, outcome: 'lost' }]);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ attempt: 2, tries: 2 }]);
  });

  test('lost until no try is left ends in a dead writeback with its incident', async () => {
    const subject = await dispatch.subject(2);
    const { id } = last();
    for (let round = 0; round < retriesMax; round += 1) await lose();
    expect(await dispatch.writebacks(subject)).toMatchObject([
      { status: 'dead', reason: 'lost', tries: retriesMax, attempt: retriesMax },
      { status: 'ready', attempt: 0 },
    ]);
    const incidents = await dispatch.service.context.database.reports
      .selectFrom('incident')
      .select(['kind', 'settled_at'])
      .where('writeback_id', '=', id)
      .execute();
    expect(incidents).toEqual([{ kind: 'dead_writeback', settled_at: null }]);
    await sweepOnce();
    expect(dispatch.sent).toHaveLength(retriesMax);
  });
});

describe('a result', () => {
  test('that confirms counts from a lost attempt too, and the newer attempt has nothing more to say', async () => {
    const subject = await dispatch.subject(2);
    const first = last();
    await lose();
    const second = last();
    await dispatch.answer(first, { kind: 'confirmed' });
    expect(await dispatch.writebacks(subject)).toMatchObject([
      { status: 'confirmed', settled_by: 'readback' },
      { status: 'leased', attempt: 1 },
    ]);
    await dispatch.answer(second, { kind: 'conflict', seen: 'active.offer' });
    await dispatch.answer(second, { kind: 'refused', reason: 'gone' });
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'confirmed' }, { status: 'leased' }]);
  });

  test.each<[string, Result['outcome']]>([
    ['retryable', { kind: 'retryable', reason: 'server_error' }],
    ['refused', { kind: 'refused', reason: 'gone' }],
    ['ambiguous', { kind: 'ambiguous', reason: 'timeout' }],
    ['unauthorised', { kind: 'unauthorised' }],
    ['accepted', { kind: 'accepted', afterMs: 5_000 }],
    ['conflict', { kind: 'conflict', seen: 'active.offer' }],
  ])('of an older attempt that says %s is kept and changes nothing', async (_name, outcome) => {
    const subject = await dispatch.subject();
    const first = last();
    await lose();
    const before = await dispatch.writebacks(subject);
    await dispatch.answer(first, outcome);
    expect(await dispatch.writebacks(subject)).toEqual(before);
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
    expect((await dispatch.attempts(first.id)).map((one) => one.outcome)).toContain(outcome.kind);
    await dispatch.answer(last(), { kind: 'confirmed' });
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'confirmed' }]);
  });

  test('that leaves open whether it wrote is followed by no other before the target would show it', async () => {
    const { context } = dispatch.service;
    const { capabilities } = findAdapter('greenhouse');
    expect(capabilities.readLagMs).toBeGreaterThan(0);
    const subject = await dispatch.subject();
    await dispatch.answer(last(), { kind: 'ambiguous', reason: 'timeout' });
    await driveWritebacks(context);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'ready', attempt: 1 }]);
    await dispatch.elapse(capabilities.readLagMs / 1_000);
    await driveWritebacks(context);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', attempt: 2 }]);
  });

  test('that comes twice counts once', async () => {
    const subject = await dispatch.subject(2);
    const first = last();
    await dispatch.answer(first, { kind: 'confirmed' });
    await dispatch.answer(first, { kind: 'confirmed' });
    expect(await dispatch.attempts(first.id)).toEqual([{ attempt: 1, outcome: 'confirmed' }]);
    expect(await dispatch.writebacks(subject)).toMatchObject([
      { status: 'confirmed' },
      { status: 'leased', attempt: 1 },
    ]);
    expect(dispatch.sent).toHaveLength(2);
    expect(await rejected()).toBe(0);
  });

  test('that nobody can have is dropped and counted', async () => {
    const subject = await dispatch.subject();
    const command = last();
    const stranger = idMaker(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count)))('wrb');
    const before = await dispatch.writebacks(subject);
    const forged: Command[] = [
      { ...command, id: stranger },
      { ...command, id: 'no-id-at-all' },
      { ...command, attempt: command.attempt + 1 },
      { ...command, connection: 'elsewhere' },
    ];
    for (const one of forged) await dispatch.answer(one, { kind: 'confirmed' });
    expect(await rejected()).toBe(forged.length);
    expect(await dispatch.writebacks(subject)).toEqual(before);
    expect(await dispatch.attempts(command.id)).toEqual([]);
    // Beside true ones, in one delivery, they do no harm.
    await Promise.all([...forged, command].map((one) => dispatch.answer(one, { kind: 'confirmed' })));
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'confirmed' }]);
  });
});

describe('a look at the vendor', () => {
  const jump = async (ref: string): Promise<string> => {
    const { context } = dispatch.service;
    await context.recorder().record(intake(ref, 'application.received'));
    const jumped = intake(ref, 'hired', { connection: 'greenhouse', by: 'ats', stage: true });
    return (await context.recorder().record(jumped)).event;
  };
  const dispositionOf = async (event: string) =>
    dispatch.service.context.database.engine
      .selectFrom('event')
      .select(['disposition', 'code'])
      .where('id', '=', event)
      .executeTakeFirstOrThrow();
  const looks = (event: string): Command[] => dispatch.sent.filter(({ id }) => id === event);

  test('that was asked for while the vendor may show what was there before proves nothing, however late its answer comes', async () => {
    const event = await jump('late-answer');
    expect(looks(event)).toHaveLength(1);
    // Greenhouse may take a second to show a change everywhere.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const before: Result['outcome'] = { kind: 'shows', seen: 'active.received' };
    await dispatch.answer(looks(event)[0] as Command, before);
    expect(await dispositionOf(event)).toMatchObject({ disposition: 'parked' });
    await driveWritebacks(dispatch.service.context);
    expect(looks(event)).toHaveLength(2);
    await dispatch.answer(looks(event)[0] as Command, before);
    expect(await dispositionOf(event)).toMatchObject({ disposition: 'parked' });
    await dispatch.answer(looks(event)[1] as Command, before);
    expect(await dispositionOf(event)).toEqual({ disposition: 'stale', code: 'vendor_moved_on' });
  });
});

test('a bus without memory gets everything that is leased again, under the same attempts', async () => {
  const subjects = [await dispatch.subject(2), await dispatch.subject(2), await dispatch.subject()];
  await dispatch.answer(last(), { kind: 'confirmed' });
  const open = dispatch.sent.slice(0, 2);
  dispatch.sent.length = 0;
  await redriveAll(dispatch.service.context);
  expect(dispatch.sent.map(({ id, attempt }) => `${id}.${attempt}`).sort()).toEqual(
    open.map(({ id, attempt }) => `${id}.${attempt}`).sort(),
  );
  for (const subject of subjects) expect((await dispatch.writebacks(subject))[0]?.attempt).toBe(1);
});

test('nobody is warned of lost commands where nothing was on its way, as at a first start', async () => {
  const warn = vi.spyOn(dispatch.service.context.log, 'warn');
  await redriveAll(dispatch.service.context);
  expect(warn).not.toHaveBeenCalled();
  await dispatch.subject();
  await redriveAll(dispatch.service.context);
  expect(warn).toHaveBeenCalledWith({ writebacks: 1 }, expect.stringContaining('the bus lost commands'));
});

test('after all of it the counts are those of the tables', async () => {
  const subject = await dispatch.subject(3);
  const first = last();
  await lose();
  await dispatch.answer(first, { kind: 'confirmed' });
  await dispatch.answer(last(), { kind: 'refused', reason: 'gone' });
  expect(await dispatch.writebacks(subject)).toMatchObject([
    { status: 'confirmed' },
    { status: 'dead' },
    { status: 'ready' },
  ]);
  expect(await compareCounts(dispatch.service.context.database.reports)).toEqual([]);
});
