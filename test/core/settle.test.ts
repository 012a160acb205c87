// A writeback's row and a result in, its next row out: which results count, what they cost, and that every row ends.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retriesMax } from '../../src/core/delivery/retry.ts';
import { type ArrivedOutcome, type Settlement, settle, type WritebackState } from '../../src/core/delivery/settle.ts';
import { limits } from '../../src/core/limits.ts';

const leased: WritebackState = {
  status: 'leased',
  mode: 'apply',
  overwrites: [],
  disputed: null,
  attempt: 3,
  tries: 3,
  checks: 0,
  conflicts: 0,
  contradictions: 0,
  overtaken: false,
  onDivergence: 'revert',
  readLagMs: 0,
};
const first: WritebackState = { ...leased, attempt: 1, tries: 1 };
const half = 0.5;
const settled = (state: WritebackState, outcome: ArrivedOutcome, attempt = state.attempt): Settlement => {
  const settlement = settle(state, attempt, outcome, half);
  if (!settlement) throw new Error('the result counted for nothing');
  return settlement;
};

describe('which results count', () => {
  const outcomes: ArrivedOutcome[] = [
    { kind: 'confirmed' },
    { kind: 'accepted', afterMs: 1 },
    { kind: 'retryable', reason: 'http_500' },
    { kind: 'refused', reason: 'http_422' },
    { kind: 'lost' },
  ];

  test.each(['confirmed', 'waived', 'superseded'] as const)('none for a writeback that is %s', (status) => {
    for (const outcome of outcomes) expect(settle({ ...leased, status }, leased.attempt, outcome, half)).toBeNull();
  });

  test('for one that was given up only a late confirmation: it is still the truth', () => {
    const dead: WritebackState = { ...leased, status: 'dead' };
    expect(settled(dead, { kind: 'confirmed' }, 1)).toMatchObject({ status: 'confirmed', firstTry: false });
    for (const outcome of outcomes.slice(1)) expect(settle(dead, dead.attempt, outcome, half)).toBeNull();
  });

  test('a confirmation of any attempt, also while the next waits', () => {
    expect(settled(leased, { kind: 'confirmed' }, 1).status).toBe('confirmed');
    expect(settled({ ...leased, status: 'ready' }, { kind: 'confirmed_already' }, 1).status).toBe('confirmed');
  });

  test.each(outcomes.slice(1))('$kind only of the attempt that is under way', (outcome) => {
    expect(settle(leased, 3, outcome, half)).not.toBeNull();
    expect(settle(leased, 2, outcome, half)).toBeNull();
    expect(settle({ ...leased, status: 'ready' }, 3, outcome, half)).toBeNull();
  });
});

describe('what a result changes', () => {
  test.each<[what: string, state: WritebackState, outcome: ArrivedOutcome, changes: Partial<Settlement>]>([
    ['seen after one try', first, { kind: 'confirmed' }, { status: 'confirmed', reason: null, firstTry: true }],
    ['seen after more', leased, { kind: 'confirmed' }, { status: 'confirmed', firstTry: false }],
    ['seen after a contradiction', { ...first, contradictions: 1 }, { kind: 'confirmed' }, { firstTry: false }],
    ['seen after a conflict', { ...first, conflicts: 1 }, { kind: 'confirmed' }, { firstTry: false }],
    [
      'accepted',
      first,
      { kind: 'accepted', afterMs: 700 },
      { status: 'ready', mode: 'confirm', delayMs: 700, tries: 1 },
    ],
    [
      'a rate limit gives the try back',
      leased,
      { kind: 'rate_limited', afterMs: 9 },
      { status: 'ready', tries: 2, delayMs: 9, openCircuit: false },
    ],
    ['bad credentials give it back too', leased, { kind: 'unauthorised' }, { tries: 2, openCircuit: true }],
    [
      'a passing fault costs it',
      leased,
      { kind: 'retryable', reason: 'http_500' },
      { status: 'ready', tries: 3, reason: null },
    ],
    [
      'a rate limit on a look costs no try and leaves it a look',
      { ...first, mode: 'confirm', checks: 1 },
      { kind: 'rate_limited', afterMs: 9 },
      { mode: 'confirm', tries: 1, checks: 1 },
    ],
    [
      'a look that shows the old value',
      { ...first, mode: 'confirm', checks: 1 },
      { kind: 'contradicted', seen: 'a' },
      { mode: 'apply', checks: 0, contradictions: 1, contradicted: true },
    ],
    ['refused', leased, { kind: 'refused', reason: 'http_422' }, { status: 'dead', reason: 'http_422' }],
    [
      'a conflict, once',
      leased,
      { kind: 'conflict', seen: 'b' },
      { status: 'ready', conflicts: 1, disputed: 'b', overwrites: [] },
    ],
    [
      'a conflict, twice',
      { ...leased, conflicts: 1, disputed: 'b' },
      { kind: 'conflict', seen: 'b' },
      { conflicts: 2, overwrites: ['b'] },
    ],
    [
      'a conflict over something else than what was to be overwritten',
      { ...leased, disputed: 'b', overwrites: ['b'] },
      { kind: 'conflict', seen: 'c' },
      { disputed: 'c', overwrites: ['b'] },
    ],
    [
      'what may be overwritten stays',
      { ...leased, overwrites: ['b'] },
      { kind: 'retryable', reason: 'x' },
      { overwrites: ['b'] },
    ],
    [
      'overtaken by a change of the target’s own',
      { ...leased, overtaken: true },
      { kind: 'retryable', reason: 'x' },
      { status: 'superseded', reason: 'vendor_moved_on' },
    ],
    [
      'overtaken, and refused',
      { ...leased, overtaken: true },
      { kind: 'refused', reason: 'x' },
      { status: 'superseded' },
    ],
    ['overtaken, but seen', { ...leased, overtaken: true }, { kind: 'confirmed' }, { status: 'confirmed' }],
  ])('%s', (_, state, outcome, changes) => {
    expect(settled(state, outcome)).toMatchObject(changes);
  });
});

