// Names, telephone numbers, closed lists, and plain values: both ways, and what is refused instead of guessed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecOfType } from '../../../src/core/dictionary/codecs/index.ts';
import { elementTypes } from '../../../src/core/dictionary/document.ts';
import { bothWays, bothWaysFromThem, codecOf, decoded, encoded, faultsOf, neverGuesses } from './laws.ts';

const trimmed = fc
  .string({ minLength: 1, maxLength: 30 })
  .map((one) => one.trim())
  .filter((one) => one !== '');
const noComma = trimmed.filter((one) => !one.includes(','));
const oneWord = trimmed.filter((one) => !/\s/.test(one));

describe('names', () => {
  const comma = codecOf('full-name', { order: 'Last, First' });
  const words = codecOf('full-name', { order: 'First Last' });
  test('"Last, First" holds any name without a comma', () =>
    bothWays(comma, fc.record({ first: noComma, last: noComma })));
  test('"First Last" holds two words', () => bothWays(words, fc.record({ first: oneWord, last: oneWord })));
  test.each([
    [comma, 'da Silva, Maria José', { first: 'Maria José', last: 'da Silva' }],
    [comma, 'King, Martin Luther, Jr.', 'wrong_format'],
    [comma, 'Madonna', 'wrong_format'],
    [comma, ', Ada', 'wrong_format'],
    [words, 'Ada Lovelace', { first: 'Ada', last: 'Lovelace' }],
    [words, 'Maria da Silva', 'ambiguous'],
    [words, 'Madonna', 'wrong_format'],
  ])('%#: %j', (codec, theirs, ours) => expect(decoded(codec, theirs)).toEqual(ours));
  test('half a name is not written, and a comma never moves the border', () => {
    expect(encoded(comma, { first: 'Ada' })).toBe('incomplete');
    expect(encoded(comma, { first: 'Ada', last: 'King, Countess' })).toBe('not_exact');
    expect(encoded(words, { first: 'Maria', last: 'da Silva' })).toBe('Maria da Silva');
  });
});

describe('telephone numbers', () => {
  const e164 = fc.stringMatching(/^\+[1-9]\d{6,14}$/);
  test.each(['e164', 'digits'])('%s leads there and back', (written) => {
    bothWays(codecOf('phone', { written }), e164);
    neverGuesses(codecOf('phone', { written }));
  });
  test('national numbers lead there and back inside their country', () =>
    bothWays(
      codecOf('phone', { written: 'national', callingCode: '49' }),
      fc.stringMatching(/^[1-9]\d{5,11}$/).map((one) => `+49${one}`),
    ));
  test.each<[object, unknown, unknown]>([
    [{ written: 'e164' }, '+1 (555) 010-4477', '+15550104477'],
    [{ written: 'e164' }, '555 010-4477', 'incomplete'],
    [{ written: 'e164', callingCode: '1', trunk: '' }, '(555) 010-4477', '+15550104477'],
    [{ written: 'national', callingCode: '49' }, '0170 1234567', '+491701234567'],
    [{ written: 'national', callingCode: '49' }, '170 1234567', 'ambiguous'],
    [{ written: 'national', callingCode: '39', trunk: '' }, '06 1234567', '+39061234567'],
    [{ written: 'e164' }, '+1 555 0104477 ext. 9', 'wrong_format'],
    [{ written: 'e164' }, '+1234567890123456', 'wrong_format'],
    [{ written: 'e164' }, '+0170123456', 'wrong_format'],
    [{ written: 'digits' }, '491701234567', '+491701234567'],
  ])('%j reads %j as %j', (given, theirs, ours) => expect(decoded(codecOf('phone', given), theirs)).toBe(ours));
  test('a number of another country is not written as a national one', () =>
    expect(encoded(codecOf('phone', { written: 'national', callingCode: '49' }), '+33123456789')).toBe('not_exact'));
  test('a national number needs its country', () =>
    expect(faultsOf('phone', { written: 'national' }).join()).toMatch(/callingCode/));
});

