// Codecs of plain values: texts, ids, numbers, yes and no, and lists of texts.
import { z } from 'zod';
import { limits } from '../../limits.ts';
import { type Coded, family, right, wrong } from './codec.ts';

/** A text without the spaces around it. */
export const text = family({
  summary: 'A text; spaces around it are dropped.',
  arguments: z.strictObject({}),
  build: () => ({ gives: ['string', 'url', 'email'], decode: plainText, encode: plainText }),
});

/** An id that a vendor sends as a number or as a text; ours is always a text. */
export const id = family({
  summary: 'An id: a text or a whole number there, a text here.',
  arguments: z.strictObject({ written: z.enum(['text', 'number']).default('text') }),
  build: ({ written }) => ({
    gives: ['string'],
    decode(theirs) {
      if (typeof theirs === 'number')
        return Number.isSafeInteger(theirs) ? right(String(theirs)) : wrong('wrong_format', 'is no whole number');
      return plainText(theirs);
    },
    encode(ours) {
      const said = plainText(ours);
      if (!said.ok || written === 'text') return said;
      const whole = Number(said.value);
      return /^(0|[1-9]\d{0,15})$/.test(said.value) && Number.isSafeInteger(whole)
        ? right(whole)
        : wrong('not_exact', 'is no id made of digits');
    },
  }),
});

const decimalText = /^-?\d{1,15}(\.\d{1,15})?$/;

export const number = family({
  summary: 'A number, sent as one or as digits with a point.',
  arguments: z.strictObject({ written: z.enum(['number', 'text']).default('number') }),
  build: ({ written }) => ({
    gives: ['number', 'integer'],
    decode(theirs) {
      if (written === 'number') return finite(theirs);
      if (typeof theirs !== 'string') return wrong('wrong_type', 'is not a number written as text');
      return decimalText.test(theirs.trim())
        ? right(Number(theirs))
        : wrong('wrong_format', 'is not digits with at most one point');
    },
    encode(ours) {
      const value = finite(ours);
      if (!value.ok || written === 'number') return value;
      const said = String(value.value);
      return decimalText.test(said) ? right(said) : wrong('out_of_range', 'is too large or too small for digits');
    },
  }),
});

const word = z.union([z.string().min(1), z.number(), z.boolean()]);

export const boolean = family({
  summary: 'Yes or no, in the vendor’s words for them.',
  arguments: z
    .strictObject({ yes: word.default(true), no: word.default(false) })
    .refine(({ yes, no }) => yes !== no, 'yes and no must differ'),
  build: ({ yes, no }) => ({
    gives: ['boolean'],
    decode(theirs) {
      if (theirs === yes) return right(true);
      return theirs === no ? right(false) : wrong('unknown_value', 'is neither the word for yes nor the one for no');
    },
    encode: (ours) =>
      typeof ours === 'boolean' ? right(ours ? yes : no) : wrong('wrong_type', 'is neither true nor false'),
  }),
});

export const list = family({
  summary: 'A list of texts, or one text with a separator.',
  arguments: z.strictObject({ separator: z.string().min(1).max(3).optional() }),
  build: ({ separator }) => ({
    gives: ['list'],
    decode(theirs) {
      if (separator === undefined) return textsOf(theirs);
      if (typeof theirs !== 'string') return wrong('wrong_type', 'is not a text of several');
      return textsOf(theirs.split(separator));
    },
    encode(ours) {
      const said = textsOf(ours);
      if (!said.ok || separator === undefined) return said;
      return said.value.length === 0 || said.value.some((one) => one.includes(separator))
        ? wrong('not_exact', 'holds the separator, or nothing')
        : right(said.value.join(separator));
    },
  }),
});

export function plainText(value: unknown): Coded<string> {
  if (typeof value !== 'string') return wrong('wrong_type', 'is not a text');
  const trimmed = value.trim();
  if (trimmed === '') return wrong('wrong_format', 'is empty');
  return trimmed.length > limits.stringCharsMax ? wrong('out_of_range', 'is too long') : right(trimmed);
}

function finite(value: unknown): Coded<number> {
  if (typeof value !== 'number') return wrong('wrong_type', 'is not a number');
  return Number.isFinite(value) ? right(value) : wrong('out_of_range', 'is no finite number');
}

const itemsMax = 1_000;

function textsOf(value: unknown): Coded<string[]> {
  if (!Array.isArray(value) || value.length > itemsMax)
    return wrong('wrong_type', `is not a list of at most ${itemsMax}`);
  const said = value.map(plainText);
  const fault = said.find((one) => !one.ok);
  return fault ?? right(said.flatMap((one) => (one.ok ? [one.value] : [])));
}
