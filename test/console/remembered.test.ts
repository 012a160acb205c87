// What pages keep: shared by who asks at once, made anew when old, given once more while what takes long is made anew, never a failure.
import { expect, test } from 'vitest';
import { createMemory } from '../../src/console/remembered.ts';

/** A clock, and values that are ready when the test says so. */
function bench(): {
  remembered: ReturnType<typeof createMemory>;
  pass(ms: number): void;
  made(): number;
  ask(): Promise<number>;
  ready(): Promise<void>;
  fail(): Promise<void>;
} {
  let time = 1_000_000;
  let count = 0;
  const waiting: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const remembered = createMemory(() => time);
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    remembered,
    pass(ms) {
      time += ms;
    },
    made: () => count,
    ask: () =>
      remembered('key', () => {
        count += 1;
        return new Promise<number>((resolve, reject) => waiting.push({ resolve, reject }));
      }),
    async ready() {
      waiting.shift()?.resolve(count);
      await settled();
    },
    async fail() {
      waiting.shift()?.reject(new Error('no'));
      await settled();
    },
  };
}

test('those who ask at once, and soon after, get the same', async () => {
  const desk = bench();
  const both = [desk.ask(), desk.ask()];
  await desk.ready();
  expect(await Promise.all(both)).toEqual([1, 1]);
  desk.pass(4_999);
  expect(await desk.ask()).toBe(1);
});

test('what is old and quick to make is made anew', async () => {
  const desk = bench();
  const first = desk.ask();
  desk.pass(99);
  await desk.ready();
  expect(await first).toBe(1);
  desk.pass(5_000);
  const second = desk.ask();
  await desk.ready();
  expect(await second).toBe(2);
});

test('what takes long is given once more while it is made anew, by one', async () => {
  const desk = bench();
  const first = desk.ask();
  desk.pass(3_000);
  await desk.ready();
  expect(await first).toBe(1);
  desk.pass(10_000);
  expect(await Promise.all([desk.ask(), desk.ask()])).toEqual([1, 1]);
  expect(desk.made()).toBe(2);
  desk.pass(3_000);
  await desk.ready();
  expect(await desk.ask()).toBe(2);
});

test('nothing is given that is older than two minutes', async () => {
  const desk = bench();
  const first = desk.ask();
  desk.pass(3_000);
  await desk.ready();
  await first;
  desk.pass(120_000);
  const second = desk.ask();
  await desk.ready();
  expect(await second).toBe(2);
});

test('a failure is not kept, and one behind the scenes leaves what is there', async () => {
  const desk = bench();
  const first = desk.ask();
  await desk.fail();
  await expect(first).rejects.toThrow('no');
  const second = desk.ask();
  desk.pass(3_000);
  await desk.ready();
  expect(await second).toBe(2);
  desk.pass(10_000);
  expect(await desk.ask()).toBe(2);
  await desk.fail();
  expect(await desk.ask()).toBe(2);
  expect(desk.made()).toBe(4);
});
