// What a batch of seeds is made of: each fault comes, so that no rare branch is left to luck.
import { expect, test } from 'vitest';
import { catalogue, dealtSeeds, planOf } from './catalogue.ts';

const everything = { nats: true, clocks: true, disks: true, spreadMs: 3_500 };
const namesOf = (seed: number, options = everything): string[] =>
  planOf(seed, options).faults.map((one) => one.fault.name);

test('each twenty seeds meet every fault of the catalogue, in another order each time', () => {
  for (let first = 1; first < 20 * dealtSeeds; first += dealtSeeds) {
    const met = new Set(Array.from({ length: dealtSeeds }, (_, at) => namesOf(first + at)).flat());
    expect(
      catalogue.map((fault) => fault.name).filter((name) => !met.has(name)),
      `seeds from ${first}`,
    ).toEqual([]);
  }
  expect(namesOf(1)).not.toEqual(namesOf(1 + dealtSeeds));
});

test('a machine without NATS and disks gets plans without their faults', () => {
  for (let seed = 0; seed <= 40; seed += 1)
    for (const { fault } of planOf(seed, { ...everything, nats: false, disks: false }).faults)
      expect([fault.needsNats ?? false, fault.needsDisk ?? false], fault.name).toEqual([false, false]);
});
