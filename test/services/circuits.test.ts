// A connection's circuit: what opens it, what is spared meanwhile, and how a single trial closes it again.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command, Result } from '../../src/core/delivery/message.ts';
import { limits } from '../../src/core/limits.ts';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { actor, type Dispatch, openDispatch } from '../support/dispatch.ts';

let dispatch: Dispatch;
beforeEach(async () => {
  dispatch = await openDispatch();
  await dispatch.connect('greenhouse', 8);
});
afterEach(async () => dispatch[Symbol.asyncDispose]());

const drive = () => driveWritebacks(dispatch.service.context);
const failed: Result['outcome'] = { kind: 'retryable', reason: 'server_error' };
/** Commands since the last time. */
const taken = (): Command[] => dispatch.sent.splice(0);
const statuses = async (subjects: readonly string[]): Promise<string[]> =>
  (await Promise.all(subjects.map((subject) => dispatch.writebacks(subject)))).flat().map((one) => one.status);

async function subjects(count: number): Promise<string[]> {
  const all: string[] = [];
  for (let index = 0; index < count; index += 1) all.push(await dispatch.subject());
  return all;
}

/** The time of an open circuit is over. */
async function halfOpen(): Promise<void> {
  await dispatch.elapse(limits.circuitOpenMs / 1000 + 1);
  await sweep(dispatch.service.context);
  expect(await dispatch.connection()).toMatchObject({ circuit: 'half_open' });
}

describe('refused credentials', () => {
  test('open the circuit, and dead-letter nothing however often they are refused', async () => {
    const all = await subjects(3);
    for (const command of taken()) await dispatch.answer(command, { kind: 'unauthorised' });
    expect(await dispatch.connection()).toMatchObject({ circuit: 'open', reason: 'unauthorised' });
    for (let round = 0; round < 12; round += 1) {
      await halfOpen();
      await drive();
      const [trial, ...more] = taken();
      expect(more).toEqual([]);
      if (!trial) throw new Error('nothing was tried');
      await dispatch.answer(trial, { kind: 'unauthorised' });
      expect(await dispatch.connection()).toMatchObject({ circuit: 'open' });
    }
    expect(await statuses(all)).toEqual(['ready', 'ready', 'ready']);
    const tries = (await Promise.all(all.map((subject) => dispatch.writebacks(subject)))).flat();
    expect(tries.map((one) => one.tries)).toEqual([0, 0, 0]);
    expect(await dispatch.service.context.database.reports.selectFrom('incident').selectAll().execute()).toEqual([]);
  });

  test('stop what is due and what is new', async () => {
    await subjects(2);
    const [first] = taken();
    if (!first) throw new Error('nothing was sent');
    await dispatch.answer(first, { kind: 'unauthorised' });
    await subjects(2);
    await dispatch.elapse(20);
    expect(await drive()).toBe(0);
    expect(taken()).toEqual([]);
  });

  test('are no concern of other connections', async () => {
    await dispatch.connect('other');
    const [subject] = await subjects(1);
    const mine = taken().find((command) => command.connection === 'greenhouse');
    if (!mine) throw new Error('nothing was sent');
    await dispatch.answer(mine, { kind: 'unauthorised' });
    expect(await dispatch.connection('other')).toMatchObject({ circuit: 'closed' });
    await dispatch.step(subject ?? '', 1);
    const other = (await dispatch.writebacks(subject ?? '')).filter((one) => one.connection_id === 'other');
    await dispatch.answer(
      { id: other[0]?.id ?? '', attempt: 1, connection: 'other', mode: 'apply' },
      { kind: 'confirmed' },
    );
    expect(taken().map((command) => command.connection)).toEqual(['other']);
  });
});

describe('a half open circuit', () => {
  test('lets one writeback through; its success closes the circuit and the others follow', async () => {
    const all = await subjects(5);
    for (const command of taken()) await dispatch.answer(command, { kind: 'unauthorised' });
    await halfOpen();
    for (let round = 0; round < 3; round += 1) await drive();
    const trials = taken();
    expect(trials).toHaveLength(1);
    const [trial] = trials;
    if (!trial) throw new Error('nothing was tried');
    // What is recorded meanwhile does not leave either.
    await subjects(1);
    expect(taken()).toEqual([]);
    await dispatch.answer(trial, { kind: 'confirmed' });
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed', reason: null });
    await drive();
    for (const command of taken()) await dispatch.answer(command, { kind: 'confirmed' });
    expect(new Set(await statuses(all))).toEqual(new Set(['confirmed']));
  });

  test('opens again when the trial fails', async () => {
    await subjects(2);
    for (const command of taken()) await dispatch.answer(command, { kind: 'unauthorised' });
    await halfOpen();
    await drive();
    const [trial] = taken();
    if (!trial) throw new Error('nothing was tried');
    await dispatch.answer(trial, failed);
    expect(await dispatch.connection()).toMatchObject({ circuit: 'open' });
    expect(await drive()).toBe(0);
  });

  test('tries another one when the trial is never heard of', async () => {
    await subjects(2);
    for (const command of taken()) await dispatch.answer(command, { kind: 'unauthorised' });
    await halfOpen();
    await drive();
    expect(taken()).toHaveLength(1);
    await dispatch.elapse(31);
    await sweep(dispatch.service.context);
    await drive();
    const again = taken();
    expect(again).toHaveLength(1);
    const [trial] = again;
    if (!trial) throw new Error('nothing was tried');
    await dispatch.answer(trial, { kind: 'confirmed' });
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
  });

  test('is closed by whoever resumes the connection', async () => {
    await subjects(2);
    for (const command of taken()) await dispatch.answer(command, { kind: 'unauthorised' });
    await updateConnection(dispatch.service.context, actor, 'greenhouse', { status: 'active' });
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
    await dispatch.elapse(31);
    expect(await drive()).toBe(2);
  });
});

describe('failures', () => {
  test('open the circuit when they are many and most', async () => {
    await subjects(limits.circuitFailuresMin);
    const commands = taken();
    for (const command of commands.slice(1)) await dispatch.answer(command, failed);
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
    const [lastOne] = commands;
    if (!lastOne) throw new Error('nothing was sent');
    await dispatch.answer(lastOne, failed);
    expect(await dispatch.connection()).toMatchObject({ circuit: 'open', reason: 'retryable' });
  });

  test('do not, while more succeed', async () => {
    await subjects(2 * limits.circuitFailuresMin + 2);
    const commands = taken();
    const half = limits.circuitFailuresMin + 1;
    for (const command of commands.slice(0, half)) await dispatch.answer(command, { kind: 'confirmed' });
    for (const command of commands.slice(half, half + limits.circuitFailuresMin))
      await dispatch.answer(command, failed);
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
  });

  test('that are the data’s own do not', async () => {
    await subjects(2 * limits.circuitFailuresMin);
    for (const command of taken()) await dispatch.answer(command, { kind: 'refused', reason: 'gone' });
    expect(await dispatch.connection()).toMatchObject({ circuit: 'closed' });
  });
});
