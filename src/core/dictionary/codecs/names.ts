// The codec of a whole name in one field; ours are two elements, the given and the family name.
import { z } from 'zod';
import { type Coded, family, right, wrong } from './codec.ts';
import { plainText } from './texts.ts';

/**
 * `Last, First` reads back whatever it holds. `First Last` only while both are one word each: where the family name of
 * "Maria da Silva" begins nobody can tell, so that is refused when read, and written as it is.
 */
export const fullName = family({
  summary: 'A whole name in one field: "Last, First", or "First Last" where both are one word.',
  arguments: z.strictObject({ order: z.enum(['Last, First', 'First Last']) }),
  build: ({ order }) => ({
    gives: ['string'],
    parts: ['first', 'last'],
    decode: (theirs) => (order === 'Last, First' ? readComma(theirs) : readWords(theirs)),
    encode(ours) {
      const { first, last } = (ours ?? {}) as { first?: unknown; last?: unknown };
      const [given, surname] = [plainText(first), plainText(last)];
      if (!given.ok || !surname.ok) return wrong('incomplete', 'needs both the given and the family name');
      if (order === 'First Last') return right(`${given.value} ${surname.value}`);
      return surname.value.includes(',') || given.value.includes(',')
        ? wrong('not_exact', 'holds a comma')
        : right(`${surname.value}, ${given.value}`);
    },
  }),
});

function readComma(theirs: unknown): Coded {
  const said = plainText(theirs);
  if (!said.ok) return said;
  const [last, first, ...more] = said.value.split(',').map((part) => part.trim());
  return first && last && more.length === 0 ? right({ first, last }) : wrong('wrong_format', 'is not "Last, First"');
}

function readWords(theirs: unknown): Coded {
  const said = plainText(theirs);
  if (!said.ok) return said;
  const [first, last, ...more] = said.value.split(/\s+/);
  if (more.length > 0) return wrong('ambiguous', 'has more than two words: where the family name begins is not said');
  return first && last ? right({ first, last }) : wrong('wrong_format', 'is not a given and a family name');
}
