// A vault without randomness and ciphers: what is sealed names its key and its place, and opens only with both.

import { canonicalJson } from '../../../src/core/canonical-json.ts';
import type { PersonId } from '../../../src/core/ids.ts';
import type { Place } from '../../../src/core/persons/envelope.ts';
import { looksPersonal } from '../../../src/core/persons/impersonal.ts';
import type { PersonKeys } from '../../../src/services/remember-keys.ts';
import type { Vault } from '../../../src/services/vault.ts';

/** One for each process: what another one wrapped must be unwrapped. Throws as the real one does where key, table, column or row differ. */
export function openSimulatedVault(): Vault {
  const cache = new Map<PersonId, PersonKeys>();
  const remember = (person: PersonId, keys: PersonKeys): PersonKeys => {
    cache.set(person, keys);
    return keys;
  };
  const keyed = (purpose: string, text: string): string => `keyed ${purpose} ${text}`;
  return {
    masterKeyId: 'simulated',
    newPerson(person) {
      const dataKey = Buffer.from(`data key of ${person}`);
      const commitKey = Buffer.from(`commit key of ${person}`);
      return {
        keys: remember(person, { dataKey, commitKey }),
        wrapped: {
          data_key: seal(masterKey, ['person', 'data_key', person], dataKey.toString('latin1')),
          commit_key: seal(masterKey, ['person', 'commit_key', person], commitKey.toString('latin1')),
        },
      };
    },
    unwrap(person, { data_key, commit_key }) {
      if (!data_key || !commit_key) return null;
      const known = cache.get(person);
      if (known) return known;
      const dataKey = Buffer.from(unseal(masterKey, ['person', 'data_key', person], data_key));
      const commitKey = Buffer.from(unseal(masterKey, ['person', 'commit_key', person], commit_key));
      return remember(person, { dataKey, commitKey });
    },
    forget: (person) => void cache.delete(person),
    sealJson: (key, place, value) => seal(key, place, JSON.stringify(value)),
    unsealJson: (key, place, sealed) => JSON.parse(unseal(key, place, sealed)),
    commit: ({ commitKey }, payload) => Buffer.from(`${textOf(commitKey)}\n${canonicalJson(payload)}`),
    emailIndex: (email) => Buffer.from(keyed('email', email.trim().toLowerCase())),
    impersonalId: (system, id) => (looksPersonal(id) ? keyed(`id of ${system}`, id.trim().toLowerCase()) : id),
    keyed,
    sealSecrets: (connection, secrets) =>
      seal(masterKey, ['connection', 'secrets', connection], JSON.stringify(secrets)),
    unsealSecrets: (connection, sealed) =>
      JSON.parse(unseal(masterKey, ['connection', 'secrets', connection], sealed)) as Record<string, string>,
    derive: (purpose) => Buffer.from(`key for ${purpose}`),
  };
}

const masterKey = Buffer.from('master key');

const header = (key: Uint8Array, [table, column, row]: Place): string =>
  `${textOf(key)}\n${table}\n${column}\n${row}\n`;

/** What was worked out of a key before: there are few, and each is used for everything of its person. */
const texts = new WeakMap<Uint8Array, string>();

function textOf(key: Uint8Array): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
  texts.set(key, text);
  return text;
}

const seal = (key: Uint8Array, place: Place, text: string): Buffer => Buffer.from(header(key, place) + text);

function unseal(key: Uint8Array, place: Place, sealed: Uint8Array): string {
  const text = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length).toString('utf8');
  const head = header(key, place);
  if (!text.startsWith(head)) throw new Error('Unsupported state or unable to authenticate data');
  return text.slice(head.length);
}
