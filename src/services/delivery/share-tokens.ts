// Lets all workers of a connection use one access token, since a vendor may know one of a credential at a time.
import { makeTokenMs, type SharedTokens } from '../../adapters/access-tokens.ts';
import {
  claimVendorToken,
  findVendorToken,
  keepVendorToken,
  releaseVendorToken,
} from '../../store/connections/vendor-tokens.ts';
import type { Db } from '../../store/database/database.ts';
import type { Vault } from '../vault.ts';

export function shareTokens(context: { database: { engine: Db }; vault: Vault }, connection: string): SharedTokens {
  const db = context.database.engine;
  const { vault } = context;
  return {
    async read(key) {
      const kept = await findVendorToken(db, connection, key);
      if (!kept) return null;
      const { token } = vault.unsealSecrets(placeOf(connection, key), kept.value_ct);
      return token === undefined ? null : { value: token, goodUntil: Date.now() + kept.goodForMs };
    },
    claim: (key) => claimVendorToken(db, connection, key, makeTokenMs),
    keep: (key, { value, goodUntil }) =>
      keepVendorToken(db, connection, key, {
        value_ct: vault.sealSecrets(placeOf(connection, key), { token: value }),
        goodForMs: goodUntil - Date.now(),
      }),
    release: (key) => releaseVendorToken(db, connection, key),
  };
}

const placeOf = (connection: string, key: string): string => `${connection} token ${key}`;
