// The dispatcher: what may leave, when, in which order, and how much of it at once.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../src/core/delivery/message.ts';
import { limits } from '../../src/core/limits.ts';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { lockLanes } from '../../src/store/engine/lanes.ts';
import { claimDue } from '../../src/store/engine/writebacks.ts';
import { createTestContext } from '../support/context.ts';
import { actor, type Dispatch, openDispatch } from '../support/dispatch.ts';

let dispatch: Dispatch;
beforeEach(async () => {
  dispatch = await openDispatch({ random: () => 0.999 });
  await dispatch.connect('greenhouse', 1);
});
afterEach(async () => dispatch[Symbol.asyncDispose]());

const drive = () => driveWritebacks(dispatch.service.context);
const leased = async (): Promise<number> =>
  Number(
    (
      await dispatch.service.context.database.engine
        .selectFrom('writeback')
        .select((expression) => expression.fn.countAll<string>().as('count'))
        .where('status', '=', 'leased')
        .executeTakeFirstOrThrow()
    ).count,
  );

describe('a writeback', () => {
  test('leaves with the commit that made it, and the next of its lane when it is confirmed', async () => {
    const subject = await dispatch.subject(3);
    expect(dispatch.sent).toHaveLength(1);
    await drive();
    expect(dispatch.sent).toHaveLength(1);
    for (let index = 0; index < 3; index += 1) {
      const command = dispatch.sent.at(-1);
      if (!command) throw new Error('nothing was sent');
      await dispatch.answer(command, { kind: 'confirmed' });
    }
    const all = await dispatch.writebacks(subject);
    expect(dispatch.sent.map((command) => command.id)).toEqual(all.map((one) => one.id));
    expect(all.map((one) => one.status)).toEqual(['confirmed', 'confirmed', 'confirmed']);
  });

  test('that failed waits for its time, goes out under a new attempt, and keeps what is behind it waiting', async () => {
    const subject = await dispatch.subject(2);
    const [first] = dispatch.sent;
    if (!first) throw new Error('nothing was sent');
    await dispatch.answer(first, { kind: 'retryable', reason: 'server_error' });
    expect(await drive()).toBe(0);
    await dispatch.elapse(10);
    expect(await drive()).toBe(1);
    expect(dispatch.sent.at(-1)).toMatchObject({ id: first.id, attempt: 2, connection: 'greenhouse', mode: 'apply' });
    expect(await dispatch.writebacks(subject)).toMatchObject([
      { status: 'leased', attempt: 2 },
      { status: 'ready', attempt: 0 },
    ]);
  });

  test('that was accepted is only looked at, and costs no try', async () => {
    const subject = await dispatch.subject();
    const [first] = dispatch.sent;
    if (!first) throw new Error('nothing was sent');
    await dispatch.answer(first, { kind: 'accepted', afterMs: 1_000 });
    expect(await drive()).toBe(0);
    await dispatch.elapse(2);
    await drive();
    expect(dispatch.sent.at(-1)).toMatchObject({ id: first.id, attempt: 2, mode: 'confirm' });
    expect(await dispatch.writebacks(subject)).toMatchObject([{ tries: 1 }]);
  });
});

const makeReady = () =>
  sql`update writeback set status = 'ready', due_at = clock_timestamp(), lease_until = null where status = 'leased'`.execute(
    dispatch.service.context.database.engine,
  );

test('what one dispatcher is claiming, another passes over without waiting', async () => {
  for (let index = 0; index < limits.windowFactor; index += 1) await dispatch.subject(2);
  await makeReady();
  dispatch.sent.length = 0;
  const mine = await dispatch.service.context.database.ingest.transaction().execute(async (tx) => {
    const claimed = await claimDue(tx, 'greenhouse', 2, limits.leaseMs);
    // Not committed yet, so the other cannot see it; only the locks can keep it away.
    await drive();
    return claimed.map((one) => one.id);
  });
  expect(mine).toHaveLength(2);
  expect(dispatch.sent).toHaveLength(limits.windowFactor - 2);
  expect(dispatch.sent.map((command) => command.id).filter((id) => mine.includes(id))).toEqual([]);
});

test('what lies in a lane that a batch is deciding about is passed over: the batch may find it needless', async () => {
  const subject = await dispatch.subject();
  await makeReady();
  dispatch.sent.length = 0;
  await dispatch.service.context.database.ingest.transaction().execute(async (tx) => {
    expect(await lockLanes(tx, [subject])).toHaveLength(1);
    await drive();
    expect(dispatch.sent).toEqual([]);
  });
  await drive();
  expect(dispatch.sent).toHaveLength(1);
});

