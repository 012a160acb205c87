// The schedule of retries: which step follows which try, and jitter between nothing and the step.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retriesMax, retryDelayMs } from '../../src/core/delivery/retry.ts';

const almostOne = 1 - Number.EPSILON;

describe('the wait after a try', () => {
  test.each([
    [1, 5],
    [2, 30],
    [3, 2 * 60],
    [4, 10 * 60],
    [5, 30 * 60],
    [6, 2 * 3600],
    [7, 6 * 3600],
    [8, 12 * 3600],
    [9, 12 * 3600],
    [99, 12 * 3600],
    [0, 5],
  ])('%i: at most %i s', (tries, seconds) => {
    expect(retryDelayMs(tries, almostOne)).toBe(seconds * 1000);
    expect(retryDelayMs(tries, 0.5)).toBe(seconds * 500);
    expect(retryDelayMs(tries, 0)).toBe(0);
  });

  test('is whole milliseconds, never negative and never above the last step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tries, random) => {
          const ms = retryDelayMs(tries, random);
          return Number.isInteger(ms) && ms >= 0 && ms <= 12 * 3_600_000;
        },
      ),
    );
  });
});

test('there is one try more than there are steps, and all waits come to less than a day', () => {
  expect(retriesMax).toBe(9);
  const longest = Array.from({ length: retriesMax - 1 }, (_, index) => retryDelayMs(index + 1, almostOne)).reduce(
    (sum, ms) => sum + ms,
    0,
  );
  expect(longest / 3_600_000).toBeCloseTo(20.7, 1);
});
