// Transactions in memory: one at a time, undone as a whole, and ended as the simulation wants it.
import { beforeEach, expect, test } from 'vitest';
import { classifyDatabaseError } from '../../../../src/store/database/errors.ts';
import { createMemory, type Memory } from './memory.ts';

let memory: Memory;
beforeEach(() => {
  memory = createMemory({ now: () => Date.parse('2026-01-05T08:00:00Z') });
  memory.addConnection({ id: 'ats', adapter: 'greenhouse', kind: 'ats' });
});

const person = (id: string) => ({
  id,
  data_key: Buffer.from('d'),
  commit_key: Buffer.from('c'),
  master_key_id: 'm',
  email_index: null,
  profile_system: null,
  profile_ref: null,
});
const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => classifyDatabaseError(error),
  );
const persons = (): string[] => [...memory.tables.persons.keys()];
const insert = (id: string): Promise<void> =>
  memory.database.ingest.transaction().execute((tx) => memory.records.insertPersons(tx, [person(id)]));

test('a transaction that throws leaves nothing behind, and the next one goes on', async () => {
  const failing = memory.database.ingest.transaction().execute(async (tx) => {
    await memory.records.insertPersons(tx, [person('per_1')]);
    await memory.records.blockConnection(tx, 'ats', 1_000);
    throw new Error('no');
  });
  const next = insert('per_2');
  await expect(failing).rejects.toThrow('no');
  await next;
  expect(persons()).toEqual(['per_2']);
  expect(memory.tables.connections.get('ats')?.blocked_until).toBeNull();
});

test('one begins when the other has ended, and a lone statement waits as well', async () => {
  const order: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = memory.database.engine.transaction().execute(async (tx) => {
    await memory.records.insertPersons(tx, [person('per_1')]);
    await held;
    order.push('first');
  });
  const second = memory.database.ingest.transaction().execute(async () => void order.push('second'));
  const lone = memory.records.listConnections(memory.database.engine).then(() => void order.push('lone'));
  release();
  await Promise.all([first, second, lone]);
  expect(order).toEqual(['first', 'second', 'lone']);
});

test('a refused commit is undone, and an unknown one is kept; neither is told more than that the connection broke', async () => {
  memory.onCommit = () => 'refuse';
  expect(await failureOf(insert('per_1'))).toBe('unavailable');
  memory.onCommit = () => 'unknown';
  expect(await failureOf(insert('per_2'))).toBe('unavailable');
  memory.onCommit = (changes) => (changes === 0 ? 'commit' : 'refuse');
  expect(await failureOf(memory.records.listConnections(memory.database.engine))).toBe('none');
  expect(persons()).toEqual(['per_2']);
});

test('a failed statement fails the whole transaction, even where its error was caught', async () => {
  const caught = memory.database.ingest.transaction().execute(async (tx) => {
    await memory.records.insertPersons(tx, [person('per_1')]);
    await memory.records.insertPersons(tx, [person('per_1')]).catch(() => {});
  });
  await expect(caught).rejects.toMatchObject({ code: '25P02' });
  expect(persons()).toEqual([]);
});

test('what a process that dies had open is undone, and others go on', async () => {
  const { database, end } = memory.connect();
  const dying = database.engine.transaction().execute(async (tx) => {
    await memory.records.insertPersons(tx, [person('per_1')]);
    await new Promise(() => {});
  });
  dying.catch(() => {});
  const waiting = failureOf(database.engine.transaction().execute(async () => {}));
  const next = insert('per_2');
  await Promise.resolve();
  end();
  await next;
  expect(await waiting).toBe('unavailable');
  expect(await failureOf(memory.records.listConnections(database.engine))).toBe('unavailable');
  expect(persons()).toEqual(['per_2']);
});

test('rows that were handed out are nobody else’s', async () => {
  await insert('per_1');
  const [row] = await memory.records.listConnections(memory.database.engine);
  Object.assign(row ?? {}, { status: 'removed' });
  Object.assign(row?.scope ?? {}, { machines: [] });
  expect(memory.tables.connections.get('ats')).toMatchObject({ status: 'active', scope: {} });
});
