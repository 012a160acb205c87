// Argon2id for secrets and passwords, a few at once, so that a burst of logins cannot take the processor from events.
import { hash, verify } from '@node-rs/argon2';
import { limits } from '../../core/limits.ts';
import { Unavailable } from '../record-events/index.ts';

/** What a hash costs whoever makes or guesses one: KiB of memory, passes over it, lanes. */
export interface HashPrice {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** OWASP's floor; a secret of 32 random bytes needs no more. Argon2id is the library's default. */
export const secretPrice: HashPrice = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** How hashes of this price begin, in the PHC form. */
export const phcOf = ({ memoryCost, timeCost, parallelism }: HashPrice): string =>
  `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`;

/** Verifying against it takes as long as against a real one and never succeeds: nobody knows a secret for it. */
export const dummyHash = (price: HashPrice): string => `${phcOf(price)}aW50ZXJsb2NrLWR1bW15$${'A'.repeat(43)}`;

const waiting: (() => void)[] = [];
let running = 0;

/** PHC string. Rejects with `Unavailable` when too many wait. */
export const hashSecret = (secret: string, price: HashPrice): Promise<string> => inTurn(() => hash(secret, price));

/** Against nothing (an unknown client, an empty slot) it takes the same time and is false. */
export async function verifySecret(
  stored: string | null | undefined,
  secret: string,
  price: HashPrice,
): Promise<boolean> {
  const matches = await inTurn(() => verify(stored ?? dummyHash(price), secret));
  return matches && typeof stored === 'string';
}

/** Runs one computation of a hash when it is its turn; passwords wait in the same line as secrets. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= limits.hashesAtOnceMax) {
    if (waiting.length >= limits.hashesWaitingMax) throw new Unavailable('Too many secrets are being checked at once');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on rather than freed, so that nobody can slip in between.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
