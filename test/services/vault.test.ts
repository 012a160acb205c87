// Keys of persons met lately: opened once, held in little room, and never another's.
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { PersonId } from '../../src/core/ids.ts';
import { rememberKeys } from '../../src/services/remember-keys.ts';
import { openVault } from '../../src/services/vault.ts';

const person = (nth: number): PersonId => `per_${String(nth).padStart(26, '0')}`;
const keysOf = (nth: number) => ({ dataKey: Buffer.alloc(32, nth), commitKey: Buffer.alloc(32, 100 + nth) });

test('keys come back as they were, for as many persons as there is room for; the one met first goes first', () => {
  const known = rememberKeys(3);
  for (const nth of [1, 2, 3, 4]) known.set(person(nth), keysOf(nth));
  expect(known.get(person(1))).toBeUndefined();
  for (const nth of [2, 3, 4]) expect(known.get(person(nth))).toEqual(keysOf(nth));
  known.set(person(3), keysOf(9));
  expect([2, 3, 4].map((nth) => known.get(person(nth))?.dataKey[0])).toEqual([2, 9, 4]);
});

test('keys in somebody’s hands stay the same when their place is another’s', () => {
  const known = rememberKeys(1);
  known.set(person(1), keysOf(1));
  const inHand = known.get(person(1));
  known.set(person(2), keysOf(2));
  known.forget(person(2));
  expect(inHand).toEqual(keysOf(1));
});

test('what is forgotten is gone, and its place is not given to somebody else’s name', () => {
  const known = rememberKeys(2);
  for (const nth of [1, 2]) known.set(person(nth), keysOf(nth));
  known.forget(person(1));
  known.forget(person(1));
  expect(known.get(person(1))).toBeUndefined();
  for (const nth of [3, 4]) known.set(person(nth), keysOf(nth));
  expect([1, 2, 3, 4].map((nth) => known.get(person(nth))?.dataKey[0])).toEqual([undefined, undefined, 3, 4]);
});

test('twenty thousand persons whose keys were opened take some megabytes', () => {
  const masterKey = randomBytes(32);
  const [first, second] = [openVault(masterKey), openVault(masterKey)];
  const wrapped = Array.from({ length: 20_000 }, (_, nth) => first.newPerson(person(nth)).wrapped);
  const payload = 'x'.repeat(3_000);
  const before = heldBytes();
  for (const [nth, keys] of wrapped.entries()) {
    second.unwrap(person(nth), keys);
    // As payloads and rows do: the pool that small Buffers are cut from goes on to the next eight kilobytes.
    Buffer.from(payload);
  }
  expect((heldBytes() - before) / 2 ** 20).toBeLessThan(6);
  // Both are in use until here, or they would be collected too.
  expect(second.unwrap(person(1), { data_key: null, commit_key: null })).toBeNull();
  expect(first.masterKeyId).toBe(second.masterKeyId);
});

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
