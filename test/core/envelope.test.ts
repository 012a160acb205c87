// Encryption at rest: what was sealed comes back, and only with the right key, in the right place, bit for bit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Place, seal, unseal } from '../../src/core/persons/envelope.ts';

const key = Buffer.alloc(32, 7);
const nonce = Buffer.alloc(12, 3);
const place: Place = ['event', 'payload_ct', 'evt_1'];
const sealed = seal(key, nonce, place, Buffer.from('Ada Lovelace'));

test('what was sealed comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 12, maxLength: 12 }), (text, someNonce) =>
      unseal(key, place, seal(key, someNonce, place, text)).equals(text),
    ),
  );
});

test('the layout is fixed: version, nonce, tag, ciphertext of the same length', () => {
  expect(sealed.length).toBe(1 + 12 + 16 + 'Ada Lovelace'.length);
  expect(sealed[0]).toBe(1);
  expect(sealed.subarray(1, 13)).toEqual(nonce);
  expect(sealed.includes('Ada')).toBe(false);
});

describe('is refused', () => {
  test('under another key', () => {
    expect(() => unseal(Buffer.alloc(32, 8), place, sealed)).toThrow();
  });

  test.each<[string, Place]>([
    ['table', ['element_value', 'payload_ct', 'evt_1']],
    ['column', ['event', 'value_ct', 'evt_1']],
    ['row', ['event', 'payload_ct', 'evt_2']],
    ['place with the same letters', ['event', 'payload', '_ctevt_1']],
  ])('moved to another %s', (_, other) => {
    expect(() => unseal(key, other, sealed)).toThrow();
  });

  test('with any one bit changed', () => {
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => unseal(key, place, changed), `bit ${bit}`).toThrow();
    }
  });

  test('cut off anywhere, also inside its tag: a short tag could be guessed', () => {
    const empty = seal(key, nonce, place, Buffer.alloc(0));
    for (const whole of [sealed, empty]) {
      for (let length = 0; length < whole.length; length += 1)
        expect(() => unseal(key, place, whole.subarray(0, length)), `${length} bytes`).toThrow();
    }
  });

  test('a version nobody wrote, and says which', () => {
    expect(() => unseal(key, place, Buffer.concat([Buffer.of(2), sealed.subarray(1)]))).toThrow(
      'Unknown envelope version 2',
    );
  });

  test.each([
    ['a short key', Buffer.alloc(16), nonce],
    ['a short nonce', key, Buffer.alloc(8)],
  ])('sealing with %s', (_, someKey, someNonce) => {
    expect(() => seal(someKey, someNonce, place, Buffer.alloc(1))).toThrow('32-byte key and a 12-byte nonce');
  });
});
