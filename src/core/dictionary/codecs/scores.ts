// Codecs of scores: every tool's own scale, with its meaning spelled out, and our share of what could be reached, 0 to 100.
import { z } from 'zod';
import type { ElementDefinition } from '../document.ts';
import { type Beside, type Coded, family, right, wrong } from './codec.ts';

const stepsMax = 5_000;
const top = z.union([z.number(), z.strictObject({ element: z.string(), otherwise: z.number().positive().optional() })]);

/**
 * A scale of numbers. Nothing of its meaning is left to a guess: 4 on a scale from 1 to 5 is 75, on one from 0 to 5 it is 80,
 * and 80 on either is refused.
 */
export const score = family({
  summary: 'A score on a scale of numbers: min, max, step and which end is the better one.',
  arguments: z
    .strictObject({
      min: z.number(),
      /** A number, or the element that holds it. */
      max: top,
      step: z.union([z.number().positive(), z.literal('any')]),
      better: z.enum(['higher', 'lower']),
      /** `of`: "4/5"; `percent`: "80 %". */
      written: z.enum(['number', 'text', 'of', 'percent']).default('number'),
      /** What becomes of a score that lies between two steps of the vendor's scale. */
      between: z.enum(['refuse', 'nearest']).default('refuse'),
    })
    .refine(({ min, max }) => typeof max !== 'number' || max > min, { path: ['max'], error: 'must be above min' })
    .refine(({ min, max, step }) => typeof max === 'number' || (min === 0 && step === 'any'), {
      path: ['max'],
      error: 'a top that comes with the score goes with min 0 and step any',
    })
    .refine(({ min, max, step }) => step === 'any' || typeof max !== 'number' || isGrid(min, max, step), {
      path: ['step'],
      error: `must lead from min to max, in at most ${stepsMax} steps`,
    })
    .refine(({ written, min, max }) => written !== 'percent' || (min === 0 && max === 100), {
      path: ['written'],
      error: 'a percentage runs from 0 to 100',
    }),
  build({ min, max, step, better, written, between }) {
    return {
      gives: ['number'],
      ...(typeof max === 'number' ? {} : { needs: [max.element] }),
      misfits: needsShare,
      decode(theirs, beside) {
        const end = topOf(max, beside);
        if (!end.ok) return end;
        const value = readNumber(theirs, written, end.value);
        if (!value.ok) return value;
        if (value.value < min || value.value > end.value)
          return wrong('out_of_range', `lies outside ${min} to ${end.value}`);
        if (step !== 'any' && !isStep(value.value - min, step))
          return wrong('out_of_range', `is no step of ${step} from ${min}`);
        return right(shareOf((value.value - min) / (end.value - min), better));
      },
      encode(ours, beside) {
        const end = topOf(max, beside);
        if (!end.ok) return end;
        if (typeof ours !== 'number' || !(ours >= 0 && ours <= 100))
          return wrong('wrong_type', 'is no share from 0 to 100');
        const position = (better === 'higher' ? ours : 100 - ours) / 100;
        const exact = min + position * (end.value - min);
        const onGrid = clean(step === 'any' ? exact : min + Math.round((exact - min) / step) * step);
        const shown = shareOf((onGrid - min) / (end.value - min), better);
        if (between === 'refuse' && Math.abs(shown - ours) > 0.005)
          return wrong('not_exact', 'lies between two steps of the scale');
        return right(writeNumber(onGrid, written, end.value));
      },
    };
  },
});

/** A scale of words, from the worst to the best, evenly spread: of five, the fourth is 75. */
export const scoreWords = family({
  summary: 'A score on a scale of words, from the worst to the best, evenly spread over 0 to 100.',
  arguments: z
    .strictObject({
      words: z.array(z.string().trim().min(1)).min(2).max(20),
      between: z.enum(['refuse', 'nearest']).default('refuse'),
    })
    .refine(({ words }) => new Set(words).size === words.length, 'a word stands there twice'),
  build: ({ words, between }) => ({
    gives: ['number'],
    misfits: needsShare,
    decode(theirs) {
      const place = typeof theirs === 'string' ? words.indexOf(theirs.trim()) : -1;
      return place < 0
        ? wrong('unknown_value', 'is no word of the scale')
        : right(shareOf(place / (words.length - 1), 'higher'));
    },
    encode(ours) {
      if (typeof ours !== 'number' || !(ours >= 0 && ours <= 100))
        return wrong('wrong_type', 'is no share from 0 to 100');
      const place = Math.round((ours / 100) * (words.length - 1));
      if (between === 'refuse' && Math.abs(shareOf(place / (words.length - 1), 'higher') - ours) > 0.005)
        return wrong('not_exact', 'lies between two words of the scale');
      return right(words[place]);
    },
  }),
});

/** Two decimals: fine enough for any scale here, and the same number in every system. */
const shareOf = (position: number, better: 'higher' | 'lower'): number =>
  Math.round(10_000 * (better === 'higher' ? position : 1 - position)) / 100;

function topOf(max: z.infer<typeof top>, beside: Beside): Coded<number> {
  if (typeof max === 'number') return right(max);
  const named = beside[max.element] ?? max.otherwise;
  if (named === undefined) return wrong('incomplete', 'is a score without the top of its scale');
  return typeof named === 'number' && named > 0
    ? right(named)
    : wrong('incomplete', 'has a top that is no number above 0');
}

function readNumber(theirs: unknown, written: 'number' | 'text' | 'of' | 'percent', end: number): Coded<number> {
  if (written === 'number')
    return typeof theirs === 'number' && Number.isFinite(theirs)
      ? right(theirs)
      : wrong('wrong_type', 'is not a number');
  if (typeof theirs !== 'string') return wrong('wrong_type', 'is not a score written as text');
  const form = {
    text: /^(-?\d{1,9}(?:\.\d{1,6})?)$/,
    of: /^(-?\d{1,9}(?:\.\d{1,6})?)\s?\/\s?(\d{1,9}(?:\.\d{1,6})?)$/,
    percent: /^(\d{1,3}(?:\.\d{1,6})?)\s?%$/,
  };
  const found = form[written].exec(theirs.trim());
  if (!found)
    return wrong(
      'wrong_format',
      { text: 'is not a number', of: 'is not "points/top"', percent: 'is not a number and %' }[written],
    );
  if (written === 'of' && Number(found[2]) !== end) return wrong('out_of_range', `is out of another top than ${end}`);
  return right(Number(found[1]));
}

function writeNumber(value: number, written: 'number' | 'text' | 'of' | 'percent', end: number): string | number {
  return { number: value, text: String(value), of: `${value}/${end}`, percent: `${value}%` }[written];
}

const needsShare = ({ min, max }: ElementDefinition): string | null =>
  min === 0 && max === 100 ? null : 'a score is a share from 0 to 100, and this element is not bounded so';

/** Without the dust of binary fractions. */
const clean = (value: number): number => Math.round(value * 1_000_000) / 1_000_000;
const isStep = (distance: number, step: number): boolean =>
  Math.abs(distance / step - Math.round(distance / step)) < 1e-6;
const isGrid = (min: number, max: number, step: number): boolean =>
  isStep(max - min, step) && Math.round((max - min) / step) <= stepsMax;
