// Argon2id for passwords people choose: dearer than for random secrets, and made anew when the price has risen since.
import { hash, verify } from '@node-rs/argon2';
import { dummyHash, type HashPrice, inTurn, phcOf } from '../clients/hash-secrets.ts';

/** RFC 9106 §4, second recommendation, with one lane: 64 MiB three times over. OWASP's floor is 19 MiB twice. */
export const passwordPrice: HashPrice = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 };

/** PHC string. Rejects with `Unavailable` when too many wait. */
export const hashPassword = (password: string, price: HashPrice): Promise<string> =>
  inTurn(() => hash(normal(password), price));

/** Against nothing (an unknown or deactivated account) it takes the same time and is false. */
export async function verifyPassword(
  stored: string | null | undefined,
  password: string,
  price: HashPrice,
): Promise<boolean> {
  const matches = await inTurn(() => verify(stored ?? dummyHash(price), normal(password)));
  return matches && typeof stored === 'string';
}

/** True for a hash that was made at another price than today's. */
export const isOutdated = (stored: string, price: HashPrice): boolean => !stored.startsWith(phcOf(price));

/** Keyboards differ in how they compose a letter; to a person it is the same one (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
