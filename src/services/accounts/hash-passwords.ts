// Argon2id for passwords people choose: dearer than for random secrets, and made anew when the price has risen since.
import { hash, verify } from '@node-rs/argon2';
import { inTurn } from '../clients/hash-secrets.ts';

/** RFC 9106 §4, second recommendation, with one lane: 64 MiB three times over. OWASP's floor is 19 MiB twice. */
const cost = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 };
const prefix = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;

/** Verifying against it takes as long as against a real one and never succeeds. */
const dummyHash = `${prefix}aW50ZXJsb2NrLWR1bW15$${'A'.repeat(43)}`;

/** PHC string. Rejects with `Unavailable` when too many wait. */
export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(normal(password), cost));

/** Against nothing (an unknown or deactivated account) it takes the same time and is false. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  const matches = await inTurn(() => verify(stored ?? dummyHash, normal(password)));
  return matches && typeof stored === 'string';
}

/** True for a hash that was made at another price than today's. */
export const isOutdated = (stored: string): boolean => !stored.startsWith(prefix);

/** Keyboards differ in how they compose a letter; to a person it is the same one (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
