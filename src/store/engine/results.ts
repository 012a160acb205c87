// Reads and writes of the moment a result arrives: lock the lane, lock the writeback, settle, let the lane move on.
import { type RawBuilder, sql } from 'kysely';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { isoMicros } from '../database/clock.ts';
import type { Tx } from '../database/database.ts';
import { recordset } from '../database/insert-rows.ts';

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
  leased_at: Date | null;
  created_at: Date;
  /** To the microsecond, ISO 8601: since when it is on its way, or else is there. */
  leased_exactly: string | null;
  created_exactly: string;
  /** Its lease has not run out. */
  lasts: boolean;
  /** A worker has taken the attempt to write, and may be writing. */
  in_hand: boolean;
  overtaken: boolean;
}

/** Locks in id order, after the lanes. `overtaken`: the target's own later change is settled in the lane. */
export async function lockWritebacks(tx: Tx, ids: readonly string[]): Promise<LockedWriteback[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LockedWriteback>`
    select w.id, w.subject_id, w.connection_id, w.lane_seq, w.machine, w.machine_version, w.event_type, w.target_state, w.status, w.mode, w.overwrites, w.disputed, w.attempt,
      w.tries, w.checks, w.conflicts, w.contradictions, w.leased_at, w.created_at, ${isoMicros(sql`w.leased_at`)} as leased_exactly, ${isoMicros(sql`w.created_at`)} as created_exactly,
      coalesce(w.lease_until >= clock_timestamp(), false) as lasts, w.status = 'leased' and w.mode = 'apply' and w.taken = w.attempt as in_hand,
      exists (select from writeback o where o.subject_id = w.subject_id and o.connection_id = w.connection_id and o.lane_seq > w.lane_seq and o.cause = 'origin') as overtaken
    from writeback w where w.id = any(${[...ids]}::text[]) order by w.id for no key update of w`.execute(tx);
  return rows;
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
}

/** Writes what results made of writebacks; times are the database's. */
export async function saveSettled(tx: Tx, rows: readonly SettledRow[]): Promise<void> {
  if (rows.length === 0) return;
  const shape: RawBuilder<unknown> = sql.raw(
    'n(id text, status text, mode text, overwrites text[], disputed text, tries int, checks int, conflicts int, contradictions int, reason text, settled_by text, delay_ms double precision)',
  );
  await sql`
    update writeback w set status = n.status, mode = n.mode, overwrites = n.overwrites, disputed = n.disputed, tries = n.tries, checks = n.checks, conflicts = n.conflicts,
      contradictions = n.contradictions, reason = n.reason, settled_by = n.settled_by, lease_until = null,
      due_at = case when n.status = 'ready' then clock_timestamp() + n.delay_ms * interval '1 ms' end,
      settled_at = case when n.status in ('confirmed', 'dead', 'waived', 'superseded') then clock_timestamp() end
    from json_to_recordset(${JSON.stringify(rows)}::json) as ${shape} where w.id = n.id`.execute(tx);
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

/** Appends what was learned; the same result twice is one row. Returns the writebacks of the rows that are new, one for each. */
export async function insertAttempts(tx: Tx, rows: readonly AttemptRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const columns = sql.raw(
    'writeback_id, attempt, outcome, mode, reason, contradicted, http_status, precondition, dispatched_at, reported_ms',
  );
  const { rows: added } = await sql<{ writeback_id: string }>`
    insert into attempt (${columns}, settled_at) select ${columns}, clock_timestamp() from ${recordset('attempt', rows as never)}
    on conflict do nothing returning writeback_id`.execute(tx);
  return added.map((row) => row.writeback_id);
}

/** Moves lanes up to their first number that is not passed; a dead head holds its lane, and a person's hold stays. Returns where they stand. */
export async function advanceLanes(
  tx: Tx,
  writebacks: readonly string[],
): Promise<{ subject_id: string; connection_id: string; done_seq: number; held_reason: string | null }[]> {
  if (writebacks.length === 0) return [];
  const { rows } = await sql<{
    subject_id: string;
    connection_id: string;
    done_seq: number;
    held_reason: string | null;
  }>`
    with touched as (select distinct subject_id, connection_id from writeback where id = any(${[...writebacks]}::text[])),
    head as (
      select t.subject_id, t.connection_id, h.lane_seq, h.status from touched t
      left join lateral (select lane_seq, status from writeback w where w.subject_id = t.subject_id and w.connection_id = t.connection_id
        and w.status in ('ready', 'leased', 'dead') order by lane_seq limit 1) h on true)
    update lane l set done_seq = coalesce(head.lane_seq - 1, l.next_seq),
      held_reason = case when l.held_reason <> 'dead' then l.held_reason when head.status = 'dead' then 'dead' end,
      held_at = case when l.held_reason <> 'dead' then l.held_at when head.status = 'dead' then coalesce(l.held_at, clock_timestamp()) end
    from head where l.subject_id = head.subject_id and l.connection_id = head.connection_id
    returning l.subject_id, l.connection_id, l.done_seq, l.held_reason`.execute(tx);
  return rows;
}
