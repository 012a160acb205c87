// One spelling per value: equal values hash alike, different ones do not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, fingerprint, sha256 } from '../../src/core/canonical-json.ts';

test.each<[value: unknown, text: string]>([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ a: undefined, b: { d: 1, c: 2 } }, '{"b":{"c":2,"d":1}}'],
  [[undefined], '[null]'],
  ['"\u0007é', '"\\"\\u0007é"'],
  [1e21, '1e+21'],
  [-0, '0'],
  [{ '\u20ac': 1, '\r': 2, '1': 3, '\u{1f600}': 4 }, '{"\\r":2,"1":3,"€":1,"😀":4}'],
])('%o', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('reads back as the same value, and spells it the same way again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('the order of members does not count', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(fingerprint(Object.fromEntries(Object.entries(value).reverse()))).toBe(fingerprint(value));
    }),
  );
});

test('a known hash', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(fingerprint({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});
