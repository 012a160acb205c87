// Reads and writes of the moment a result arrives: lock the lane, lock the writeback, settle, let the lane move on.
import { sql } from 'kysely';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { isoMicros } from '../database/clock.ts';
import type { Tx } from '../database/database.ts';
import { recordset } from '../database/insert-rows.ts';
import type { LaneRow } from './lanes.ts';

export interface LockedWriteback {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  machine: string;
  machine_version: number;
  event_type: string;
  target_state: string;
  status: WritebackStatus;
  mode: 'apply' | 'confirm';
  overwrites: readonly string[];
  disputed: string | null;
  attempt: number;
  tries: number;
  checks: number;
  conflicts: number;
  contradictions: number;
  /** To the microsecond, ISO 8601: since when it is on its way, or else is there. */
  leased_exactly: string | null;
  created_exactly: string;
  /** Its lease has not run out. */
  lasts: boolean;
  /** A worker has taken the attempt to write, and may be writing. */
  in_hand: boolean;
  /** Of its lane: the last number that was given out, and the last one up to which all have passed. */
  next_seq: number;
  done_seq: number;
  /** The attempt that tries its connection's half open circuit, as `writeback.attempt`. */
  trial: string | null;
  overtaken: boolean;
}

/** Locks the lanes, in key order, and then the writebacks, in id order. `overtaken`: the target's own later change is settled in the lane. */
export async function lockWritebacks(tx: Tx, ids: readonly string[]): Promise<LockedWriteback[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LockedWriteback>`
    with held as (
      select o.id, l.next_seq, l.done_seq from writeback o join lane l using (subject_id, connection_id)
      where o.id = any(${[...ids]}::text[]) order by l.subject_id, l.connection_id for no key update of l)
    select w.id, w.subject_id, w.connection_id, w.lane_seq, w.machine, w.machine_version, w.event_type, w.target_state, w.status, w.mode, w.overwrites, w.disputed, w.attempt,
      w.tries, w.checks, w.conflicts, w.contradictions, ${isoMicros(sql`w.leased_at`)} as leased_exactly, ${isoMicros(sql`w.created_at`)} as created_exactly,
      coalesce(w.lease_until >= clock_timestamp(), false) as lasts, w.status = 'leased' and w.mode = 'apply' and w.taken = w.attempt as in_hand, held.next_seq, held.done_seq,
      (select json_object_agg(c.id, c.circuit_trial) from connection c where c.circuit = 'half_open') ->> w.connection_id as trial
    from held join writeback w on w.id = held.id order by w.id for no key update of w`.execute(tx);
  const overtaken = await findOvertaken(tx, rows);
  for (const row of rows) row.overtaken = overtaken.has(row.id);
  return rows;
}

/** Asked under the locks, and not in the statement that takes them: one that waited sees other rows as they were before. */
async function findOvertaken(
  tx: Tx,
  rows: readonly Pick<LockedWriteback, 'id' | 'lane_seq' | 'next_seq'>[],
): Promise<Set<string>> {
  const followed = rows.filter((row) => row.next_seq > row.lane_seq).map((row) => row.id);
  if (followed.length === 0) return new Set();
  const { rows: overtaken } = await sql<{ id: string }>`
    select w.id from writeback w where w.id = any(${followed}::text[]) and exists (select from writeback o
      where o.subject_id = w.subject_id and o.connection_id = w.connection_id and o.lane_seq > w.lane_seq and o.cause = 'origin')`.execute(
    tx,
  );
  return new Set(overtaken.map((row) => row.id));
}

export interface SettledRow {
  id: string;
  status: WritebackStatus;
  mode: 'apply' | 'confirm';
  overwrites: readonly string[];
  disputed: string | null;
  tries: number;
  checks: number;
  conflicts: number;
  contradictions: number;
  reason: string | null;
  settled_by: string | null;
  delay_ms: number;
  /** It has passed, and was the only one of its lane that had not. */
  ends_lane: boolean;
}

export interface AttemptRow {
  writeback_id: string;
  attempt: number;
  outcome: string;
  mode: string;
  reason: string | null;
  contradicted: boolean;
  http_status: number | null;
  precondition: string | null;
  dispatched_at: string;
  reported_ms: number | null;
}

/**
 * Writes what results made of writebacks, with the lanes that end so, and appends what was learned; times are the database's. The same
 * result twice is one row. Returns the writebacks of the attempts that are new, one for each.
 */
export async function saveResults(
  tx: Tx,
  settled: readonly SettledRow[],
  attempts: readonly AttemptRow[],
): Promise<string[]> {
  if (settled.length === 0 && attempts.length === 0) return [];
  const { rows } = await sql<{ writeback_id: string }>`
    with saved as (
      update writeback w set status = n.status, mode = n.mode, overwrites = n.overwrites, disputed = n.disputed, tries = n.tries, checks = n.checks, conflicts = n.conflicts,
        contradictions = n.contradictions, reason = n.reason, settled_by = n.settled_by, lease_until = null,
        due_at = case when n.status = 'ready' then clock_timestamp() + n.delay_ms * interval '1 ms' end,
        settled_at = case when n.status in ('confirmed', 'dead', 'waived', 'superseded') then clock_timestamp() end
      from json_to_recordset(${JSON.stringify(settled)}::json) as ${settledShape} where w.id = n.id
      returning w.subject_id, w.connection_id, n.ends_lane),
    ended as (
      update lane l set done_seq = l.next_seq, held_reason = case when l.held_reason <> 'dead' then l.held_reason end,
        held_at = case when l.held_reason <> 'dead' then l.held_at end
      from saved where saved.ends_lane and l.subject_id = saved.subject_id and l.connection_id = saved.connection_id)
    insert into attempt (${attemptColumns}, settled_at) select ${attemptColumns}, clock_timestamp() from ${recordset('attempt', attempts as never)}
    on conflict do nothing returning writeback_id`.execute(tx);
  return rows.map((row) => row.writeback_id);
}

const settledShape = sql.raw(
  'n(id text, status text, mode text, overwrites text[], disputed text, tries int, checks int, conflicts int, contradictions int, reason text, settled_by text, delay_ms double precision, ends_lane boolean)',
);
const attemptColumns = sql.raw(
  'writeback_id, attempt, outcome, mode, reason, contradicted, http_status, precondition, dispatched_at, reported_ms',
);

/** Moves lanes up to their first number that is not passed; a dead head holds its lane, and a person's hold stays. Returns where they stand. */
export async function advanceLanes(tx: Tx, writebacks: readonly string[]): Promise<LaneRow[]> {
  if (writebacks.length === 0) return [];
  const { rows } = await sql<LaneRow>`
    with touched as (select distinct subject_id, connection_id from writeback where id = any(${[...writebacks]}::text[])),
    head as (
      select t.subject_id, t.connection_id, h.lane_seq, h.status from touched t
      left join lateral (select lane_seq, status from writeback w where w.subject_id = t.subject_id and w.connection_id = t.connection_id
        and w.status in ('ready', 'leased', 'dead') order by lane_seq limit 1) h on true)
    update lane l set done_seq = coalesce(head.lane_seq - 1, l.next_seq),
      held_reason = case when l.held_reason <> 'dead' then l.held_reason when head.status = 'dead' then 'dead' end,
      held_at = case when l.held_reason <> 'dead' then l.held_at when head.status = 'dead' then coalesce(l.held_at, clock_timestamp()) end
    from head where l.subject_id = head.subject_id and l.connection_id = head.connection_id
    returning l.subject_id, l.connection_id, l.next_seq, l.done_seq, l.held_reason`.execute(tx);
  return rows;
}
