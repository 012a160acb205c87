// The blind indexes by which a person is found again: equal or alike values meet in them, and none can be read back.
import { dialled } from '../../core/deciding/conflict.ts';
import { nameBands } from '../../core/persons/likeness.ts';
import type { Vault } from '../vault.ts';

/** Null for what has too few digits to say anything. */
export function phoneIndex(vault: Pick<Vault, 'keyed'>, phone: string): Buffer | null {
  // The end of a number is the same with a country's code and without it.
  const digits = dialled(phone).slice(-significantDigits);
  return digits.length < digitsMin ? null : keyed(vault, 'phone index', digits);
}

/** Of a name's trigrams; names that are alike share some of these. */
export const nameIndex = (vault: Pick<Vault, 'keyed'>, name: ReadonlySet<string>): number[] =>
  nameBands(name, (text) => keyed(vault, 'name index', text));

const significantDigits = 8;
const digitsMin = 7;

const keyed = (vault: Pick<Vault, 'keyed'>, purpose: string, text: string): Buffer =>
  Buffer.from(vault.keyed(purpose, text), 'hex');
