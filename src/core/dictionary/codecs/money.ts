// The codec of amounts of money: in minor units or as a decimal, written as a number or as a text with separators.
import { z } from 'zod';
import { type Beside, type Coded, family, right, wrong } from './codec.ts';
import { decimalsOf } from './currencies.ts';

const currencyCode = z.string().refine((code) => decimalsOf(code) !== undefined, 'is no currency of ISO 4217');
/** Digits in all that a JavaScript number holds exactly. */
const digitsMax = 15;

/** Ours is a number in major units: 1234.56 for 123456 cents. */
export const money = family({
  summary: 'An amount: minor units (123456 cents) or a decimal (1234.56), by the decimals of its currency.',
  arguments: z
    .strictObject({
      unit: z.enum(['minor', 'major']),
      /** One currency for all, or the element that says which. */
      currency: z.union([currencyCode, z.strictObject({ element: z.string() })]),
      written: z.enum(['number', 'text']).default('number'),
      decimal: z.enum(['.', ',']).default('.'),
      group: z.enum(['', ',', '.', ' ', '’', "'"]).default(''),
    })
    .refine(({ decimal, group }) => decimal !== group, 'the decimal separator and the one of groups must differ')
    .refine(({ written, group }) => written === 'text' || group === '', 'only a text has separators'),
  build({ unit, currency, written, decimal, group }) {
    return {
      gives: ['number'],
      ...(typeof currency === 'string' ? {} : { needs: [currency.element] }),
      decode(theirs, beside) {
        const places = placesOf(currency, beside);
        if (!places.ok) return places;
        const plain = written === 'text' ? ungrouped(theirs, decimal, group) : numeral(theirs);
        return plain.ok ? fromPlain(plain.value, unit, places.value) : plain;
      },
      encode(ours, beside) {
        const places = placesOf(currency, beside);
        if (!places.ok) return places;
        const plain = numeral(ours);
        if (!plain.ok) return plain;
        const digits = inMinor(plain.value, places.value);
        if (digits === null) return wrong('not_exact', 'has more decimals than its currency');
        const amount = unit === 'minor' ? digits : inMajor(digits, places.value);
        return right(written === 'number' ? Number(amount) : grouped(amount, decimal, group));
      },
    };
  },
});

function placesOf(currency: string | { element: string }, beside: Beside): Coded<number> {
  const code = typeof currency === 'string' ? currency : beside[currency.element];
  if (code === undefined || code === null) return wrong('incomplete', 'is an amount without a currency');
  const places = typeof code === 'string' ? decimalsOf(code) : undefined;
  return places === undefined ? wrong('incomplete', 'is in a currency that ISO 4217 does not have') : right(places);
}

function fromPlain(plain: string, unit: 'minor' | 'major', places: number): Coded<number> {
  if (unit === 'major') {
    const digits = inMinor(plain, places);
    return digits === null ? wrong('out_of_range', 'has more decimals than its currency') : right(Number(plain));
  }
  return /^-?\d+$/.test(plain) ? right(Number(inMajor(plain, places))) : wrong('wrong_format', 'minor units are whole');
}

/** A number as digits with a point, exactly as it reads. */
function numeral(value: unknown): Coded<string> {
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('wrong_type', 'is not a number');
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= digitsMax
    ? right(text)
    : wrong('out_of_range', 'has too many digits to be exact');
}

function ungrouped(value: unknown, decimal: string, group: string): Coded<string> {
  if (typeof value !== 'string') return wrong('wrong_type', 'is not an amount written as text');
  const [whole = '', fraction, ...more] = value.trim().split(decimal);
  const groups = group === '' ? [whole.replace('-', '')] : whole.replace('-', '').split(group);
  const wellFormed =
    more.length === 0 &&
    /^-?[^-]+$/.test(whole) &&
    groups.every((part, index) => (groups.length === 1 || index === 0 ? /^\d{1,15}$/ : /^\d{3}$/).test(part)) &&
    (groups.length === 1 || (groups[0]?.length ?? 0) <= 3) &&
    (fraction === undefined || /^\d{1,9}$/.test(fraction));
  if (!wellFormed) return wrong('wrong_format', `is not an amount with "${decimal}" before its decimals`);
  const plain = `${whole.startsWith('-') ? '-' : ''}${groups.join('')}${fraction === undefined ? '' : `.${fraction}`}`;
  return plain.replace(/\D/g, '').length <= digitsMax
    ? right(plain)
    : wrong('out_of_range', 'has too many digits to be exact');
}

function grouped(plain: string, decimal: string, group: string): string {
  const [whole = '', fraction] = plain.split('.');
  const parts = group === '' ? whole : whole.replace(/\B(?=(\d{3})+$)/g, group);
  return fraction === undefined ? parts : `${parts}${decimal}${fraction}`;
}

/** The digits without the point; null when there are more decimals than the currency has. */
function inMinor(plain: string, places: number): string | null {
  const [whole = '', fraction = ''] = plain.split('.');
  if (fraction.replace(/0+$/, '').length > places) return null;
  return `${whole}${fraction.slice(0, places).padEnd(places, '0')}`.replace(/^(-?)0+(?=\d)/, '$1');
}

function inMajor(digits: string, places: number): string {
  if (places === 0) return digits;
  const [sign, amount] = digits.startsWith('-') ? ['-', digits.slice(1)] : ['', digits];
  const padded = amount.padStart(places + 1, '0');
  return `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`;
}
