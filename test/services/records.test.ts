// The memory of the simulation behaves as the tables do: whatever the one answers, refuses or keeps, the other does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Records, records } from '../../src/store/engine/records.ts';
import { openOffices } from '../faults/simulation/memory/equivalence/offices.ts';
import { operations } from '../faults/simulation/memory/equivalence/operations.ts';
import { openPair, type Pair, Parted } from '../faults/simulation/memory/equivalence/pair.ts';
import { playSeason } from '../faults/simulation/memory/equivalence/season.ts';

describe('the memory and the tables', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await openPair();
  });
  afterAll(async () => pair[Symbol.asyncDispose]());

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'answer, refuse and keep the same, statement by statement (seed %i)',
    { timeout: 120_000 },
    async (seed) => pair.play(seed, 500),
  );

  test('were asked everything that the engine can ask, and had something to say', () => {
    expect(Object.keys(operations).sort()).toEqual(Object.keys(records).sort());
    const idle = Object.keys(records).filter((name) => (pair.effects.get(name as keyof Records) ?? 0) < 5);
    expect(idle).toEqual([]);
    expect([...pair.refusals.keys()].sort()).toEqual(['21000', '23000', '23503', '23505', '23514']);
  });
});

type Spoil = (of: Records) => Partial<Records>;

/** Each breaks one clause. */
const spoils: readonly [clause: string, spoil: Spoil][] = [
  [
    'a repeated result counts as new',
    (of) => ({
      saveResults: async (tx, settled, attempts) => {
        await of.saveResults(tx, settled, attempts);
        return attempts.map((row) => row.writeback_id);
      },
    }),
  ],
  [
    'the newest write is overlooked',
    (of) => ({
      findOpenWritebacks: async (...given) => (await of.findOpenWritebacks(...given)).slice(1),
    }),
  ],
  [
    "one's own attempt is given to nobody any more",
    (of) => ({
      takeWorks: async (db, wanted, leaseMs) =>
        of.takeWorks(
          db,
          wanted.map(({ id, attempt, system }) => ({ id, attempt, system })),
          leaseMs,
        ),
    }),
  ],
  [
    "whatever is born taken is anybody's",
    (of) => ({
      insertWritebacks: async (tx, rows, leaseMs) =>
        of.insertWritebacks(
          tx,
          rows.map((row) => ({ ...row, taken: 0 as const })),
          leaseMs,
        ),
    }),
  ],
  [
    'a lost try is not counted',
    (of) => ({
      saveResults: async (tx, settled, attempts) =>
        of.saveResults(
          tx,
          settled.map((row) => ({ ...row, tries: 0 })),
          attempts,
        ),
    }),
  ],
  [
    'a name that is taken goes to another subject',
    (of) => ({
      insertRefs: async (tx, refs) => of.insertRefs(tx, refs, false),
    }),
  ],
];

test.each(spoils)('they part where %s', { timeout: 120_000 }, async (_, spoil) => {
  await using pair = await openPair(spoil);
  const long = async (): Promise<void> => {
    for (const seed of [1, 2, 3, 4]) await pair.play(seed, 300);
  };
  await expect(long()).rejects.toThrow(Parted);
});

test('the use cases make the same of the same events and results over either', { timeout: 120_000 }, async () => {
  await using offices = await openOffices(['greenhouse', 'other']);
  const rare = ['applied', 'parked', 'echo', 'duplicate', 'confirmed', 'conflict', 'shows', 'driven', 'swept'];
  const missed = (): string[] => rare.filter((name) => (offices.seen.get(name) ?? 0) < 5);
  // What comes when depends on the machine's clock too: some seasons more, until there was enough of everything.
  for (let seed = 1; seed <= 3 || (missed().length > 0 && seed <= 9); seed += 1) {
    await playSeason(offices, seed, 25);
    expect(await offices.differences()).toEqual([]);
  }
  expect(missed()).toEqual([]);
});