test('two dispatchers at once never claim the same writeback, two hundred times', { timeout: 60_000 }, async () => {
  await using other = await createTestContext({
    connectionString: dispatch.service.connectionString,
    bus: { ...dispatch.service.context.bus, [Symbol.asyncDispose]: async () => {} },
  });
  for (let index = 0; index < limits.windowFactor; index += 1) await dispatch.subject(2);
  for (let round = 0; round < 200; round += 1) {
    await makeReady();
    dispatch.sent.length = 0;
    const counts = await Promise.all([
      drive(),
      driveWritebacks(other.context),
      drive(),
      driveWritebacks(other.context),
    ]);
    const names = dispatch.sent.map((command) => `${command.id}.${command.attempt}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(dispatch.sent.map((command) => command.id)).size).toBe(limits.windowFactor);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(names.length);
  }
});

describe('the window', () => {
  test('bounds what leaves with the commits, in one batch and over many', async () => {
    const places = limits.windowFactor;
    await Promise.all(Array.from({ length: places * 2 }, () => dispatch.subject()));
    expect(await leased()).toBeLessThanOrEqual(places);
    for (let index = 0; index < places; index += 1) await dispatch.subject();
    expect(await leased()).toBe(places);
    expect(dispatch.sent).toHaveLength(places);
  });

  test('bounds what the dispatcher sends, and moves on as results come in', async () => {
    const places = limits.windowFactor;
    const subjects = await Promise.all(Array.from({ length: places * 3 }, () => dispatch.subject()));
    for (let round = 0; round < 5; round += 1) await drive();
    expect(await leased()).toBe(places);
    for (let done = 0; done < subjects.length; done += 1) {
      const command = dispatch.sent[done];
      if (!command) throw new Error(`only ${done} were sent`);
      await dispatch.answer(command, { kind: 'confirmed' });
      await drive();
      expect(await leased()).toBeLessThanOrEqual(places);
    }
    expect(new Set(dispatch.sent.map((command) => command.id)).size).toBe(subjects.length);
    expect(await leased()).toBe(0);
  });

  test('is no more than what gets through in time, where what is on its way waits for long', async () => {
    await dispatch.connect('slow', 2);
    await Promise.all(Array.from({ length: 12 }, () => dispatch.subject()));
    await drive();
    const sent = () => dispatch.sent.filter((command) => command.connection === 'slow');
    expect(sent()).toHaveLength(2 * limits.windowFactor);
    await sql`update writeback set leased_at = leased_at - interval '20 s' where status = 'leased'`.execute(
      dispatch.service.context.database.engine,
    );
    const answered = sent().slice(0, 2 * limits.windowFactor - 2);
    for (const command of answered) {
      await dispatch.answer(command, { kind: 'confirmed' });
      await drive();
    }
    expect(sent()).toHaveLength(2 * limits.windowFactor);
    await dispatch.answer(sent().at(-1) as Command, { kind: 'confirmed' });
    await drive();
    expect(sent()).toHaveLength(2 * limits.windowFactor + 1);
  });

  test('is each connection’s own', async () => {
    await dispatch.connect('other', 2);
    await Promise.all(Array.from({ length: 12 }, () => dispatch.subject()));
    await drive();
    const of = (connection: string) => dispatch.sent.filter((command) => command.connection === connection).length;
    expect([of('greenhouse'), of('other')]).toEqual([limits.windowFactor, 2 * limits.windowFactor]);
  });
});

describe('a paused connection', () => {
  test('holds its writebacks, and sends them in order once it is resumed', async () => {
    const { context } = dispatch.service;
    await updateConnection(context, actor, 'greenhouse', { status: 'paused' });
    const subjects = [await dispatch.subject(3), await dispatch.subject(3)];
    await drive();
    expect(dispatch.sent).toEqual([]);
    for (const subject of subjects)
      expect((await dispatch.writebacks(subject)).map((one) => one.status)).toEqual(['ready', 'ready', 'ready']);

    await updateConnection(context, actor, 'greenhouse', { status: 'active' });
    expect(await drive()).toBe(2);
    for (let done = 0; done < 6; done += 1) {
      const command = dispatch.sent[done];
      if (!command) throw new Error(`only ${done} were sent`);
      await dispatch.answer(command, { kind: 'confirmed' });
    }
    for (const subject of subjects) {
      const order = (await dispatch.writebacks(subject)).map((one) => one.id);
      expect(dispatch.sent.map((command) => command.id).filter((id) => order.includes(id))).toEqual(order);
    }
  });

  test('settles what was on its way, and sends nothing after it', async () => {
    const subject = await dispatch.subject(2);
    await updateConnection(dispatch.service.context, actor, 'greenhouse', { status: 'paused' });
    const [command] = dispatch.sent;
    if (!command) throw new Error('nothing was sent');
    await dispatch.answer(command, { kind: 'confirmed' });
    expect((await dispatch.writebacks(subject)).map((one) => one.status)).toEqual(['confirmed', 'ready']);
    expect(dispatch.sent).toHaveLength(1);
  });
});

describe('a vendor that asks for quiet', () => {
  test('gets it for the whole connection, and the attempt costs no try', async () => {
    const subject = await dispatch.subject();
    const [first] = dispatch.sent;
    if (!first) throw new Error('nothing was sent');
    await dispatch.answer(first, { kind: 'rate_limited', afterMs: 60_000 });
    expect(await dispatch.connection()).toMatchObject({ blocked: true, circuit: 'closed' });
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'ready', tries: 0, attempt: 1 }]);

    // Others wait as well, whether new or due.
    await dispatch.subject(2);
    await dispatch.elapse(50);
    expect(await drive()).toBe(0);
    expect(dispatch.sent).toHaveLength(1);

    await dispatch.elapse(11);
    expect(await drive()).toBe(2);
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', tries: 1, attempt: 2 }]);
  });

  test('may ask again and again without using up the tries', async () => {
    const subject = await dispatch.subject();
    for (let round = 0; round < 20; round += 1) {
      const command = dispatch.sent.at(-1);
      if (!command) throw new Error('nothing was sent');
      await dispatch.answer(command, { kind: 'rate_limited', afterMs: 1_000 });
      await dispatch.elapse(2);
      expect(await drive()).toBe(1);
    }
    expect(await dispatch.writebacks(subject)).toMatchObject([{ status: 'leased', tries: 1, attempt: 21 }]);
  });
});
