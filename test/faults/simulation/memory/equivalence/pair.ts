// A database and a memory that are told the same, statement by statement, and must answer the same.
import { sql } from 'kysely';
import { changeConnection, insertConnection } from '../../../../../src/store/connections/connections.ts';
import { type Db, openDatabase } from '../../../../../src/store/database/database.ts';
import { type Records, records } from '../../../../../src/store/engine/records.ts';
import { createTestDatabase } from '../../../../support/postgres.ts';
import { createMemory, type Memory } from '../memory.ts';
import { difference, sorted } from './compare.ts';
import { connections, createDraw, type Draw } from './draw.ts';
import { operations } from './operations.ts';
import { differencesOfTables, takeOverClocks } from './tables.ts';

type Name = keyof Records;

export interface Pair extends AsyncDisposable {
  memory: Memory;
  /** Calls of each function that did or found something. */
  effects: Map<Name, number>;
  /** SQLSTATEs that both raised. */
  refusals: Map<string, number>;
  /** Draws and runs so many steps, each one statement or a transaction of some. Throws where the two part. */
  play(seed: number, steps: number): Promise<void>;
}

interface Handles {
  db: Db;
  memory: unknown;
}

/** What the statement promises no order for. */
const unordered = new Set<Name>([
  'advanceLanes',
  'claimDue',
  'claimDueProbes',
  'claimHeads',
  'findChecks',
  'findElements',
  'findEvents',
  'findParkedPlaces',
  'findReleasable',
  'findTaken',
  'findUntaken',
  'halfOpenDueCircuits',
  'resolveRefs',
  'saveResults',
  'takeWorks',
]);

/** After these the clocks of the two differ by more than their order can bear. */
const timed = new Set<Name>([
  'claimDue',
  'claimDueProbes',
  'claimHeads',
  'insertRefs',
  'insertWritebacks',
  'saveResults',
]);

/** `spoil` puts something else in the place of the memory's functions, to see that it would be noticed. */
export async function openPair(spoil: (records: Records) => Partial<Records> = () => ({})): Promise<Pair> {
  const memory = createMemory({ now: risingClock() });
  const spoilt = { ...memory.records, ...spoil(memory.records) };
  const owned = await createTestDatabase();
  const database = await openDatabase(owned.connectionString);
  const db = database.engine;
  const effects = new Map<Name, number>();
  const refusals = new Map<string, number>();
  const base = { kind: 'ats', settings: {}, scope: {}, pace: {}, worker: 'interlock', secrets_current: null } as const;
  for (const id of connections) {
    await insertConnection(db, { ...base, id, adapter: 'greenhouse' });
    memory.addConnection({ ...base, id, adapter: 'greenhouse' });
  }

  /** False when both refused it. */
  const both = async (name: Name, draw: Draw, handles: Handles): Promise<boolean> => {
    const given = operations[name](draw) as unknown[];
    const theirs = await outcome(() => call(records, name, handles.db, given));
    const ours = await outcome(() => call(spoilt, name, handles.memory, given));
    const order = unordered.has(name) ? sorted : (answer: unknown) => answer;
    const off =
      difference(theirs.refused, ours.refused, 'SQLSTATE') ?? difference(order(theirs.answer), order(ours.answer));
    if (off) throw new Parted(`${name}(${JSON.stringify(given)}): ${off}`);
    if (theirs.refused !== null) {
      refusals.set(theirs.refused, (refusals.get(theirs.refused) ?? 0) + 1);
      return false;
    }
    if (hasEffect(given, theirs.answer)) effects.set(name, (effects.get(name) ?? 0) + 1);
    if (timed.has(name)) await takeOverClocks(handles.db, memory.tables);
    return true;
  };
  const together = (draw: Draw): Promise<void> =>
    db.transaction().execute((tx) =>
      memory.database.engine.transaction().execute(async (memoryTx) => {
        for (let left = draw.integer(1, 6); left > 0; left -= 1)
          if (!(await both(drawName(draw), draw, { db: tx, memory: memoryTx }))) throw new RolledBack();
        if (draw.chance(0.2)) throw new RolledBack();
      }),
    );
  return {
    memory,
    effects,
    refusals,
    async play(seed, steps) {
      const draw = createDraw(seed, memory.tables);
      for (let step = 1; step <= steps; step += 1) {
        if (draw.chance(0.1)) await age(db, memory);
        if (draw.chance(0.05)) await turn(db, memory, draw);
        const done = draw.chance(0.5)
          ? both(drawName(draw), draw, { db, memory: memory.database.engine })
          : together(draw);
        await done.catch((error: unknown) => {
          if (error instanceof RolledBack) return;
          throw Object.assign(error as Error, { message: `seed ${seed}, step ${step}: ${(error as Error).message}` });
        });
        if (step % 20 > 0 && step < steps) continue;
        const off = await differencesOfTables(db, memory.tables);
        if (off.length > 0) throw new Parted(`seed ${seed}, step ${step}: ${off.slice(0, 3).join('; ')}`);
      }
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await owned.drop();
    },
  };
}

