// Where commands reach this process alone, what is born under way is in its worker's hands at once: taken, read, and given to her without a statement.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { workCommands } from '../../src/services/delivery/work-commands.ts';
import { createWorkInHand } from '../../src/services/delivery/work-in-hand.ts';
import type { WorkRow } from '../../src/store/engine/work.ts';
import { type Dispatch, openDispatch } from '../support/dispatch.ts';
import { intake } from '../support/intakes.ts';

describe('what a process keeps', () => {
  const row = (id: string) => ({ id, attempt: 1, system: 'greenhouse' }) as WorkRow;

  test('is given once, and only to whoever asks for that attempt by the names of that system', () => {
    const hand = createWorkInHand(() => 0);
    hand.keep([row('wrb_1')], 0);
    expect(hand.take({ ...row('wrb_1'), attempt: 2 })).toBeNull();
    expect(hand.take({ ...row('wrb_1'), system: 'bamboohr' })).toBeNull();
    expect(hand.take(row('wrb_1'))).toEqual(row('wrb_1'));
    expect(hand.take(row('wrb_1'))).toBeNull();
  });

  test('is not believed for long, and forgotten when its lease is over', () => {
    let now = 0;
    const hand = createWorkInHand(() => now);
    hand.keep([row('wrb_1'), row('wrb_2'), row('wrb_3')], 0);
    now = limits.workInHandMs;
    expect(hand.take(row('wrb_1'))).toEqual(row('wrb_1'));
    now += 1;
    expect(hand.take(row('wrb_2'))).toBe('stale');
    hand.keep([], limits.leaseMs + 1);
    expect(hand.take(row('wrb_3'))).toBeNull();
  });

  test('leaves the lease that a worker has a right to', () => {
    expect(limits.leaseMs - limits.workInHandMs).toBeGreaterThanOrEqual(limits.takenLeaseMs);
  });

  test('begins and ends with the serving of a connection', () => {
    const hand = createWorkInHand(() => 0);
    const ends = new AbortController();
    expect(hand.serves('greenhouse')).toBe(false);
    hand.serve('greenhouse', ends.signal);
    expect([hand.serves('greenhouse'), hand.serves('bamboohr')]).toEqual([true, false]);
    ends.abort();
    expect(hand.serves('greenhouse')).toBe(false);
  });
});

describe('a writeback that is born under way', () => {
  let dispatch: Dispatch;
  const serving = new AbortController();
  beforeEach(async () => {
    dispatch = await openDispatch();
    await dispatch.connect('greenhouse');
    dispatch.service.context.workInHand.serve('greenhouse', serving.signal);
  });
  afterEach(async () => dispatch[Symbol.asyncDispose]());

  const takenOf = async (): Promise<{ attempt: number; taken: number; leftMs: number }[]> => {
    const rows = await dispatch.service.context.database.engine
      .selectFrom('writeback')
      .select(['attempt', 'taken', 'lease_until'])
      .orderBy('lane_seq')
      .execute();
    return rows.map(({ attempt, taken, lease_until }) => ({
      attempt,
      taken,
      leftMs: (lease_until?.getTime() ?? 0) - Date.now(),
    }));
  };
  const ask = ({ id, attempt, connection: system } = sent()) =>
    dispatch.service.context.work.work({ id, attempt, system });
  const sent = () => {
    const command = dispatch.sent.at(-1);
    if (!command) throw new Error('nothing was sent');
    return command;
  };

  test('is taken already, and given to one worker as the tables have it, without asking them', async () => {
    const { context } = dispatch.service;
    await dispatch.subject();
    expect(await takenOf()).toMatchObject([{ attempt: 1, taken: 1 }]);
    const { id, attempt, connection: system } = sent();
    const inTables = await context.database.transact('delivery', (tx) =>
      context.records.findTaken(tx, [{ id, attempt, system }]),
    );
    const asked = vi.spyOn(context.records, 'takeWorks');
    const given = await ask();
    expect(asked).not.toHaveBeenCalled();
    expect(given).toEqual(inTables[0]);
    expect(given).toMatchObject({ id, mode: 'apply', target_state: 'active.received', ref: null });
    expect(await ask()).toBeNull();
    asked.mockRestore();
  });

  test('knows the name that came with its event, and what was written before it', async () => {
    const { context } = dispatch.service;
    const subject = await dispatch.subject();
    const known = intake('by-its-name', 'application.received', { data: { 'requisition.skips': ['screening'] } });
    const first = sent();
    await ask();
    await dispatch.answer(first, { kind: 'confirmed', ref: '4711' });
    await dispatch.step(subject, 1);
    expect(await ask()).toMatchObject({
      target_state: 'active.triage',
      previous_state: 'active.received',
      expected_states: ['active.received'],
      last_written: 'active.received',
      ref: '4711',
    });
    await context.recorder().record({ ...known, alsoKnownAs: [{ system: 'greenhouse', ref: '4712' }] });
    expect(await ask()).toMatchObject({ ref: '4712' });
  });

  test('is asked for anew where it has lain for long: its lease is made longer, and it is still one worker’s', async () => {
    await dispatch.subject();
    await dispatch.elapse(25);
    await sleep(limits.workInHandMs + 50);
    const asked = vi.spyOn(dispatch.service.context.records, 'takeWorks');
    expect(await ask()).toMatchObject({ mode: 'apply' });
    expect(asked).toHaveBeenCalledOnce();
    const [row] = await takenOf();
    expect(row).toMatchObject({ attempt: 1, taken: 1 });
    expect(row?.leftMs).toBeGreaterThan(limits.takenLeaseMs - 2_000);
    expect(await ask()).toBeNull();
    asked.mockRestore();
  });

  test('is nobody’s any more where it was settled meanwhile', async () => {
    const { context } = dispatch.service;
    await dispatch.subject();
    await sleep(limits.workInHandMs + 50);
    await context.database.engine
      .updateTable('writeback')
      .set({
        status: 'waived',
        reason: 'person_erased',
        settled_by: 'operator',
        lease_until: null,
        settled_at: new Date(),
      })
      .execute();
    expect(await ask()).toBeNull();
  });

  test('that waits for the one before it is taken by a worker, as ever', async () => {
    await dispatch.subject(2);
    expect(await takenOf()).toMatchObject([
      { attempt: 1, taken: 1 },
      { attempt: 0, taken: 0 },
    ]);
    const first = sent();
    await ask();
    await dispatch.answer(first, { kind: 'confirmed' });
    expect(await takenOf()).toMatchObject([{ taken: 1 }, { attempt: 1, taken: 0 }]);
    expect(await ask()).toMatchObject({ target_state: 'active.triage' });
    expect(await takenOf()).toMatchObject([{ taken: 1 }, { attempt: 1, taken: 1 }]);
  });
});

test.each([
  ['local', true],
  ['nats', false],
] as const)('workers on the %s bus have their commands alone: %s', async (kind, alone) => {
  await using dispatch = await openDispatch();
  await dispatch.connect('greenhouse');
  const { context } = dispatch.service;
  const consumeCommands = vi.fn();
  const ending = new AbortController();
  workCommands({ ...context, bus: { ...context.bus, kind, consumeCommands } }, ending.signal);
  try {
    await vi.waitFor(() => expect(consumeCommands).toHaveBeenCalledOnce(), 5_000);
    expect(context.workInHand.serves('greenhouse')).toBe(alone);
  } finally {
    ending.abort();
  }
  expect(context.workInHand.serves('greenhouse')).toBe(false);
});
