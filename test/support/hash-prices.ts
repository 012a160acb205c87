// What hashes of passwords and secrets cost in tests: next to nothing, or as much as in the service where the price is what is tested.
import { passwordPrice } from '../../src/services/accounts/hash-passwords.ts';
import { type HashPrice, secretPrice } from '../../src/services/clients/hash-secrets.ts';
import type { Context } from '../../src/services/context.ts';

/** The least that Argon2 takes. Hundreds of people sign in during a run, at a sixth of a second each otherwise. */
const least: HashPrice = { memoryCost: 8, timeCost: 1, parallelism: 1 };

export const cheapHashes: Context['hashPrices'] = { password: least, secret: least };
export const realHashes: Context['hashPrices'] = { password: passwordPrice, secret: secretPrice };
