// Counting within a transaction: one row per key, sums right, zeros left out; and every measure says what it counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Counts, type Measure, measures } from '../../src/core/figures/kpi.ts';

describe('counts', () => {
  test('of one key add up to one row, others stay apart', () => {
    const counts = new Counts();
    counts.add('event.received', 'application', 'screening.completed', 'ats');
    counts.add('event.received', 'application', 'screening.completed', 'ats', 2);
    counts.add('event.received', 'application', 'screening.completed', 'hris');
    counts.add('event.received', 'onboarding', 'screening.completed', 'ats');
    counts.add('event.received', 'application', 'offer.signed', 'ats');
    counts.add('event.applied', 'application', 'screening.completed', 'ats');
    expect(counts.all().map((one) => one.count)).toEqual([3, 1, 1, 1, 1]);
    expect(counts.all()[0]).toEqual({
      measure: 'event.received',
      machine: 'application',
      eventType: 'screening.completed',
      connection: 'ats',
      count: 3,
    });
  });

  test('that came to nothing are left out: parked and released in one transaction', () => {
    const counts = new Counts();
    counts.add('event.parked', 'application', 'a', 'ats');
    counts.add('event.parked', 'application', 'a', 'ats', -1);
    expect(counts.all()).toEqual([]);
  });

  test('keep the total, whatever is added in whatever order', () => {
    const names = Object.keys(measures) as Measure[];
    const added = fc.array(
      fc.tuple(
        fc.constantFrom(...names),
        fc.constantFrom('a', 'b'),
        fc.constantFrom('x', 'y'),
        fc.integer({ min: -3, max: 9 }),
      ),
    );
    fc.assert(
      fc.property(added, (rows) => {
        const counts = new Counts();
        for (const [measure, machine, connection, count] of rows) counts.add(measure, machine, 't', connection, count);
        const all = counts.all();
        const keys = new Set(all.map((one) => `${one.measure}/${one.machine}/${one.connection}`));
        const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
        expect(keys.size).toBe(all.length);
        expect(sum(all.map((one) => one.count))).toBe(sum(rows.map(([, , , count]) => count)));
      }),
    );
  });
});

test.each(Object.entries(measures))('%s says what it counts: %s', (name, meaning) => {
  expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
  expect(meaning).toMatch(/^[A-Z].{10,}$/);
});

test('there is a measure for every disposition', async () => {
  const { dispositions } = await import('../../src/core/deciding/intake.ts');
  for (const disposition of dispositions) expect(Object.keys(measures)).toContain(`event.${disposition}`);
});
