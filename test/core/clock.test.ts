// A clock that is set by one that others share must not be moved by vague answers, nor by its own machine.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/core/clock.ts';

const hour = 3_600_000;

describe('the clock', () => {
  test('is what it was started with until it is set, and goes on with the steady one', () => {
    let steady = 500;
    const clock = createClock(() => steady, 10_000);
    expect(clock.now()).toBe(10_000);
    steady += 250;
    expect(clock.now()).toBe(10_250);
  });

  test('takes over the shared time, half the round trip after it was asked for', () => {
    let steady = 1_000;
    const clock = createClock(() => steady, 2 * hour);
    clock.set(5 * hour, 1_000, 1_040);
    steady = 1_040;
    expect(clock.now()).toBe(5 * hour + 20);
  });

  test('a slow answer does not replace a precise one that agrees with it', () => {
    let steady = 0;
    const clock = createClock(() => steady, 0);
    clock.set(hour, 0, 2);
    steady = 30_000;
    clock.set(hour + 30_000 - 700, 28_000, 30_000);
    expect(clock.now()).toBe(hour + 30_000 - 1);
  });

  test('a slow answer that cannot be reconciled does: the shared clock was set', () => {
    let steady = 0;
    const clock = createClock(() => steady, 0);
    clock.set(hour, 0, 2);
    steady = 30_000;
    clock.set(3 * hour, 28_000, 30_000);
    expect(clock.now()).toBe(3 * hour + 1_000);
  });

  test('is never further off than half of a round trip and the drift since', () => {
    const looks = fc.array(
      fc.record({ pause: fc.nat(60_000), trip: fc.nat(4_000), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(looks, fc.integer({ min: -7_200_000, max: 7_200_000 }), (asked, off) => {
        let steady = 0;
        const truth = (): number => 1_700_000_000_000 + steady;
        const clock = createClock(() => steady, truth() + off);
        let best = Number.POSITIVE_INFINITY;
        for (const { pause, trip, share } of asked) {
          steady += pause;
          const askedAt = steady;
          const said = truth() + trip * share;
          steady += trip;
          clock.set(said, askedAt, steady);
          best = Math.min(best + (pause + trip) / 10_000, trip / 2);
          expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(2 * best + 1);
        }
      }),
    );
  });
});
