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
  nameBands(name, (text) => (text.startsWith('trigram ') ? ofTrigram(vault, text) : keyed(vault, 'name index', text)));

/** Names are made of few trigrams, each of which is hashed several times: that is most of what an index costs. The oldest are let go. */
const hashes = new WeakMap<Pick<Vault, 'keyed'>, Map<string, Buffer>>();
const hashesMax = 30_000;

function ofTrigram(vault: Pick<Vault, 'keyed'>, text: string): Buffer {
  const known = hashes.get(vault) ?? new Map<string, Buffer>();
  hashes.set(vault, known);
  const found = known.get(text);
  if (found) return found;
  const made = keyed(vault, 'name index', text);
  if (known.size >= hashesMax) known.delete(known.keys().next().value as string);
  known.set(text, made);
  return made;
}

const significantDigits = 8;
const digitsMin = 7;

const keyed = (vault: Pick<Vault, 'keyed'>, purpose: string, text: string): Buffer =>
  Buffer.from(vault.keyed(purpose, text), 'hex');
