// Names that are alike: the measure of pg_trgm, and a blind index that finds what is alike and gives no letters away.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isNameAlone, nameBands, similarity, suggests, trigrams } from '../../src/core/persons/likeness.ts';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';

const keyed = (text: string): Buffer => createHmac('sha256', 'a key').update(text).digest();
const alike = (a: string, b: string): number | null => similarity(trigrams(a), trigrams(b));
const meet = (a: string, b: string): boolean => {
  const other = nameBands(trigrams(b), keyed);
  return nameBands(trigrams(a), keyed).some((band) => other.includes(band));
};

describe('similarity', () => {
  // The first is the example of PostgreSQL's manual; the others are counted by hand.
  test.each([
    ['word', 'two words', 0.36363637],
    ['Ada Lovelace', 'Ada Lovelace', 1],
    ['Ada Lovelace', 'Ada Lovelac', 0.78571427],
    ['Ada Lovelace', 'Grace Hopper', 2 / 24],
  ])('of %s and %s is that of pg_trgm', (a, b, expected) => {
    expect(alike(a, b)).toBeCloseTo(expected, 5);
  });

  test('does not mind accents, case, order or hyphens', () => {
    expect(alike('Zoë Müller-Lüdenscheidt', 'MULLER LUDENSCHEIDT ZOE')).toBe(1);
    expect(alike('Ada', '')).toBeNull();
    expect(alike('李小龍', '李小龍')).toBe(1);
  });
});

describe('the index of a name', () => {
  test('is the same for the same name under one key, and another under another', () => {
    const name = trigrams('Ada Lovelace');
    expect(nameBands(name, keyed)).toEqual(nameBands(trigrams('lovelace ada'), keyed));
    const other = nameBands(name, (text) => createHmac('sha256', 'another').update(text).digest());
    expect(other.filter((band) => nameBands(name, keyed).includes(band))).toEqual([]);
    expect(nameBands(new Set(), keyed)).toEqual([]);
    expect(nameBands(name, keyed).every((band) => Number.isInteger(band) && Math.abs(band) <= 2 ** 31)).toBe(true);
  });

  test('finds what is alike, and hardly anything else', () => {
    const random = seededRandom(7);
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const word = (length: number): string => Array.from({ length }, () => letters[random.integer(0, 25)]).join('');
    let [near, found, strangers, met] = [0, 0, 0, 0];
    for (let round = 0; round < 300; round += 1) {
      const name = `${word(random.integer(4, 8))} ${word(random.integer(5, 10))}`;
      const typo = `${name.slice(0, -1)}${letters[random.integer(0, 25)]}`;
      if ((alike(name, typo) ?? 0) >= 0.8) {
        near += 1;
        if (meet(name, typo)) found += 1;
      }
      strangers += 1;
      if (meet(name, `${word(6)} ${word(7)}`)) met += 1;
    }
    expect(near).toBeGreaterThan(50);
    expect(found / near).toBeGreaterThan(0.97);
    expect(met / strangers).toBeLessThan(0.02);
  });
});

describe('two persons are proposed to be one', () => {
  test.each([
    [{ email: true, phone: false, name: null }, true],
    [{ email: true, phone: false, name: 0 }, true],
    [{ email: false, phone: true, name: 0.29 }, false],
    [{ email: false, phone: true, name: 0.3 }, true],
    [{ email: false, phone: true, name: null }, true],
    [{ email: false, phone: false, name: 0.79 }, false],
    [{ email: false, phone: false, name: 0.8 }, true],
    [{ email: false, phone: false, name: null }, false],
  ])('by %o: %s', (evidence, expected) => {
    expect(suggests({ otherPhone: false, ...evidence })).toBe(expected);
  });

  test('but not by a name whose bearers have numbers of their own', () => {
    expect(suggests({ email: false, phone: false, otherPhone: true, name: 1 })).toBe(false);
    expect(suggests({ email: true, phone: false, otherPhone: true, name: 1 })).toBe(true);
  });

  test('and it is known when only the name says so', () => {
    expect(isNameAlone({ email: false, phone: false, otherPhone: false, name: 0.9 })).toBe(true);
    expect(isNameAlone({ email: false, phone: true, otherPhone: false, name: 0.9 })).toBe(false);
  });
});
