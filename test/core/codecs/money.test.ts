// Amounts: minor and major units by the decimals of the currency, and separators that are named, never guessed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalsOf } from '../../../src/core/dictionary/codecs/currencies.ts';
import { bothWays, bothWaysFromThem, codecOf, decoded, encoded, faultsOf, neverGuesses } from './laws.ts';

const cents = fc.integer({ min: -9_999_999_999, max: 9_999_999_999 });

describe.each([
  ['JPY', 0],
  ['EUR', 2],
  ['BHD', 3],
  ['CLF', 4],
])('%s, with %i decimals', (currency, places) => {
  const amounts = cents.map((one) => Number((one / 10 ** places).toFixed(places)) + 0);
  test('has them', () => expect(decimalsOf(currency)).toBe(places));
  test('minor units lead there and back', () => {
    const codec = codecOf('money', { unit: 'minor', currency });
    bothWays(codec, amounts);
    bothWaysFromThem(
      codec,
      cents.map((one) => one + 0),
    );
    neverGuesses(codec);
  });
  test.each([
    { unit: 'major', currency },
    { unit: 'major', currency, written: 'text' },
    { unit: 'major', currency, written: 'text', decimal: ',', group: '.' },
    { unit: 'major', currency, written: 'text', group: ' ' },
    { unit: 'minor', currency, written: 'text' },
  ])('%j leads there and back', (given) => bothWays(codecOf('money', given), amounts));
});

test.each<[object, unknown, unknown]>([
  [{ unit: 'minor', currency: 'USD' }, 8_500_000, 85_000],
  [{ unit: 'minor', currency: 'JPY' }, 8_500_000, 8_500_000],
  [{ unit: 'minor', currency: 'KWD' }, 1, 0.001],
  [{ unit: 'minor', currency: 'USD' }, 85.5, 'wrong_format'],
  [{ unit: 'minor', currency: 'USD' }, -5, -0.05],
  [{ unit: 'major', currency: 'USD' }, 0.1 + 0.2, 'out_of_range'],
  [{ unit: 'major', currency: 'USD' }, 85_000.001, 'out_of_range'],
  [{ unit: 'major', currency: 'JPY' }, 85_000.5, 'out_of_range'],
  [{ unit: 'major', currency: 'USD' }, '85000', 'wrong_type'],
  [{ unit: 'major', currency: 'USD' }, 1e22, 'out_of_range'],
  [{ unit: 'major', currency: 'EUR', written: 'text', decimal: ',', group: '.' }, '85.000,50', 85_000.5],
  [{ unit: 'major', currency: 'EUR', written: 'text', decimal: ',', group: '.' }, '85.000', 85_000],
  [{ unit: 'major', currency: 'EUR', written: 'text', decimal: ',', group: '.' }, '85,000.50', 'wrong_format'],
  [{ unit: 'major', currency: 'USD', written: 'text', group: ',' }, '85,000.50', 85_000.5],
  [{ unit: 'major', currency: 'USD', written: 'text', group: ',' }, '8,50,000', 'wrong_format'],
  [{ unit: 'major', currency: 'USD', written: 'text', group: ',' }, '85000', 85_000],
  [{ unit: 'major', currency: 'USD', written: 'text' }, '$85', 'wrong_format'],
  [{ unit: 'major', currency: 'USD', written: 'text' }, '', 'wrong_format'],
])('%j reads %j as %j', (given, theirs, ours) => expect(decoded(codecOf('money', given), theirs)).toBe(ours));

test('the currency may stand beside the amount, and without one an amount means nothing', () => {
  const codec = codecOf('money', { unit: 'minor', currency: { element: 'offer.currency' } });
  expect(codec.needs).toEqual(['offer.currency']);
  expect(decoded(codec, 12_345, { 'offer.currency': 'EUR' })).toBe(123.45);
  expect(decoded(codec, 12_345, { 'offer.currency': 'JPY' })).toBe(12_345);
  expect(decoded(codec, 12_345)).toBe('incomplete');
  expect(decoded(codec, 12_345, { 'offer.currency': 'EURO' })).toBe('incomplete');
  expect(encoded(codec, 123.45, { 'offer.currency': 'JPY' })).toBe('not_exact');
});

test.each<[object, RegExp]>([
  [{ unit: 'minor', currency: 'XXL' }, /no currency/],
  [{ unit: 'cents', currency: 'USD' }, /unit/],
  [{ unit: 'major', currency: 'USD', written: 'text', decimal: '.', group: '.' }, /must differ/],
  [{ unit: 'major', currency: 'USD', group: ',' }, /only a text/],
])('%j is refused', (given, rule) => expect(faultsOf('money', given).join()).toMatch(rule));
