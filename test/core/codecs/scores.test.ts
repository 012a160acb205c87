// Scores: every scale with its meaning, so that 4/5, 80 % and "strong yes" cannot be taken for each other.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bothWays, bothWaysFromThem, codecOf, decoded, encoded, faultsOf, neverGuesses } from './laws.ts';

const stars = { min: 1, max: 5, step: 1, better: 'higher' };

test.each<[string, object, unknown, unknown]>([
  ['four of one to five', stars, 4, 75],
  ['four of nought to five', { ...stars, min: 0 }, 4, 80],
  ['eighty per cent is no number of stars', stars, 80, 'out_of_range'],
  ['nor is half a star, where there are none', stars, 4.5, 'out_of_range'],
  ['half stars, where there are', { ...stars, step: 0.5 }, 4.5, 87.5],
  ['a number in quotes is another form', stars, '4', 'wrong_type'],
  ['which may be the right one', { ...stars, written: 'text' }, '4', 75],
  ['"strong yes" is no number', stars, 'strong yes', 'wrong_type'],
  ['points out of five', { ...stars, min: 0, written: 'of' }, '4/5', 80],
  ['points out of ten are another scale', { ...stars, min: 0, written: 'of' }, '4/10', 'out_of_range'],
  ['a percentage', { min: 0, max: 100, step: 'any', better: 'higher', written: 'percent' }, '80 %', 80],
  [
    'a percentage without its sign',
    { min: 0, max: 100, step: 'any', better: 'higher', written: 'percent' },
    '80',
    'wrong_format',
  ],
  ['a share of one', { min: 0, max: 1, step: 'any', better: 'higher' }, 0.8, 80],
  ['eighty is no share of one', { min: 0, max: 1, step: 'any', better: 'higher' }, 80, 'out_of_range'],
  ['a German school mark: one is best', { min: 1, max: 6, step: 0.1, better: 'lower' }, 1.3, 94],
  ['a percentile of an exam', { min: 200, max: 800, step: 10, better: 'higher' }, 640, 73.33],
])('%s: %j reads %j as %j', (_, given, theirs, ours) => expect(decoded(codecOf('score', given), theirs)).toBe(ours));

describe('there and back', () => {
  test.each<[object, fc.Arbitrary<unknown>]>([
    [stars, fc.integer({ min: 1, max: 5 })],
    [{ min: 1, max: 6, step: 0.1, better: 'lower' }, fc.integer({ min: 10, max: 60 }).map((one) => one / 10)],
    [{ min: 200, max: 800, step: 10, better: 'higher' }, fc.integer({ min: 20, max: 80 }).map((one) => one * 10)],
    [{ min: -2, max: 2, step: 0.25, better: 'higher' }, fc.integer({ min: -8, max: 8 }).map((one) => one / 4)],
    [{ ...stars, written: 'of' }, fc.integer({ min: 1, max: 5 }).map((one) => `${one}/5`)],
    [
      { min: 0, max: 100, step: 1, better: 'higher', written: 'percent' },
      fc.integer({ min: 0, max: 100 }).map((one) => `${one}%`),
    ],
  ])('%j, from every step', (given, theirs) => {
    bothWaysFromThem(codecOf('score', given), theirs);
    neverGuesses(codecOf('score', given));
  });
  test.each([1, 5, 10, 100, 850])('any step up to %i, from every share', (max) =>
    bothWays(
      codecOf('score', { min: 0, max, step: 'any', better: 'higher' }),
      fc.integer({ min: 0, max: 10_000 }).map((one) => one / 100),
    ),
  );
});

test('a share between two steps is not written, unless rounding was asked for', () => {
  expect(encoded(codecOf('score', stars), 83)).toBe('not_exact');
  expect(encoded(codecOf('score', { ...stars, between: 'nearest' }), 83)).toBe(4);
  expect(encoded(codecOf('score', stars), 75)).toBe(4);
  expect(encoded(codecOf('score', stars), 101)).toBe('wrong_type');
});

test('a top that comes with the score: as the dictionary keeps it, or 100', () => {
  const codec = codecOf('score', {
    min: 0,
    max: { element: 'screening.scoreMax', otherwise: 100 },
    step: 'any',
    better: 'higher',
  });
  expect(decoded(codec, 4, { 'screening.scoreMax': 5 })).toBe(80);
  expect(decoded(codec, 80)).toBe(80);
  expect(decoded(codec, 80, { 'screening.scoreMax': 5 })).toBe('out_of_range');
  expect(encoded(codec, 80, { 'screening.scoreMax': 5 })).toBe(4);
});

describe('a scale of words', () => {
  const words = ['strong no', 'no', 'mixed', 'yes', 'strong yes'];
  const codec = codecOf('score-words', { words });
  test('is evenly spread, worst first', () =>
    expect(words.map((one) => decoded(codec, one))).toEqual([0, 25, 50, 75, 100]));
  test('leads there and back', () => bothWaysFromThem(codec, fc.constantFrom(...words)));
  test('knows no other word, and no number', () => {
    expect(decoded(codec, 'Strong Yes')).toBe('unknown_value');
    expect(decoded(codec, 4)).toBe('unknown_value');
    expect(encoded(codec, 80)).toBe('not_exact');
    expect(encoded(codecOf('score-words', { words, between: 'nearest' }), 80)).toBe('yes');
  });
});

test.each<[string, object, RegExp]>([
  ['score', { max: 5, step: 1, better: 'higher' }, /min/],
  ['score', { min: 1, max: 5, step: 1 }, /better/],
  ['score', { min: 5, max: 1, step: 1, better: 'higher' }, /above min/],
  ['score', { min: 1, max: 5, step: 0.3, better: 'higher' }, /lead from min to max/],
  ['score', { min: 0, max: 1_000_000, step: 1, better: 'higher' }, /at most 5000 steps/],
  ['score', { min: 0, max: 5, step: 1, better: 'higher', written: 'percent' }, /percentage/],
  ['score', { min: 1, max: { element: 'x.y' }, step: 'any', better: 'higher' }, /min 0/],
  ['score-words', { words: ['yes'] }, /words/],
  ['score-words', { words: ['yes', 'yes'] }, /twice/],
])('%s %j is refused', (name, given, rule) => expect(faultsOf(name as 'score', given).join()).toMatch(rule));

test('only an element from 0 to 100 holds a score', () => {
  const misfits = codecOf('score', stars).misfits;
  expect(misfits?.({ min: 0, max: 100 } as never)).toBeNull();
  expect(misfits?.({ min: 1, max: 5 } as never)).toMatch(/0 to 100/);
});
