// Ids sort by time, carry their kind, and nothing else passes for one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idMaker, isId } from '../../src/core/ids.ts';

const bytes = (value: number) => (count: number) => new Uint8Array(count).fill(value);

test('the TypeID of a known UUIDv7', () => {
  // RFC 9562, appendix A.6: 017f22e2-79b0-7cc3-98c4-dc0c0c07398f.
  const newId = idMaker(
    () => 0x017f22e279b0,
    () => randomBytesOf(0xcc3n, 0x18c4dc0c0c07398fn),
  );
  expect(newId('sub')).toBe(`sub_${encodeHex('017f22e279b07cc398c4dc0c0c07398f')}`);
});

test('a later id sorts after an earlier one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 47 }),
      fc.integer({ min: 1, max: 2 ** 20 }),
      fc.nat(255),
      fc.nat(255),
      (time, later, a, b) => {
        expect(idMaker(() => time, bytes(a))('evt') < idMaker(() => time + later, bytes(b))('evt')).toBe(true);
      },
    ),
  );
});

test('every id made is an id of its kind, and of no other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
      (time, random) => {
        const id = idMaker(
          () => time,
          () => random,
        )('wrb');
        expect(id).toHaveLength(30);
        expect(isId('wrb', id)).toBe(true);
        expect(isId('evt', id)).toBe(false);
      },
    ),
  );
});

test.each([
  '',
  'sub_',
  'sub_01h',
  `sub_${'0'.repeat(27)}`,
  `sub_8${'0'.repeat(25)}`,
  `sub_0${'u'.repeat(25)}`,
  `SUB_${'0'.repeat(26)}`,
  `sub_${'0'.repeat(25)}\n`,
])('"%s" is none', (text) => {
  expect(isId('sub', text)).toBe(false);
});

test('too little randomness is refused', () => {
  expect(() =>
    idMaker(
      () => 0,
      () => new Uint8Array(9),
    )('sub'),
  ).toThrow(/ten random bytes/);
});

function randomBytesOf(randA: bigint, randB: bigint): Uint8Array {
  const bits = ((randB & 0x3fffffffffffffffn) << 12n) | randA;
  return Uint8Array.from({ length: 10 }, (_, index) => Number((bits >> BigInt(8 * (9 - index))) & 0xffn));
}

/** Written apart from the code under test: 130 bits, the first two zero, five at a time. */
function encodeHex(hex: string): string {
  const binary = `00${[...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')}`;
  return (binary.match(/.{5}/g) ?? [])
    .map((five) => '0123456789abcdefghjkmnpqrstvwxyz'[Number.parseInt(five, 2)])
    .join('');
}
