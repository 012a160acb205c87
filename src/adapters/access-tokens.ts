// Access tokens of vendors that know one at a time: kept until they are over, and renewed by one caller for all, in this process and beside it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { VendorAnswer } from './http.ts';

export interface AccessToken {
  value: string;
  /** By this process's clock, ms since 1970. */
  goodUntil: number;
}

/** Where the workers of one connection share its tokens; `key` stands for the credential and holds nothing of it. */
export interface SharedTokens {
  /** Null when there is none that is good. */
  read(key: string): Promise<AccessToken | null>;
  /** True for one caller at a time, who then makes a new one; it must `keep` or `release` within `makeTokenMs`. */
  claim(key: string): Promise<boolean>;
  keep(key: string, token: AccessToken): Promise<void>;
  release(key: string): Promise<void>;
}

/** Longer than a request for a token may take; afterwards whoever claimed is taken for dead. */
export const makeTokenMs = 20_000;

const heldMax = 1_000;
const lookAgainMs = 100;
const noToken = { kind: 'failure', failure: 'connect', sent: false } as const;

type Asked = Promise<AccessToken | VendorAnswer>;
const held = new Map<string, Asked>();

export interface TokenWish {
  key: string;
  /** A token that the vendor has just refused; another one is wanted. */
  refused?: string | undefined;
  /** Absent where a worker has the credential for itself. */
  shared?: SharedTokens | undefined;
  make(): Asked;
  signal: AbortSignal;
}

/** The token at hand while it is good, else one request for a new one, however many wait for it; the vendor's answer when there is none to be had. */
export async function takeToken(wish: TokenWish): Asked {
  const { key, refused } = wish;
  const known = held.get(key);
  // What could not even be asked for is no answer to keep: it is asked for again.
  const token = await known?.catch(() => undefined);
  if (token && isGood(token, refused)) return token;
  if (known && held.get(key) === known) held.delete(key);
  const already = held.get(key);
  // Somebody else has replaced it meanwhile, or is about to.
  if (already) return already;
  if (held.size >= heldMax) held.clear();
  const asking = fromOthers(wish);
  held.set(key, asking);
  return asking;
}

async function fromOthers(wish: TokenWish): Asked {
  const { key, refused, shared, make, signal } = wish;
  if (!shared) return make();
  for (let waitedMs = 0; waitedMs < makeTokenMs && !signal.aborted; waitedMs += lookAgainMs) {
    const kept = await shared.read(key);
    if (kept && isGood(kept, refused)) return kept;
    if (await shared.claim(key)) return makeForAll(wish, shared);
    await sleep(lookAgainMs);
  }
  return noToken;
}

async function makeForAll({ key, refused, make }: TokenWish, shared: SharedTokens): Asked {
  try {
    // Somebody may have made one between the look and the claim: another would be the end of hers.
    const kept = await shared.read(key);
    const made = kept && isGood(kept, refused) ? kept : await make();
    if ('value' in made && made !== kept) await shared.keep(key, made);
    else await shared.release(key);
    return made;
  } catch (error) {
    await shared.release(key).catch(() => {});
    throw error;
  }
}

const isGood = (token: AccessToken | VendorAnswer, refused: string | undefined): boolean =>
  'value' in token && token.value !== refused && token.goodUntil > Date.now();
