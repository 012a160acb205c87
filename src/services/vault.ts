// Keys and personal data: the master key wraps each person's keys, and nothing personal is stored but under those.
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { PersonId } from '../core/ids.ts';
import { payloadCommitment } from '../core/log/chain.ts';
import { type Place, seal, unseal } from '../core/persons/envelope.ts';
import { looksPersonal, standIn } from '../core/persons/impersonal.ts';
import { randomSupply } from './random-supply.ts';
import { type PersonKeys, rememberKeys } from './remember-keys.ts';

/** A person's keys as the row holds them: both null once the person was erased. */
export interface WrappedKeys {
  data_key: Buffer | null;
  commit_key: Buffer | null;
}

export interface Vault {
  masterKeyId: string;
  newPerson(person: PersonId): { keys: PersonKeys; wrapped: { data_key: Buffer; commit_key: Buffer } };
  /** Null once the keys were destroyed, as erasing a person does. Throws `OtherKey` when the master key does not open them. */
  unwrap(person: PersonId, wrapped: WrappedKeys): PersonKeys | null;
  forget(person: PersonId): void;
  sealJson(key: Buffer, place: Place, value: unknown): Buffer;
  unsealJson(key: Buffer, place: Place, sealed: Uint8Array): unknown;
  commit(keys: PersonKeys, payload: unknown): Buffer;
  /** HMAC blind index of an e-mail address: equal addresses meet, none can be read back. */
  emailIndex(email: string): Buffer;
  /** A system's id for something, or what stands for it where it may name a person: the same for the same id, and not to be read back. */
  impersonalId(system: string, id: string): string;
  /** HMAC for a purpose, hex: equal texts meet, and nobody without the master key can try which text it was. */
  keyed(purpose: string, text: string): string;
  /** Secrets of connections, under the master key. */
  sealSecrets(connection: string, secrets: Readonly<Record<string, string>>): Buffer;
  unsealSecrets(connection: string, sealed: Uint8Array): Record<string, string>;
  /** 32 bytes for another purpose, derived from the master key. */
  derive(purpose: string): Buffer;
}

/** What is there was encrypted under another master key than this process has; nobody's data is in it. */
export class OtherKey extends Error {
  override name = 'OtherKey';
  constructor(options?: ErrorOptions) {
    super('The keys of a person do not open with this master key', options);
  }
}

const rememberedPersonsMax = 50_000;
const nonceBytes = 12;

/** `masterKey` is 32 bytes. */
export function openVault(masterKey: Buffer): Vault {
  if (masterKey.length !== 32)
    throw new Error(
      `The master key must be 32 bytes, this one has ${masterKey.length}. Make one with: openssl rand -base64 32`,
    );
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', masterKey, 'interlock', purpose, 32));
  const wrapKey = derive('wrap');
  const indexKey = derive('blind-index');
  const textKey = derive('keyed-texts');
  const secretKey = derive('connection-secrets');
  const known = rememberKeys(rememberedPersonsMax);
  const nonce = randomSupply(nonceBytes);

  const keyed = (purpose: string, text: string): string =>
    createHmac('sha256', textKey).update(`${purpose}\u0000${text}`).digest('hex');
  const remember = (person: PersonId, keys: PersonKeys): PersonKeys => {
    known.set(person, keys);
    return keys;
  };
  const wrap = (person: PersonId, column: string, key: Buffer): Buffer =>
    seal(wrapKey, nonce(), ['person', column, person], key);

  return {
    masterKeyId: createHash('sha256').update(wrapKey).digest('hex').slice(0, 16),
    newPerson(person) {
      const keys = remember(person, { dataKey: randomBytes(32), commitKey: randomBytes(32) });
      return {
        keys,
        wrapped: {
          data_key: wrap(person, 'data_key', keys.dataKey),
          commit_key: wrap(person, 'commit_key', keys.commitKey),
        },
      };
    },
    unwrap(person, wrapped) {
      if (!wrapped.data_key || !wrapped.commit_key) return null;
      const keys = known.get(person);
      if (keys) return keys;
      try {
        return remember(person, {
          dataKey: unseal(wrapKey, ['person', 'data_key', person], wrapped.data_key),
          commitKey: unseal(wrapKey, ['person', 'commit_key', person], wrapped.commit_key),
        });
      } catch (error) {
        throw new OtherKey({ cause: error });
      }
    },
    forget: known.forget,
    sealJson: (key, place, value) => seal(key, nonce(), place, Buffer.from(JSON.stringify(value))),
    unsealJson: (key, place, sealed) => JSON.parse(unseal(key, place, sealed).toString('utf8')),
    commit: (keys, payload) => payloadCommitment(keys.commitKey, payload),
    emailIndex: (email) => createHmac('sha256', indexKey).update(email.trim().toLowerCase()).digest(),
    impersonalId: (system, id) => (looksPersonal(id) ? standIn(keyed(`id of ${system}`, id.trim().toLowerCase())) : id),
    keyed,
    sealSecrets: (connection, secrets) =>
      seal(secretKey, nonce(), ['connection', 'secrets', connection], Buffer.from(JSON.stringify(secrets))),
    unsealSecrets: (connection, sealed) =>
      JSON.parse(unseal(secretKey, ['connection', 'secrets', connection], sealed).toString('utf8')) as Record<
        string,
        string
      >,
    derive,
  };
}
