// Everything that is stuck, oldest first: five lists merged into one, each read no further than a page needs.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../database/clock.ts';
import type { Tx } from '../database/database.ts';
import { lateOfEachState } from './late-subjects.ts';
import { after, allOf, ordered } from './paging.ts';
import { asLate, ofEach, type StuckBounds, type StuckCause, stuckCauses, stuckRows } from './stuck-sources.ts';

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
  region: string | null;
  business_unit: string | null;
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
  subject?: string | undefined;
  /** Subjects in one of these states. */
  states?: readonly string[] | undefined;
  region?: string | undefined;
  unit?: string | undefined;
  /** Only what has been so for as long as this. */
  ageMinMs?: number | undefined;
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
    // The page is found first; only its rows are looked up in other tables.
    const { rows: some } = await sql<StuckRow>`
      select q.cause, q.code, ${isoMicros(sql`q.since_at`)} as since, extract(epoch from statement_timestamp() - q.since_at)::double precision * 1000 as age_ms, q.id, q.subject_id,
        coalesce(s.machine, q.event_machine) as machine, s.machine_version, s.state, ${isoMicros(sql`s.state_since`)} as state_since, ${isoMicros(sql`s.sla_due_at`)} as sla_due_at,
        s.region, s.business_unit,
        q.owner, q.connection_id, q.writeback_id, q.incident_id, q.event_id, q.behind, q.extra
      from (${pageOf(cause, bounds, filter, position, rowsMax)}) q ${ofEach}
      order by ${ordered('q.since_at', 'q.id')}`.execute(tx);
    rows.push(...some);
  }
  return rows.sort((a, b) => compare(a.since, b.since) || compare(a.id, b.id)).slice(0, rowsMax);
}

/** Of one cause. Who is late: so many of each state, and of them as many. */
function pageOf(
  cause: StuckCause,
  bounds: StuckBounds,
  filter: StuckFilter,
  position: Position | null,
  rowsMax: number,
): RawBuilder<unknown> {
  const wanted = allOf([...conditions(filter), after('q.since_at', 'q.id', position)]);
  const first = sql`order by ${ordered('q.since_at', 'q.id')} limit ${rowsMax}`;
  if (cause !== 'late_against_sla')
    return sql`select q.* from ${stuckRows(cause, bounds, asksOfSubject(filter))} where ${wanted} ${first}`;
  const ofState = (late: RawBuilder<unknown>) => sql`select q.* from ${lateHere} where ${late} and ${wanted} ${first}`;
  return sql`select q.* from (select found.* from ${lateOfEachState(ofState)}) q ${first}`;
}

/** A subject is read as what is stuck, alias q, from its own row, alias s: joined with itself, the table would be read as a whole. */
const lateHere = sql`subject s cross join lateral (select ${asLate}) q`;

/** How many there are of one cause that wait for one owner; where the owner is the state's, it is null and the state says who. */
export interface StuckGroup {
  cause: StuckCause;
  owner: string | null;
  machine: string | null;
  version: number | null;
  state: string | null;
  count: number;
}

/** Everything under the filter, whatever cause it names, split so that the sums of each cause and of each owner follow. */
export async function groupStuck(tx: Tx, bounds: StuckBounds, filter: StuckFilter): Promise<StuckGroup[]> {
  const groups: StuckGroup[] = [];
  for (const cause of stuckCauses) {
    const { rows } = await sql<StuckGroup>`${groupsOf(cause, bounds, filter)}`.execute(tx);
    groups.push(...rows);
  }
  return groups;
}

/** Only who is late waits for the owner of a state; of the others the subject matters only where the filter asks for it. */
function groupsOf(cause: StuckCause, bounds: StuckBounds, filter: StuckFilter): RawBuilder<unknown> {
  const wanted = allOf(conditions(filter));
  if (cause !== 'late_against_sla')
    return sql`
      select ${cause}::text as cause, q.owner, null::text as machine, null::int as version, null::text as state, count(*)::int as count
      from ${stuckRows(cause, bounds, asksOfSubject(filter))} where ${wanted} group by 2`;
  const ofState = (late: RawBuilder<unknown>) =>
    sql`select count(*)::int as count from ${lateHere} where ${late} and ${wanted}`;
  return sql`
    select ${cause}::text as cause, null::text as owner, p.machine, p.machine_version as version, p.state, found.count
    from ${lateOfEachState(ofState)} where found.count > 0`;
}

const asksOfSubject = ({ machine, states, region, unit, owner }: StuckFilter): boolean =>
  [machine, states, region, unit, owner].some((one) => one !== undefined);

const conditions = (filter: StuckFilter): (RawBuilder<unknown> | null)[] => [
  filter.machine === undefined ? null : sql`coalesce(s.machine, q.event_machine) = ${filter.machine}`,
  filter.connection === undefined ? null : sql`q.connection_id = ${filter.connection}`,
  filter.subject === undefined ? null : sql`q.subject_id = ${filter.subject}`,
  filter.states === undefined ? null : sql`s.state = any(${[...filter.states]}::text[])`,
  filter.region === undefined ? null : sql`s.region = ${filter.region}`,
  filter.unit === undefined ? null : sql`s.business_unit = ${filter.unit}`,
  filter.ageMinMs === undefined
    ? null
    : sql`q.since_at <= statement_timestamp() - ${filter.ageMinMs} * interval '1 ms'`,
  filter.owner === undefined ? null : ownedBy(filter.owner),
];

function ownedBy(owner: { name: string; states: readonly StateKey[] }): RawBuilder<unknown> {
  if (owner.states.length === 0) return sql`q.owner = ${owner.name}`;
  const states = sql`select machine, version, state from json_to_recordset(${JSON.stringify(owner.states)}::json) as o(machine text, version int, state text)`;
  return sql`(q.owner = ${owner.name} or (q.owner is null and (s.machine, s.machine_version, s.state) in (${states})))`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
