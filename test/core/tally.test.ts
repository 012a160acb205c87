// Durations on the scale, and lines of hours added up: what is shown is within one per cent, and in whatever parts it is counted, the same.
import { describe, expect, test } from 'vitest';
import {
  addSteps,
  durationErrorMax,
  durationOf,
  keptSteps,
  percentilesOf,
  type Steps,
  stepOf,
} from '../../src/core/figures/durations.ts';
import { addUp, lineOf, type TallyLine, total } from '../../src/core/figures/tally.ts';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';

const countOf = (values: readonly number[]): Steps => {
  const steps: Steps = [];
  for (const ms of values) steps[stepOf(ms)] = (steps[stepOf(ms)] ?? 0) + 1;
  return steps;
};

/** Between two neighbours, in proportion. */
function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  return low + ((sorted[Math.ceil(at)] ?? Number.NaN) - low) * (at - Math.floor(at));
}

describe('a duration on the scale', () => {
  test.each([1, 1.5, 7, 999, 60_000, 3_600_000, 92 * 86_400_000, 20 * 365 * 86_400_000])(
    'of %d ms is within one per cent',
    (ms) => {
      expect(Math.abs(durationOf(stepOf(ms)) - ms) / ms).toBeLessThanOrEqual(durationErrorMax);
      expect(durationErrorMax).toBeLessThan(0.01);
    },
  );

  test('is a millisecond at least, whatever clocks said', () => {
    expect([-5_000, 0, 0.3, 1].map((ms) => durationOf(stepOf(ms)))).toEqual([1, 1, 1, 1]);
  });
});

describe('percentiles', () => {
  test('of any durations are within one per cent of the exact ones', () => {
    const { next: random } = seededRandom(7);
    for (let round = 0; round < 50; round += 1) {
      const values = Array.from({ length: 1 + Math.floor(random() * 200) }, () => 1 + random() ** 8 * 1e9);
      const shares = [0, 0.5, 0.9, 0.95, 0.99, 1];
      const found = percentilesOf(countOf(values), shares) ?? [];
      for (const [nth, share] of shares.entries()) {
        const wanted = exact(values, share);
        expect(Math.abs((found[nth] ?? 0) - wanted) / wanted).toBeLessThanOrEqual(durationErrorMax + 1e-9);
        expect(found[nth]).toBeCloseTo(
          exact(
            values.map((ms) => durationOf(stepOf(ms))),
            share,
          ),
          3,
        );
      }
    }
  });

  test('of none are unknown', () => {
    expect(percentilesOf([], [0.5])).toBeNull();
  });
});

describe('steps as they are kept', () => {
  test('are read as they were, and added to what is there', () => {
    const steps = countOf([3, 3, 90_000, 1]);
    const into: Steps = [];
    addSteps(into, keptSteps(steps));
    expect(keptSteps(into)).toBe(keptSteps(steps));
    addSteps(into, keptSteps(steps));
    expect(percentilesOf(into, [0, 1])).toEqual(percentilesOf(steps, [0, 1]));
    expect(into.reduce((sum, one) => sum + one, 0)).toBe(8);
  });

  test('of nothing are nothing', () => {
    const into: Steps = [];
    addSteps(into, '');
    expect([keptSteps(into), into.length]).toEqual(['', 0]);
  });
});

describe('lines of several hours', () => {
  const line = (of: string[], count: number, ms: number[]): TallyLine => [of, [count, 1], [keptSteps(countOf(ms))]];
  const parts = [
    { at: '2026-11-22T01:00:00.000Z', lines: [line(['a', 'x'], 2, [5, 700]), line(['b', 'x'], 1, [9])] },
    { at: '2026-11-22T02:00:00.000Z', lines: [line(['a', 'x'], 3, [5, 5, 80]), line(['a', 'y'], 4, [])] },
  ];

  test('are added up under their new keys, with their durations', () => {
    const sums = addUp(parts, ([first = '']) => [first]);
    expect(sums.map(({ of, counts }) => [of, counts])).toEqual([
      [['a'], [9, 3]],
      [['b'], [1, 1]],
    ]);
    expect(keptSteps(sums[0]?.durations[0] ?? [])).toBe(keptSteps(countOf([5, 700, 5, 5, 80])));
  });

  test('come to the same, first in days and then at all, or at once', () => {
    const day = addUp(parts, (of) => of).map(lineOf);
    const once = total(addUp(parts, () => []));
    const twice = total(addUp([{ at: '2026-11-22T00:00:00.000Z', lines: day }], () => []));
    expect(twice).toEqual(once);
    expect(once.counts).toEqual([10, 4]);
  });

  test('whose key is null are left out', () => {
    expect(addUp(parts, ([, second = '']) => (second === 'y' ? null : [second])).map(({ counts }) => counts)).toEqual([
      [6, 3],
    ]);
  });
});
