// Checkpoints over the log of transitions, and the keys they are signed with.
import { sql } from 'kysely';
import type { SignedCheckpoint } from '../../core/log/checkpoint.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';

/** True for one transaction at a time; its end gives it back. */
export async function takeSealing(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${sealingLock}) as taken`.execute(tx);
  return rows[0]?.taken ?? false;
}

/** Waits for its turn where `takeSealing` gives up; the end of the transaction gives it back. */
export async function waitForSealing(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sealingLock})`.execute(tx);
}

/** Any number that nothing else of ours locks. */
const sealingLock = 471_100_016;

interface CheckpointRow {
  n: string;
  epoch: number;
  fence: string;
  count: string;
  total: string;
  root: Buffer;
  prev: Buffer;
  system_identifier: string;
  timeline: number;
  key_id: string;
  sealed_at_text: string;
  signature: Buffer;
}

/** Checkpoints after a number, in order. They are made one at a time, so none can appear before one that was read. */
export async function listCheckpoints(db: Db, after: number, rowsMax: number): Promise<SignedCheckpoint[]> {
  const { rows } = await sql<CheckpointRow>`
    select *, ${isoMicros(sql`sealed_at`)} as sealed_at_text from checkpoint where n > ${after} order by n limit ${rowsMax}`.execute(
    db,
  );
  return rows.map(fromRow);
}

export async function lastCheckpoint(db: Db): Promise<SignedCheckpoint | null> {
  const { rows } = await sql<CheckpointRow>`
    select *, ${isoMicros(sql`sealed_at`)} as sealed_at_text from checkpoint order by n desc limit 1`.execute(db);
  return rows[0] ? fromRow(rows[0]) : null;
}

const fromRow = (row: CheckpointRow): SignedCheckpoint => ({
  kind: 'checkpoint',
  n: Number(row.n),
  epoch: row.epoch,
  fence: row.fence,
  count: Number(row.count),
  total: Number(row.total),
  root: row.root.toString('hex'),
  prev: row.prev.toString('hex'),
  systemIdentifier: row.system_identifier,
  timeline: row.timeline,
  key: row.key_id,
  sealedAt: row.sealed_at_text,
  signature: row.signature.toString('base64'),
});

export async function insertCheckpoint(tx: Tx, one: SignedCheckpoint): Promise<void> {
  await tx
    .insertInto('checkpoint')
    .values({
      n: String(one.n),
      epoch: one.epoch,
      fence: one.fence,
      count: String(one.count),
      total: String(one.total),
      root: Buffer.from(one.root, 'hex'),
      prev: Buffer.from(one.prev, 'hex'),
      system_identifier: one.systemIdentifier,
      timeline: one.timeline,
      key_id: one.key,
      signature: Buffer.from(one.signature, 'base64'),
      sealed_at: one.sealedAt,
    })
    .execute();
}

export interface CheckpointKeyRow {
  id: string;
  public_key: Buffer;
  private_key_ct: Buffer;
}

/** Oldest first. */
export async function listCheckpointKeys(db: Db): Promise<CheckpointKeyRow[]> {
  return db
    .selectFrom('checkpoint_key')
    .select(['id', 'public_key', 'private_key_ct'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function insertCheckpointKey(db: Db, key: CheckpointKeyRow): Promise<void> {
  await db.insertInto('checkpoint_key').values(key).execute();
}
