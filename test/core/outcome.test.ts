// What follows from each outcome of an attempt: again and when, dead and why, or confirmed; and what a worker may say.
import { describe, expect, test } from 'vitest';
import {
  type AttemptHistory,
  type Consequence,
  consequenceOf,
  type Outcome,
  outcomeSchema,
} from '../../src/core/delivery/outcome.ts';
import { retriesMax } from '../../src/core/delivery/retry.ts';
import { limits } from '../../src/core/limits.ts';

const fresh: AttemptHistory = {
  mode: 'apply',
  tries: 1,
  checks: 0,
  disputed: null,
  onDivergence: 'revert',
  readLagMs: 0,
};
const half = 0.5;
const following = (outcome: Outcome | { kind: 'lost' }, history: Partial<AttemptHistory> = {}): Consequence =>
  consequenceOf(outcome, { ...fresh, ...history }, half);

const again = { kind: 'again', mode: 'apply', free: false, contradicted: false };
const dead = (reason: string): object => ({ kind: 'settle', status: 'dead', reason });

describe('an attempt to write', () => {
  test.each<[what: string, outcome: Outcome | { kind: 'lost' }, history: Partial<AttemptHistory>, then: object]>([
    ['seen in the target', { kind: 'confirmed' }, {}, { kind: 'settle', status: 'confirmed' }],
    [
      'seen there before anything was written',
      { kind: 'confirmed_already' },
      { tries: 9 },
      { kind: 'settle', status: 'confirmed' },
    ],
    [
      'accepted: to be looked at, at no cost',
      { kind: 'accepted', afterMs: 700 },
      {},
      { ...again, mode: 'confirm', delayMs: 700, free: true },
    ],
    [
      'accepted once too often',
      { kind: 'accepted', afterMs: 1 },
      { checks: limits.confirmChecksMax },
      { ...again, delayMs: 2_500, contradicted: true },
    ],
    ['contradicted', { kind: 'contradicted', seen: 'a' }, {}, { ...again, delayMs: 2_500, contradicted: true }],
    ['a passing fault', { kind: 'retryable', reason: 'http_500' }, { tries: 2 }, { ...again, delayMs: 15_000 }],
    [
      'a passing fault that names its time',
      { kind: 'retryable', reason: 'http_503', afterMs: 42 },
      {},
      { ...again, delayMs: 42 },
    ],
    [
      'a rate limit, at no cost',
      { kind: 'rate_limited', afterMs: 42 },
      { tries: 99 },
      { ...again, delayMs: 42, free: true },
    ],
    ['refused', { kind: 'refused', reason: 'http_422' }, {}, dead('http_422')],
    [
      'silence: soon, as the next one reads first',
      { kind: 'ambiguous', reason: 'timeout' },
      { tries: 5 },
      { ...again, delayMs: 2_500 },
    ],
    [
      'silence of a target that shows late: not before it shows what may have been written',
      { kind: 'ambiguous', reason: 'timeout' },
      { readLagMs: 10_000 },
      { ...again, delayMs: 10_000 },
    ],
    ['no result at all: at once', { kind: 'lost' }, {}, { ...again, delayMs: 0 }],
    [
      'no result, and the target shows as late as the lease lasted longer than the write: at once',
      { kind: 'lost' },
      { readLagMs: 1_000 },
      { ...again, delayMs: 0 },
    ],
    [
      'no result, and the target shows later than that: when it does',
      { kind: 'lost' },
      { readLagMs: 10_000 },
      { ...again, delayMs: 9_000 },
    ],
    [
      'no result again and again: nobody works, so it keeps to the schedule',
      { kind: 'lost' },
      { tries: limits.lostAtOnceMax + 1 },
      { ...again, delayMs: 60_000 },
    ],
    [
      'bad credentials: the circuit opens, nothing dies',
      { kind: 'unauthorised' },
      { tries: 99 },
      { ...again, delayMs: limits.circuitOpenMs, free: true, circuit: 'open' },
    ],
    [
      'somebody else wrote, seen once: look again',
      { kind: 'conflict', seen: 'b' },
      {},
      { ...again, delayMs: limits.conflictLookMs + 2_500 },
    ],
    [
      'seen twice, where our state counts',
      { kind: 'conflict', seen: 'b' },
      { disputed: 'b' },
      { ...again, delayMs: 0, overwrites: ['b'] },
    ],
    [
      'something else than last time: look again',
      { kind: 'conflict', seen: 'c' },
      { disputed: 'b' },
      { ...again, delayMs: limits.conflictLookMs + 2_500 },
    ],
    [
      'a stage that stands for nothing, twice',
      { kind: 'conflict', seen: null },
      { disputed: 'unmapped' },
      { ...again, delayMs: 0, overwrites: ['unmapped'] },
    ],
    [
      'seen twice, where a person decides',
      { kind: 'conflict', seen: 'b' },
      { disputed: 'b', onDivergence: 'hold' },
      dead('conflict'),
    ],
  ])('%s', (_, outcome, history, then) => {
    expect(following(outcome, history)).toEqual(then);
  });

  test.each<[Outcome | { kind: 'lost' }, string]>([
    [{ kind: 'retryable', reason: 'http_500' }, 'http_500'],
    [{ kind: 'ambiguous', reason: 'timeout' }, 'ambiguous'],
    [{ kind: 'contradicted', seen: null }, 'contradicted'],
    [{ kind: 'lost' }, 'lost'],
    [{ kind: 'conflict', seen: null }, 'conflict'],
  ])('$kind after the last try is dead, and says why', (outcome, reason) => {
    const before = following(outcome, { tries: retriesMax - 1, disputed: null });
    expect(before.kind).toBe('again');
    expect(following(outcome, { tries: retriesMax, disputed: null })).toEqual(dead(reason));
  });
});