describe('closed lists', () => {
  const given = {
    values: { advance: 'Recommended', review: 2, do_not_advance: false },
    alsoRead: { 'Strongly recommended': 'advance' },
  };
  const codec = codecOf('enum', given);
  test('lead there and back', () => bothWays(codec, fc.constantFrom('advance', 'review', 'do_not_advance')));
  test.each([
    ['Recommended', 'advance'],
    ['Strongly recommended', 'advance'],
    [2, 'review'],
    ['2', 'unknown_value'],
    [false, 'do_not_advance'],
    ['recommended', 'unknown_value'],
    ['constructor', 'unknown_value'],
  ])('%j is %s', (theirs, ours) => expect(decoded(codec, theirs)).toBe(ours));
  test('an element with allowed values takes no others', () => {
    expect(codec.misfits?.({ allowed: ['advance', 'review', 'do_not_advance'] } as never)).toBeNull();
    expect(codec.misfits?.({ allowed: ['advance'] } as never)).toMatch(/"review" is none/);
  });
  test.each<[object, RegExp]>([
    [{ values: { a: 'x', b: 'x' } }, /could not be read back/],
    [{ values: { a: 'x' }, alsoRead: { x: 'a' } }, /repeats/],
    [{ values: { a: 'x' }, alsoRead: { y: 'b' } }, /not in values/],
    [{ values: {} }, /at least one/],
  ])('%j is refused', (wrongly, rule) => expect(faultsOf('enum', wrongly).join()).toMatch(rule));
});

describe('plain values', () => {
  test('texts, ids, numbers, yes and no, lists', () => {
    bothWays(codecOf('text'), trimmed);
    bothWaysFromThem(codecOf('id', { written: 'number' }), fc.nat());
    bothWays(codecOf('number'), fc.double({ noNaN: true, noDefaultInfinity: true }));
    bothWays(codecOf('number', { written: 'text' }), fc.integer());
    bothWays(codecOf('boolean', { yes: 'Yes', no: 'No' }), fc.boolean());
    bothWays(codecOf('list'), fc.array(trimmed));
    bothWays(
      codecOf('list', { separator: ';' }),
      fc.array(
        trimmed.filter((one) => !one.includes(';')),
        { minLength: 1 },
      ),
    );
  });
  test.each(elementTypes)('an element of type %s has a codec without being told', (type) => {
    expect(codecOfType(type).gives).toContain(type);
    neverGuesses(codecOfType(type));
  });
  test.each<[string, object, unknown, unknown]>([
    ['boolean', { yes: 'Y', no: 'N' }, 'yes', 'unknown_value'],
    ['boolean', {}, 'true', 'unknown_value'],
    ['number', {}, '3', 'wrong_type'],
    ['number', { written: 'text' }, '3,5', 'wrong_format'],
    ['text', {}, 3, 'wrong_type'],
    ['id', {}, 3, '3'],
    ['id', {}, 3.5, 'wrong_format'],
    ['list', {}, ['a', 3], 'wrong_type'],
    ['list', { separator: ';' }, 'a; b', ['a', 'b']],
  ])('%s %j reads %j as %j', (name, given, theirs, ours) =>
    expect(decoded(codecOf(name as 'text', given), theirs)).toEqual(ours),
  );
});

describe('addresses that people open', () => {
  const addresses = fc.webUrl({ validSchemes: ['https'], withQueryParameters: true });
  test('lead there and back, and nothing is guessed', () => {
    bothWays(codecOf('link'), addresses);
    neverGuesses(codecOf('link', { without: ['token'] }));
  });
  test.each<[string[], unknown, unknown]>([
    [[], ' https://a.example/r?x=1#y ', 'https://a.example/r?x=1#y'],
    [['token'], 'https://a.example/r?token=s&x=1', 'https://a.example/r?x=1'],
    [['token'], 'https://a.example/r?x=1', 'https://a.example/r?x=1'],
    [[], 'http://a.example/r', 'wrong_format'],
    [[], 'javascript:alert(1)', 'wrong_format'],
    [[], '/r', 'wrong_format'],
    [[], 7, 'wrong_type'],
  ])('without %j, %j is %j', (without, theirs, ours) =>
    expect(decoded(codecOf('link', { without }), theirs)).toBe(ours),
  );
  test('what would not be read back is not written', () => {
    const codec = codecOf('link', { without: ['token'] });
    expect(encoded(codec, 'https://a.example/r?token=s')).toBe('not_exact');
    expect(encoded(codec, 'https://a.example/r')).toBe('https://a.example/r');
    expect(faultsOf('link', { without: ['a b'] }).join()).toMatch(/name of a parameter/);
  });
});
