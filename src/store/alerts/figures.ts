// The figures that alerts look at, each by one bounded query over indexes that hold only what is recent or unfinished.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { StateKey } from '../reports/stuck.ts';
import { type StuckBounds, type StuckCause, stuckCauses, stuckSource } from '../reports/stuck-sources.ts';
import { onScale } from '../reports/tally-kinds.ts';

export interface StuckLook {
  cause?: StuckCause | undefined;
  machine?: string | undefined;
  /** Subjects in one of these. */
  states?: readonly StateKey[] | undefined;
  owner?: { name: string; states: readonly StateKey[] } | undefined;
  connection?: string | undefined;
  ageMinMs: number;
}

/** How many are stuck by this look, counted up to a bound over all causes together. */
export async function countStuckUpTo(db: Db, bounds: StuckBounds, look: StuckLook, countMax: number): Promise<number> {
  let count = 0;
  for (const cause of look.cause ? [look.cause] : stuckCauses) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from (
        select from (${stuckSource(cause, bounds)}) q left join subject s on s.id = q.subject_id
        where q.since_at <= statement_timestamp() - ${look.ageMinMs} * interval '1 ms'
          ${look.machine === undefined ? sql`` : sql`and coalesce(s.machine, q.event_machine) = ${look.machine}`}
          ${look.connection === undefined ? sql`` : sql`and q.connection_id = ${look.connection}`}
          ${look.states === undefined ? sql`` : sql`and ${isIn(look.states)}`}
          ${look.owner === undefined ? sql`` : sql`and (q.owner = ${look.owner.name} or (q.owner is null and ${isIn(look.owner.states)}))`}
        limit ${countMax - count}) found`.execute(db);
    count += rows[0]?.count ?? 0;
    if (count >= countMax) break;
  }
  return count;
}

const isIn = (states: readonly StateKey[]) =>
  sql`(s.machine, s.machine_version, s.state) in (select machine, version, state from json_to_recordset(${JSON.stringify(states)}::json) as o(machine text, version int, state text))`;

export interface WriteFigures {
  connection_id: string;
  /** Confirmed, given up or waived. */
  ended: number;
  /** Seen in the target, those apart that it caused itself. */
  confirmed: number;
  /** 95th percentile of the confirmed, seconds from acceptance. */
  p95_seconds: number | null;
}

/** Of the newest writebacks born within so many minutes, by connection: the definitions of the report of figures. */
export async function recentWrites(db: Db, windowMinutes: number, rowsMax: number): Promise<WriteFigures[]> {
  const { rows } = await sql<WriteFigures>`
    select connection_id, count(*) filter (where shown or status in ('dead', 'waived'))::int as ended, count(*) filter (where shown)::int as confirmed,
      percentile_cont(0.95) within group (order by ${onScale(sql`(date_part('epoch', settled_at - created_at) * 1000)`)} / 1000) filter (where shown) as p95_seconds
    from (select connection_id, status, created_at, settled_at, status = 'confirmed' and settled_by is distinct from 'origin' as shown
      from writeback where created_at >= statement_timestamp() - ${windowMinutes} * interval '1 min' order by created_at desc limit ${rowsMax}) born
    group by connection_id`.execute(db);
  return rows;
}

export interface CountOf {
  connection_id: string;
  count: number;
}

export async function openCircuits(db: Db): Promise<CountOf[]> {
  const { rows } = await sql<CountOf>`
    select id as connection_id, case when circuit = 'closed' then 0 else 1 end as count from connection where status = 'active'`.execute(
    db,
  );
  return rows;
}

/** Given up and not redriven, waived or gone with their connection. */
export async function deadWrites(db: Db, countMax: number): Promise<CountOf[]> {
  const { rows } = await sql<CountOf>`
    select w.connection_id, count(*)::int as count from (select connection_id from writeback where status = 'dead' limit ${countMax}) w
    group by w.connection_id`.execute(db);
  return rows;
}

/** Payloads that were not understood, while their incident is open; empty where they came by no connection. */
export async function quarantinedPayloads(db: Db): Promise<CountOf[]> {
  const { rows } = await sql<CountOf>`
    select coalesce(connection_id, '') as connection_id, count(*)::int as count from incident
    where settled_at is null and kind in ('quarantined_event', 'unmapped_stage') group by 1`.execute(db);
  return rows;
}
