// How long a background loop has not come round is known: a failing one, and one whose round does not end, grow old.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Log } from '../../src/services/context.ts';
import { createLoops } from '../../src/services/every.ts';

const quiet = { info() {}, warn() {}, error() {} } as unknown as Log;

test('rounds that end well keep a loop young; failing and endless ones do not; an ended loop is not told of', async () => {
  const ending = new AbortController();
  const { every, ages, idle } = createLoops(quiet);
  let end = (): void => {};
  const endless = new Promise<void>((resolve) => {
    end = resolve;
  });
  every('well', 10, async () => {}, ending.signal);
  every('failing', 10, () => Promise.reject(new Error('the database is away')), ending.signal);
  every('standing', 10, () => endless, ending.signal);
  await sleep(400);
  const seconds = Object.fromEntries(ages().map(({ loop, seconds }) => [loop, seconds]));
  expect(seconds.well).toBeLessThan(0.2);
  expect(seconds.failing).toBeGreaterThan(0.3);
  expect(seconds.standing).toBeGreaterThan(0.3);
  ending.abort();
  end();
  await idle();
  expect(ages()).toEqual([]);
});