/** The two do not behave the same. */
export class Parted extends Error {}
class RolledBack extends Error {}

const call = (of: Records, name: Name, handle: unknown, given: readonly unknown[]): Promise<unknown> =>
  (of[name] as (...all: unknown[]) => Promise<unknown>)(handle, ...given);

/** An error without SQLSTATE is nothing that a rule refused. */
async function outcome(run: () => Promise<unknown>): Promise<{ answer: unknown; refused: string | null }> {
  try {
    return { answer: await run(), refused: null };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return { answer: null, refused: code };
  }
}

function hasEffect(given: readonly unknown[], answer: unknown): boolean {
  if (Array.isArray(answer)) return answer.length > 0;
  if (answer instanceof Map) return answer.size > 0;
  if (answer !== undefined) return answer !== 0;
  const [first] = given;
  return Array.isArray(first) ? first.length > 0 : typeof first === 'string' && first !== 'nothing';
}

/** What fills the tables comes more often, and what moves writebacks, since most are settled soon. */
const often: Partial<Record<Name, number>> = {
  insertWritebacks: 6,
  saveLanes: 6,
  claimHeads: 10,
  findChecks: 8,
  findTaken: 4,
  findUntaken: 2,
  takeWorks: 4,
  halfOpenDueCircuits: 4,
  findReleasable: 4,
  findRecentWrites: 4,
  findOpenWritebacks: 3,
  lockParked: 3,
  claimDue: 4,
  appendCounts: 3,
  mergeCounts: 3,
};
const names = (Object.keys(operations) as Name[]).flatMap((name) =>
  Array.from({ length: often[name] ?? (/^(insert|update|save|upsert)/.test(name) ? 3 : 1) }, () => name),
);

/** Counts belong to hours: close to the full one the two could see different ones. */
function drawName(draw: Draw): Name {
  const name = draw.pick(names);
  const late = 3_600_000 - (Date.now() % 3_600_000) < 5_000;
  return late && (name === 'appendCounts' || name === 'mergeCounts') ? 'databaseClock' : name;
}

/** Somebody pauses a connection, removes it or takes it up again. */
async function turn(db: Db, memory: Memory, draw: Draw): Promise<void> {
  const status = draw.pick(['active', 'active', 'active', 'paused', 'removed'] as const);
  const row = memory.tables.connections.get(draw.pick(connections));
  if (!row) return;
  await changeConnection(db, row.id, { status });
  Object.assign(row, { status, updated_at: Date.now() });
}

/** An hour passes for what was counted and for what is held. */
async function age(db: Db, memory: Memory): Promise<void> {
  await sql`update kpi_hour set hour = hour - interval '1 hour'`.execute(db);
  for (const row of memory.tables.counts.values()) row.hour -= 3_600_000;
  await sql`update lane set held_at = held_at - interval '1 hour'`.execute(db);
  for (const row of memory.tables.lanes.values()) if (row.held_at !== null) row.held_at -= 3_600_000;
}

/** Never twice the same, as the database's. */
function risingClock(): () => number {
  let last = 0;
  return () => (last = Math.max(Date.now(), last + 0.001));
}
