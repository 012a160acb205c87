// Everything that is stuck, oldest first: five lists merged into one, each read no further than a page needs.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../clock.ts';
import type { Tx } from '../database.ts';
import { after, allOf, ordered } from './paging.ts';
import { type StuckBounds, type StuckCause, stuckCauses, stuckSource } from './stuck-sources.ts';

export interface StuckRow {
  cause: StuckCause;
  code: string;
  /** ISO 8601 with microseconds. */
  since: string;
  age_ms: number;
  /** What is stuck: a subject's, writeback's, incident's or event's id. */
  id: string;
  subject_id: string | null;
  machine: string | null;
  machine_version: number | null;
  state: string | null;
  state_since: string | null;
  sla_due_at: string | null;
  /** Null where the state's owner is meant. */
  owner: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  incident_id: string | null;
  event_id: string | null;
  /** Writebacks that wait behind this one. */
  behind: number;
  extra: string | null;
}

/** A state of one machine version. */
export interface StateKey {
  machine: string;
  version: number;
  state: string;
}

export interface StuckFilter {
  cause?: StuckCause | undefined;
  machine?: string | undefined;
  connection?: string | undefined;
  /** An owner, and the states that are that owner's. */
  owner?: { name: string; states: readonly StateKey[] } | undefined;
}

/** One page over all causes; `filter.cause` narrows it to one. */
export async function listStuck(
  tx: Tx,
  bounds: StuckBounds,
  filter: StuckFilter,
  position: Position | null,
  rowsMax: number,
): Promise<StuckRow[]> {
  const rows: StuckRow[] = [];
  for (const cause of filter.cause ? [filter.cause] : stuckCauses) {
    const { rows: some } = await sql<StuckRow>`
      select q.cause, q.code, ${isoMicros(sql`q.since_at`)} as since, extract(epoch from statement_timestamp() - q.since_at)::double precision * 1000 as age_ms, q.id, q.subject_id,
        coalesce(s.machine, q.event_machine) as machine, s.machine_version, s.state, ${isoMicros(sql`s.state_since`)} as state_since, ${isoMicros(sql`s.sla_due_at`)} as sla_due_at,
        q.owner, q.connection_id, q.writeback_id, q.incident_id, q.event_id, q.behind, q.extra
      from (${stuckSource(cause, bounds)}) q left join subject s on s.id = q.subject_id
      where ${allOf([...conditions(filter), after('q.since_at', 'q.id', position)])} order by ${ordered('q.since_at', 'q.id')} limit ${rowsMax}`.execute(
      tx,
    );
    rows.push(...some);
  }
  return rows.sort((a, b) => compare(a.since, b.since) || compare(a.id, b.id)).slice(0, rowsMax);
}

/** How many there are of each cause under the same filter (whatever cause it names). */
export async function countStuck(
  tx: Tx,
  bounds: StuckBounds,
  filter: StuckFilter,
): Promise<Record<StuckCause, number>> {
  const totals = {} as Record<StuckCause, number>;
  for (const cause of stuckCauses) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from (${stuckSource(cause, bounds)}) q left join subject s on s.id = q.subject_id where ${allOf(conditions(filter))}`.execute(
      tx,
    );
    totals[cause] = rows[0]?.count ?? 0;
  }
  return totals;
}

const conditions = (filter: StuckFilter): (RawBuilder<unknown> | null)[] => [
  filter.machine === undefined ? null : sql`coalesce(s.machine, q.event_machine) = ${filter.machine}`,
  filter.connection === undefined ? null : sql`q.connection_id = ${filter.connection}`,
  filter.owner === undefined ? null : ownedBy(filter.owner),
];

function ownedBy(owner: { name: string; states: readonly StateKey[] }): RawBuilder<unknown> {
  if (owner.states.length === 0) return sql`q.owner = ${owner.name}`;
  const states = sql`select machine, version, state from json_to_recordset(${JSON.stringify(owner.states)}::json) as o(machine text, version int, state text)`;
  return sql`(q.owner = ${owner.name} or (q.owner is null and (s.machine, s.machine_version, s.state) in (${states})))`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
