// What the state diagram carries: figures per state and per transition of one machine version.
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../database.ts';
import type { ReportWindow } from './kpis.ts';
import { allOf } from './paging.ts';
import { type StuckBounds, stuckCauses, stuckSource } from './stuck-sources.ts';

export interface FlowFilter {
  machine: string;
  version: number;
  region?: string | undefined;
  /** Subjects that this connection has a lane for; of writes and refused events, only its own. */
  connection?: string | undefined;
  /** Of refused events only: `connection:<id>` or `client:<id>`. */
  source?: string | undefined;
  window: ReportWindow;
}

export interface StateCount {
  state: string;
  here: number;
  late: number;
}

/** Subjects in each state at this moment, and how many of them are past the state's SLA. */
export async function countByState(tx: Tx, filter: FlowFilter): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select s.state, count(*)::int as here, count(*) filter (where not s.ended and s.sla_due_at < statement_timestamp())::int as late
    from subject s where ${allOf(subjects(filter))} group by s.state`.execute(tx);
  return rows;
}

/** Subjects of the machine that are in other versions. */
export async function countElsewhere(tx: Tx, filter: FlowFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from subject s where s.machine = ${filter.machine} and s.machine_version <> ${filter.version}`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

export interface StateStays {
  state: string;
  stays: number;
  /** In ms, exact percentiles of the stays that ended in the window. */
  median_ms: number;
  p90_ms: number;
}

export async function staysByState(tx: Tx, filter: FlowFilter): Promise<StateStays[]> {
  const { rows } = await sql<StateStays>`
    select q.state, count(*)::int as stays, percentile_cont(0.5) within group (order by q.ms) as median_ms, percentile_cont(0.9) within group (order by q.ms) as p90_ms
    from (${stays(filter)}) q group by q.state`.execute(tx);
  return rows;
}

/** One row per stay that ended in the window: entered by one transition, left by the next. */
export const stays = (filter: FlowFilter): RawBuilder<unknown> => sql`
  select t.from_state as state, t.subject_id, t.recorded_at as left_at, t.type as event_type, extract(epoch from t.recorded_at - e.recorded_at)::double precision * 1000 as ms
  from transition t join transition e on e.subject_id = t.subject_id and e.version = t.version - 1 join subject s on s.id = t.subject_id
  where t.recorded_at >= ${filter.window.from}::timestamptz and t.recorded_at < ${filter.window.to}::timestamptz
    and t.machine = ${filter.machine} and t.machine_version = ${filter.version} and ${allOf(subjects(filter))}`;

/** Subjects in each state that anything holds up: late, a write not shown, systems that disagree, something open. */
export async function countStuckByState(
  tx: Tx,
  filter: FlowFilter,
  bounds: StuckBounds,
): Promise<{ state: string; stuck: number }[]> {
  const { rows } = await sql<{ state: string; stuck: number }>`
    select s.state, count(distinct s.id)::int as stuck from (${stuckSubjects(bounds)}) q join subject s on s.id = q.subject_id
    where ${allOf(subjects(filter))} group by s.state`.execute(tx);
  return rows;
}

export const stuckSubjects = (bounds: StuckBounds): RawBuilder<unknown> =>
  sql.join(
    stuckCauses.map(
      (cause) =>
        sql`select q.subject_id, q.cause, q.code, q.since_at from (${stuckSource(cause, bounds)}) q where q.subject_id is not null`,
    ),
    sql` union all `,
  );

export interface RefusedCount {
  state: string;
  claim_kind: 'event' | 'stage';
  claim: string;
  count: number;
}

/** Refusals of the window: where the subject stood, and what was claimed. */
export async function countRefused(tx: Tx, filter: FlowFilter): Promise<RefusedCount[]> {
  const { rows } = await sql<RefusedCount>`
    select e.detail ->> 'state' as state, e.claim_kind, e.claim, count(*)::int as count from ${refused(filter)} group by 1, 2, 3 order by count desc, 1, 3 limit 200`.execute(
    tx,
  );
  return rows;
}

/** Refused because the machine has no such way from there; missing elements and unknown events are faults of another kind. */
export const jumpCodes = ['illegal_transition', 'source_not_authorised', 'guard_failed', 'closed', 'expired'] as const;

export const refused = (filter: FlowFilter): RawBuilder<unknown> => sql`
  event e join subject s on s.id = e.subject_id
  where e.disposition = 'refused' and e.code = any(${[...jumpCodes]}::text[]) and e.claim is not null and e.detail ->> 'state' is not null
    and e.received_at >= ${filter.window.from}::timestamptz and e.received_at < ${filter.window.to}::timestamptz
    and s.machine = ${filter.machine} and s.machine_version = ${filter.version}
    and ${allOf([
      inRegion(filter),
      filter.connection === undefined ? null : sql`e.source = ${`connection:${filter.connection}`}`,
      filter.source === undefined ? null : sql`e.source = ${filter.source}`,
    ])}`;

export interface UnconfirmedCount {
  from_state: string;
  event_type: string;
  open: number;
  dead: number;
}

/** Writebacks that no target shows yet, by the transition they come from; whenever they were born. */
export async function countUnconfirmed(tx: Tx, filter: FlowFilter): Promise<UnconfirmedCount[]> {
  const { rows } = await sql<UnconfirmedCount>`
    select w.from_state, w.event_type, count(*) filter (where w.status <> 'dead')::int as open, count(*) filter (where w.status = 'dead')::int as dead
    from ${unconfirmed(filter)} group by 1, 2`.execute(tx);
  return rows;
}

/** `writeback_open` holds exactly these. */
export const unconfirmed = (filter: FlowFilter): RawBuilder<unknown> => sql`
  writeback w join subject s on s.id = w.subject_id
  where w.status in ('ready', 'leased', 'dead') and w.machine = ${filter.machine} and w.machine_version = ${filter.version}
    and ${allOf([inRegion(filter), filter.connection === undefined ? null : sql`w.connection_id = ${filter.connection}`])}`;

export interface FlowChoices {
  regions: string[];
  connections: string[];
  sources: string[];
}

/** What there is to choose from: regions of this version's subjects, connections, and who sent what was refused in the window. */
export async function flowChoices(tx: Tx, filter: FlowFilter): Promise<FlowChoices> {
  const { machine, version, window } = filter;
  const { rows } = await sql<FlowChoices>`
    select
      array(select distinct region from subject where machine = ${machine} and machine_version = ${version} and region is not null order by region limit 50) as regions,
      array(select id from connection where status <> 'removed' order by id limit 50) as connections,
      array(select distinct e.source from ${refused({ machine, version, window })} order by e.source limit 50) as sources`.execute(
    tx,
  );
  return rows[0] ?? { regions: [], connections: [], sources: [] };
}

const inRegion = (filter: FlowFilter): RawBuilder<unknown> | null =>
  filter.region === undefined ? null : sql`s.region = ${filter.region}`;

/** Conditions on `subject s`. */
export const subjects = (filter: FlowFilter): (RawBuilder<unknown> | null)[] => [
  sql`s.machine = ${filter.machine} and s.machine_version = ${filter.version}`,
  inRegion(filter),
  filter.connection === undefined
    ? null
    : sql`exists (select from lane l where l.subject_id = s.id and l.connection_id = ${filter.connection})`,
];
