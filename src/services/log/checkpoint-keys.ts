// The keys that checkpoints are signed with: made when the first one is, and kept with their private half under the master key.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { keyId } from '../../core/log/checkpoint.ts';
import type { Place } from '../../core/persons/envelope.ts';
import type { Db, Tx } from '../../store/database/database.ts';
import { type CheckpointKeyRow, insertCheckpointKey, listCheckpointKeys } from '../../store/log/checkpoints.ts';
import type { Vault } from '../vault.ts';

export interface SigningKey {
  id: string;
  privateKey: KeyObject;
}

/** The newest key that this master key opens; a new one where there is none. Call it while sealing is taken. */
export async function signingKey(tx: Tx, vault: Vault): Promise<SigningKey> {
  for (const row of (await listCheckpointKeys(tx)).reverse()) {
    const privateKey = open(vault, row);
    if (privateKey) return { id: row.id, privateKey };
  }
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = keyId(publicKey);
  await insertCheckpointKey(tx, {
    id,
    public_key: publicKey.export({ format: 'der', type: 'spki' }),
    private_key_ct: vault.sealJson(wrapKey(vault), placeOf(id), {
      pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    }),
  });
  return { id, privateKey };
}

/** Public keys by id. Only those whose private half is ours count: anybody who can write to the table can add others. */
export async function ownKeys(db: Db, vault: Vault): Promise<Map<string, KeyObject>> {
  const own = new Map<string, KeyObject>();
  for (const row of await listCheckpointKeys(db)) {
    const privateKey = open(vault, row);
    if (privateKey) own.set(row.id, createPublicKey(privateKey));
  }
  return own;
}

/** Null when it was not made under this master key, or not under this id. */
function open(vault: Vault, row: CheckpointKeyRow): KeyObject | null {
  try {
    const { pkcs8 } = vault.unsealJson(wrapKey(vault), placeOf(row.id), row.private_key_ct) as { pkcs8: string };
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
    return keyId(createPublicKey(privateKey)) === row.id ? privateKey : null;
  } catch {
    return null;
  }
}

const wrapKey = (vault: Vault): Buffer => vault.derive('checkpoint-keys');
const placeOf = (id: string): Place => ['checkpoint_key', 'private_key_ct', id];