describe('a look at what was accepted', () => {
  const look = { mode: 'confirm', checks: 2 } as const;

  test.each<[what: string, outcome: Outcome | { kind: 'lost' }, then: object]>([
    ['shows it', { kind: 'confirmed' }, { kind: 'settle', status: 'confirmed' }],
    [
      'shows the old value: written again',
      { kind: 'contradicted', seen: 'a' },
      { ...again, delayMs: 2_500, contradicted: true },
    ],
    [
      'was rate limited: looks again',
      { kind: 'rate_limited', afterMs: 42 },
      { ...again, mode: 'confirm', delayMs: 42, free: true },
    ],
    [
      'failed in passing: looks again',
      { kind: 'retryable', reason: 'http_500' },
      { ...again, mode: 'confirm', delayMs: 15_000, free: true },
    ],
    [
      'failed and names its time',
      { kind: 'retryable', reason: 'http_503', afterMs: 9 },
      { ...again, mode: 'confirm', delayMs: 9, free: true },
    ],
    ['was lost: looks again', { kind: 'lost' }, { ...again, mode: 'confirm', delayMs: 15_000, free: true }],
    [
      'had bad credentials',
      { kind: 'unauthorised' },
      { ...again, mode: 'confirm', delayMs: limits.circuitOpenMs, free: true, circuit: 'open' },
    ],
  ])('%s', (_, outcome, then) => {
    expect(following(outcome, look)).toEqual(then);
  });

  test('that keeps failing ends in a write, which reads first; and that in death', () => {
    const failing: Outcome = { kind: 'retryable', reason: 'http_500' };
    expect(following(failing, { mode: 'confirm', checks: limits.confirmChecksMax })).toMatchObject({
      kind: 'again',
      mode: 'apply',
    });
    expect(following(failing, { mode: 'confirm', checks: limits.confirmChecksMax, tries: retriesMax })).toEqual(
      dead('http_500'),
    );
  });
});

describe('what a worker may say', () => {
  test.each<[Outcome]>([
    [{ kind: 'confirmed', ref: 'A-1' }],
    [{ kind: 'accepted', afterMs: 0 }],
    [{ kind: 'conflict', seen: null }],
    [{ kind: 'retryable', reason: 'http_500', afterMs: 86_400_000 }],
    [{ kind: 'unauthorised' }],
  ])('$kind', (outcome) => {
    expect(outcomeSchema.parse(outcome)).toEqual(outcome);
  });

  test.each<[string, object]>([
    ['a kind nobody knows', { kind: 'fine' }],
    ['"lost", which only the sweeper says', { kind: 'lost' }],
    ['a member too many', { kind: 'unauthorised', name: 'Ada' }],
    ['a vendor’s own words', { kind: 'refused', reason: 'Ada Lovelace is not eligible' }],
    ['a wait longer than a day', { kind: 'rate_limited', afterMs: 86_400_001 }],
    ['a wait of minus a second', { kind: 'rate_limited', afterMs: -1_000 }],
    ['a wait that no clock knows', { kind: 'retryable', reason: 'x', afterMs: 1e15 }],
    ['text that no database keeps', { kind: 'conflict', seen: 'a\u0000' }],
    ['half of a character', { kind: 'confirmed', ref: 'a\ud83d' }],
    ['a text without end', { kind: 'confirmed', ref: 'a'.repeat(201) }],
  ])('not %s', (_, outcome) => {
    expect(outcomeSchema.safeParse(outcome).success).toBe(false);
  });
});
