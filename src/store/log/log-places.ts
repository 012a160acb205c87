// The order in which the log of transitions is sealed: what can be sealed, what waits, and what lies between two checkpoints.
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import { currentEpoch } from '../database/epoch.ts';

/** Where a row lies in the sealed order: an epoch, and a transaction id of it. */
export interface LogPlace {
  epoch: number;
  xid: string;
}

export const logStart: LogPlace = { epoch: 0, xid: '0' };

export interface Waiting {
  /** Rows that could be sealed now, counted up to a bound; those behind an open transaction are not among them. */
  ready: number;
  /** Age of the oldest row that is not sealed, whether it could be or not, ms. */
  oldestMs: number;
}

// Ordered, though they are only counted: a third of all rows is expected behind any place, and the first few of a third are looked for by reading the table.
export async function readWaiting(db: Db, after: LogPlace, rowsMax: number): Promise<Waiting> {
  const { rows } = await sql<Waiting>`
    select (select count(*)::int from (select from transition t where ${lies(after)} and ${isFenced} order by t.epoch, t.xid limit ${rowsMax}) ready) as ready,
      coalesce((select greatest(extract(epoch from clock_timestamp() - t.recorded_at) * 1000, 0)::float8 from transition t
        where ${lies(after)} order by t.epoch, t.xid limit 1), 0) as "oldestMs"`.execute(db);
  return rows[0] ?? { ready: 0, oldestMs: 0 };
}

export interface SealableRow extends LogPlace {
  hash: Buffer;
}

/**
 * The next rows behind the fence in the order of the tree, at most `rowsMax` and whole transactions only, unless the first
 * one alone is larger; and the fence up to which they are complete.
 */
export async function readSealable(
  tx: Tx,
  after: LogPlace,
  rowsMax: number,
): Promise<{ rows: SealableRow[]; fence: LogPlace }> {
  const { rows } = await sql<SealableRow & { fence_epoch: number; fence_xid: string }>`
    select t.epoch, t.xid, t.hash, ${currentEpoch} as fence_epoch, pg_snapshot_xmin(pg_current_snapshot()) as fence_xid
    from transition t where ${lies(after)} and ${isFenced} order by ${treeOrder} limit ${rowsMax + 1}`.execute(tx);
  const beyond = rows[rowsMax];
  if (!beyond) return { rows, fence: rows[0] ? { epoch: rows[0].fence_epoch, xid: rows[0].fence_xid } : after };
  const whole = rows.filter((row) => row.epoch !== beyond.epoch || row.xid !== beyond.xid);
  if (whole.length === 0) return readSealable(tx, after, rowsMax * 2);
  return { rows: whole, fence: { epoch: beyond.epoch, xid: beyond.xid } };
}

/** Chain hashes of the rows between two places, in the order of the tree. */
export async function readSealed(db: Db, from: LogPlace, to: LogPlace, rowsMax: number): Promise<Buffer[]> {
  const { rows } = await sql<{ hash: Buffer }>`
    select t.hash from transition t
    where ${lies(from)} and (t.epoch, t.xid) < (${to.epoch}, ${to.xid}::xid8) order by ${treeOrder} limit ${rowsMax}`.execute(
    db,
  );
  return rows.map((row) => row.hash);
}

/** Rows that no checkpoint covers yet. */
export async function countUnsealed(db: Db, after: LogPlace): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from transition t where ${lies(after)}`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Not before a place. */
const lies = (after: LogPlace): RawBuilder<boolean> => sql`(t.epoch, t.xid) >= (${after.epoch}, ${after.xid}::xid8)`;

/** Its transaction and all before it in this epoch have ended: nothing can appear before it any more. */
const isFenced = sql`(t.epoch, t.xid) < (${currentEpoch}, pg_snapshot_xmin(pg_current_snapshot()))`;

const treeOrder = sql`t.epoch, t.xid, t.subject_id collate "C", t.version`;
