// The codec of addresses that people open: https alone, without what would let them in there unasked.
import { z } from 'zod';
import { limits } from '../../limits.ts';
import { type Coded, family, right, wrong } from './codec.ts';

const parameter = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'must be the name of a parameter, such as accessToken');

/** `without`: parameters of its query that are left behind, such as an access token. Read as the vendor wrote it apart from that. */
export const link = family({
  summary: 'An https address that people open; named parameters of its query are left behind.',
  arguments: z.strictObject({ without: z.array(parameter).max(20).default([]) }),
  build: ({ without }) => ({
    gives: ['url'],
    decode(theirs) {
      const url = addressOf(theirs);
      if (!url.ok || !without.some((name) => url.value.searchParams.has(name)))
        return url.ok ? right((theirs as string).trim()) : url;
      for (const name of without) url.value.searchParams.delete(name);
      return right(url.value.href);
    },
    encode(ours) {
      const url = addressOf(ours);
      if (!url.ok) return url;
      return without.some((name) => url.value.searchParams.has(name))
        ? wrong('not_exact', 'holds a parameter that would not be read back')
        : right((ours as string).trim());
    },
  }),
});

function addressOf(value: unknown): Coded<URL> {
  if (typeof value !== 'string') return wrong('wrong_type', 'is not a text');
  const isAddress = value.length <= limits.stringCharsMax && URL.canParse(value.trim());
  const url = isAddress ? new URL(value.trim()) : null;
  return url?.protocol === 'https:' ? right(url) : wrong('wrong_format', 'is no https address');
}