describe('whatever the target does', () => {
  const outcome: fc.Arbitrary<ArrivedOutcome> = fc.oneof(
    fc.constantFrom<ArrivedOutcome>(
      { kind: 'contradicted', seen: 'a' },
      { kind: 'ambiguous', reason: 'timeout' },
      { kind: 'conflict', seen: 'b' },
      { kind: 'lost' },
      { kind: 'rate_limited', afterMs: 1 },
      { kind: 'unauthorised' },
      { kind: 'retryable', reason: 'http_500' },
    ),
    fc.integer({ min: 0, max: 9 }).map((afterMs): ArrivedOutcome => ({ kind: 'accepted', afterMs })),
  );
  const claimed = (one: Settlement, before: WritebackState): WritebackState => ({
    ...before,
    ...one,
    status: 'leased',
    attempt: before.attempt + 1,
    tries: one.tries + (one.mode === 'apply' ? 1 : 0),
    checks: one.checks + (one.mode === 'confirm' ? 1 : 0),
  });
  const free = new Set(['rate_limited', 'unauthorised']);

  test('a writeback is dead, with a reason, after a bounded number of attempts that were not free', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(outcome),
        fc.constantFrom<'revert' | 'hold'>('revert', 'hold'),
        (stream, onDivergence) => {
          let state: WritebackState = { ...first, onDivergence };
          let costly = 0;
          for (const arrived of stream) {
            if (!free.has(arrived.kind)) costly += 1;
            const next = settled(state, arrived);
            expect(next.tries).toBeLessThanOrEqual(retriesMax + 1);
            expect(next.delayMs).toBeGreaterThanOrEqual(0);
            if (next.status !== 'ready') {
              expect(next).toMatchObject({ status: 'dead', reason: expect.stringMatching(/^[a-z0-9_]+$/) });
              return;
            }
            expect(costly).toBeLessThanOrEqual((retriesMax + 1) * (limits.confirmChecksMax + 2));
            state = claimed(next, state);
          }
        },
      ),
    );
  });

  test('one that only says "later" or "who are you" never dies of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<ArrivedOutcome>({ kind: 'rate_limited', afterMs: 1 }, { kind: 'unauthorised' }), {
          maxLength: 100,
        }),
        fc.constantFrom<'apply' | 'confirm'>('apply', 'confirm'),
        (outcomes, mode) => {
          let state: WritebackState = { ...first, mode, checks: mode === 'confirm' ? 1 : 0 };
          for (const arrived of outcomes) {
            const next = settled(state, arrived);
            expect(next.status).toBe('ready');
            state = claimed(next, state);
          }
          expect(settled(state, { kind: 'confirmed' })).toMatchObject({
            status: 'confirmed',
            firstTry: true,
            tries: 1,
          });
        },
      ),
    );
  });
});
