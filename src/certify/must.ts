// What a check of the contract must find; a check that does not find it fails with a sentence.
import { isDeepStrictEqual } from 'node:util';

export class ContractBroken extends Error {
  override name = 'ContractBroken';
}

export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new ContractBroken(sentence);
}

/** Members that are undefined count as absent. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  must(
    isDeepStrictEqual(defined(actual), defined(expected)),
    `${what}: expected ${shown(expected)}, was ${shown(actual)}`,
  );
}

/** `actual` has all that `expected` has. */
export function mustMatch(actual: object, expected: Readonly<Record<string, unknown>>, what: string): void {
  const found = actual as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(expected)) mustEqual(found[name], value, `${what}, ${name}`);
}

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);
const defined = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
    : value;
