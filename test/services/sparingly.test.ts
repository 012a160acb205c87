// Looks that take long are made less often, but always come again.
import { afterEach, expect, test, vi } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { sparingly } from '../../src/services/every.ts';

let now = 0;
vi.spyOn(performance, 'now').mockImplementation(() => now);
afterEach(() => {
  now = 0;
});

/** Looks every second for a minute, each taking so long; gives how many there were. */
async function looksOfAMinute(tookMs: number, pauseMsMax: number): Promise<number> {
  let looks = 0;
  const look = sparingly(async () => {
    looks += 1;
    now += tookMs;
  }, pauseMsMax);
  for (const end = now + 60_000; now < end; now += 1_000) await look();
  return looks;
}

test('what takes no time is done each time', async () => {
  expect(await looksOfAMinute(0, 30_000)).toBe(60);
});

test('what takes long takes no more than its share', async () => {
  const looks = await looksOfAMinute(100, 30_000);
  expect(looks).toBeGreaterThan(1);
  expect((looks - 1) * 100).toBeLessThanOrEqual(60_000 * limits.watchShare);
});

test('what takes very long comes again after the longest pause, also when it fails', async () => {
  expect(await looksOfAMinute(5_000, 20_000)).toBe(3);
  let looks = 0;
  const failing = sparingly(async () => {
    looks += 1;
    now += 5_000;
    throw new Error('The look failed.');
  }, 20_000);
  await expect(failing()).rejects.toThrow('The look failed.');
  await failing();
  expect(looks).toBe(1);
  now += 20_000;
  await expect(failing()).rejects.toThrow('The look failed.');
});
