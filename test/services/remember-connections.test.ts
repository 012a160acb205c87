// What connections are read for one transaction is what others go by for a moment, and no longer.
import { expect, test } from 'vitest';
import { type Connection, rememberConnections } from '../../src/services/connections/connections.ts';
import type { Db } from '../../src/store/database/database.ts';

const db = {} as Db;
const named = (id: string): Connection[] => [{ id } as Connection];

test('what anybody read last is good for the age that is asked for, and then read anew', async () => {
  let now = 0;
  const answers = ['first', 'second', 'third'];
  const connections = rememberConnections({ load: async () => named(answers.shift()!) }, () => now);

  await connections.load(db);
  now = 99;
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['first']);
  now = 100;
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['second']);
  now = 199;
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['second']);
  expect(await connections.load(db)).toEqual(named('third'));
});

test('who asks while they are read is answered by the same reading', async () => {
  let asked = 0;
  const connections = rememberConnections({ load: async () => named(String(++asked)) }, () => 0);
  const both = await Promise.all([connections.recent(db, 100), connections.recent(db, 100)]);
  expect(both.map((found) => [...found.keys()])).toEqual([['1'], ['1']]);
});

test('nobody waits for what a transaction of others reads, or fails with it', async () => {
  let hang: (error: Error) => void = () => {};
  const answers: (() => Promise<Connection[]>)[] = [
    () =>
      new Promise((_, reject) => {
        hang = reject;
      }),
    async () => named('of my own'),
  ];
  const connections = rememberConnections({ load: () => answers.shift()!() }, () => 0);
  const others = connections.load(db);
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['of my own']);
  hang(new Error('its transaction had failed before'));
  await expect(others).rejects.toThrow('its transaction had failed before');
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['of my own']);
});

test('a reading that failed is told to whoever asked for it, and asked again for the next', async () => {
  let fails = true;
  const connections = rememberConnections(
    {
      load: async () => {
        if (fails) throw new Error('no database');
        return named('there again');
      },
    },
    () => 0,
  );
  await expect(connections.load(db)).rejects.toThrow('no database');
  fails = false;
  expect([...(await connections.recent(db, 100)).keys()]).toEqual(['there again']);
});
