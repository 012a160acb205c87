// Encryption at rest: AES-256-GCM with a random nonce, bound to table, column and row, so that a value cannot be moved.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { assert } from '../assert.ts';

const nonceBytes = 12;
const tagBytes = 16;
const formatVersion = 1;

/** The place a ciphertext belongs to: `event`, `payload_ct`, the row's id. */
export type Place = readonly [table: string, column: string, row: string];

/** Encrypts; `nonce` is 12 random bytes that are never used twice with a key. Layout: version, nonce, tag, ciphertext. */
export function seal(key: Uint8Array, nonce: Uint8Array, place: Place, plaintext: Uint8Array): Buffer {
  assert(nonce.length === nonceBytes && key.length === 32, 'AES-256-GCM takes a 32-byte key and a 12-byte nonce');
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(place));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.of(formatVersion), nonce, cipher.getAuthTag(), body]);
}

/** Decrypts. Throws when the key is wrong, the place differs or a bit was changed. */
export function unseal(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer {
  assert(sealed[0] === formatVersion, `Unknown envelope version ${sealed[0]}`);
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(aad(place))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes + tagBytes)), decipher.final()]);
}

const aad = (place: Place): Buffer => Buffer.from(place.join('\u0000'));
