// The window of commands in flight, against vendors of every pace: nobody waits as long as a lease lasts, and no vendor waits for work.
import { describe, expect, test } from 'vitest';
import { nothingInFlight, type Pace, paceOf, windowOf } from '../../src/core/delivery/window.ts';
import { limits } from '../../src/core/limits.ts';

const minuteMs = 60_000;

interface Vendor {
  concurrency: number;
  /** What one write takes. */
  writeMs: number;
}

/** Work without end, looked at as often as the dispatcher does. Gives when each was answered, and how long after it was sent. */
function deliver(
  { concurrency, writeMs }: Vendor,
  window: typeof windowOf,
  forMs: number,
): { at: number; ms: number }[] {
  const waiting: number[] = [];
  const writing: { sentAt: number; doneAt: number }[] = [];
  const answers: { at: number; ms: number }[] = [];
  let pace: Pace | undefined;
  for (let at = 0; at < forMs; at += limits.dispatchPollMs) {
    for (const one of writing.filter(({ doneAt }) => doneAt <= at)) {
      writing.splice(writing.indexOf(one), 1);
      answers.push({ at: one.doneAt, ms: one.doneAt - one.sentAt });
    }
    const ages = [...waiting, ...writing.map(({ sentAt }) => sentAt)].map((sentAt) => at - sentAt);
    const age_ms = ages.reduce((sum, ms) => sum + ms, 0) / Math.max(1, ages.length);
    const inFlight = { count: ages.length, age_ms };
    pace = paceOf(pace, inFlight, at);
    for (let free = window(concurrency, inFlight, pace) - ages.length; free > 0; free -= 1) waiting.push(at);
    while (writing.length < concurrency && waiting.length > 0)
      writing.push({ sentAt: waiting.shift() as number, doneAt: at + writeMs });
  }
  return answers;
}

const vendors = [1, 4, 16, 64].flatMap((concurrency) =>
  [250, 1_000, 2_500, 6_000, 10_000, 15_000, limits.carryMs].map((writeMs) => ({ concurrency, writeMs })),
);

describe('a vendor', () => {
  test.each(vendors)('that takes $concurrency at once, each in $writeMs ms', (vendor) => {
    const answers = deliver(vendor, windowOf, 20 * minuteMs);
    // What was sent before anything was known of the vendor may wait too long; nothing does later.
    const late = answers.filter(({ at, ms }) => at > 2 * minuteMs && ms >= limits.leaseMs);
    expect(late).toEqual([]);
    const most = ((20 * minuteMs) / vendor.writeMs) * vendor.concurrency;
    expect(answers.length).toBeGreaterThan(0.9 * most - vendor.concurrency);
  });
});

test('as many as ever would wait too long at a slow one', () => {
  const fixed: typeof windowOf = (concurrency) => concurrency * limits.windowFactor;
  const answers = deliver({ concurrency: 4, writeMs: 10_000 }, fixed, 20 * minuteMs);
  expect(answers.slice(-100).filter(({ ms }) => ms < limits.leaseMs)).toEqual([]);
});

test('nothing on its way, or nothing that waits, is no reason to send less', () => {
  const most = 4 * limits.windowFactor;
  expect(windowOf(4, nothingInFlight, paceOf(undefined, nothingInFlight, 0))).toBe(most);
  const quick = { count: 1, age_ms: 40 };
  expect(windowOf(4, quick, paceOf(undefined, quick, 0))).toBe(most);
});

test('a vendor that was slow is given more again once it answers', () => {
  const slow = paceOf(undefined, { count: 16, age_ms: 20_000 }, 0);
  const inFlight = { count: 4, age_ms: 300 };
  const at = (ms: number): number => windowOf(4, inFlight, paceOf(slow, inFlight, ms));
  expect([at(0), at(2 * minuteMs), at(4 * minuteMs)]).toEqual([4, 16, 16]);
});
