// Many single readings as one: who is answered together, in which order, and what happens when a reading fails.
import { expect, test } from 'vitest';
import { gather } from '../../src/services/gather.ts';

/** Readings that end when they are told to. */
function readings() {
  const begun: { keys: readonly string[]; end(): void; fail(): void }[] = [];
  const read = (keys: readonly string[]): Promise<string[]> =>
    new Promise((resolve, reject) => {
      begun.push({
        keys,
        end: () => resolve(keys.map((key) => `found ${key}`)),
        fail: () => reject(new Error('gone')),
      });
    });
  return { begun, read };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('those who ask in one turn share a reading, and each has her own answer', async () => {
  const { begun, read } = readings();
  const ask = gather(read, 10);
  const answers = Promise.all([ask('a'), ask('b'), ask('a')]);
  await turn();
  expect(begun.map((one) => one.keys)).toEqual([['a', 'b', 'a']]);
  begun[0]?.end();
  expect(await answers).toEqual(['found a', 'found b', 'found a']);
});

test('who asks while a reading is under way is in the next, never in that one', async () => {
  const { begun, read } = readings();
  const ask = gather(read, 10);
  const first = ask('a');
  await turn();
  const late = Promise.all([ask('a'), ask('b')]);
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  await first;
  await turn();
  expect(begun.map((one) => one.keys)).toEqual([['a'], ['a', 'b']]);
  begun[1]?.end();
  expect(await late).toEqual(['found a', 'found b']);
});

test('a reading takes so many and no more', async () => {
  const { begun, read } = readings();
  const ask = gather(read, 2);
  const answers = Promise.all([ask('a'), ask('b'), ask('c')]);
  await turn();
  begun[0]?.end();
  await turn();
  expect(begun.map((one) => one.keys)).toEqual([['a', 'b'], ['c']]);
  begun[1]?.end();
  expect(await answers).toEqual(['found a', 'found b', 'found c']);
});

test('a failure is heard by those whom it concerns, and the next are read', async () => {
  const { begun, read } = readings();
  const ask = gather(read, 10);
  const failing = Promise.allSettled([ask('a'), ask('b')]);
  await turn();
  const next = ask('c');
  begun[0]?.fail();
  expect((await failing).map((one) => one.status)).toEqual(['rejected', 'rejected']);
  await turn();
  begun[1]?.end();
  expect(await next).toBe('found c');
});
