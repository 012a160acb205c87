// The codec of values from a closed list: each of ours has one word of the vendor's, and no other word is guessed at.
import { z } from 'zod';
import { family, right, wrong } from './codec.ts';

const theirs = z.union([z.string().min(1), z.number(), z.boolean()]);
const keyOf = (value: unknown): string => `${typeof value} ${String(value)}`;

/** `values`: ours to theirs, written and read. `alsoRead`: further words of theirs to ours, such as a label of before. */
export const enumeration = family({
  summary: 'A value of a closed list: ours to theirs, and further words of theirs that are only read.',
  arguments: z
    .strictObject({
      values: z
        .record(z.string().min(1), theirs)
        .refine((values) => Object.keys(values).length > 0, 'name at least one value'),
      alsoRead: z.record(z.string().min(1), z.string().min(1)).default({}),
    })
    .refine(
      ({ values }) => new Set(Object.values(values).map(keyOf)).size === Object.keys(values).length,
      'two of our values have the same word there, so it could not be read back',
    )
    .refine(
      ({ values, alsoRead }) =>
        Object.keys(alsoRead).every((word) => !Object.values(values).map(keyOf).includes(keyOf(word))),
      'alsoRead repeats a word of values',
    )
    .refine(
      ({ values, alsoRead }) => Object.values(alsoRead).every((ours) => Object.hasOwn(values, ours)),
      'alsoRead leads to a value that is not in values',
    ),
  build({ values, alsoRead }) {
    const read = new Map([
      ...Object.entries(alsoRead).map(([word, ours]) => [keyOf(word), ours] as const),
      ...Object.entries(values).map(([ours, word]) => [keyOf(word), ours] as const),
    ]);
    return {
      gives: ['string'],
      decode(value) {
        const ours = read.get(keyOf(typeof value === 'string' ? value.trim() : value));
        return ours === undefined ? wrong('unknown_value', 'is none of the words that are mapped') : right(ours);
      },
      encode: (ours) =>
        typeof ours === 'string' && Object.hasOwn(values, ours)
          ? right(values[ours])
          : wrong('unknown_value', 'has no word there'),
      misfits({ allowed }) {
        const stray = allowed && Object.keys(values).find((ours) => !allowed.includes(ours));
        return stray === undefined ? null : `"${stray}" is none of its allowed values`;
      },
    };
  },
});
