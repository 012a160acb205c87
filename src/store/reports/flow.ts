// What the state diagram carries: figures per state and per transition of one machine version.
import { type RawBuilder, sql } from 'kysely';
import { percentilesOf } from '../../core/figures/durations.ts';
import { addUpAgain } from '../../core/figures/tally.ts';
import type { Tx } from '../database/database.ts';
import type { ReportWindow } from './kpis.ts';
import { isLate, lateOfEachState } from './late-subjects.ts';
import { allOf } from './paging.ts';
import { type StuckBounds, stuckCauses, stuckSource } from './stuck-sources.ts';
import { readSums } from './tallies.ts';
import { isJump, partners } from './tally-kinds.ts';

export interface FlowFilter {
  machine: string;
  version: number;
  region?: string | undefined;
  /** Subjects that this connection has a lane for; of writes and refused events, only its own; of stays, those whose end it told or was told. */
  connection?: string | undefined;
  /** Of refused events only: `connection:<id>` or `client:<id>`. */
  source?: string | undefined;
  window: ReportWindow;
}

export interface StateCount {
  region: string | null;
  state: string;
  here: number;
}

/** Subjects in each state at this moment, by their region: all regions, whatever region the filter names. */
export async function countByState(tx: Tx, { machine, version, connection }: FlowFilter): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select region, state, sum(count)::int as here from state_count
    where machine = ${machine} and machine_version = ${version} and connection_id is not distinct from ${connection ?? null}::text
    group by 1, 2 having sum(count) <> 0`.execute(tx);
  return rows;
}

/** Subjects of the machine that are in other versions. */
export async function countElsewhere(tx: Tx, { machine, version }: FlowFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(count), 0)::int as count from state_count where machine = ${machine} and machine_version <> ${version} and connection_id is null`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
}

export interface StateStays {
  state: string;
  stays: number;
  /** In ms, continuous percentiles of the stays that ended in the window, on the scale of src/core/figures/durations.ts. */
  median_ms: number;
  p90_ms: number;
}

/** Of a connection: stays that ended by a transition which it told or was told. */
export async function staysByState(
  tx: Tx,
  { machine, version, region, connection, window }: FlowFilter,
): Promise<StateStays[]> {
  const narrowed = region !== undefined || connection !== undefined;
  const [found] = await readSums(tx, narrowed ? 'stays_by' : 'stays', [window], ['keys']);
  const sums = addUpAgain(found?.keys ?? [], ([of, at, state = '', where, whose]) => {
    if (of !== machine || at !== String(version)) return null;
    return narrowed && ((region !== undefined && where !== region) || whose !== (connection ?? '')) ? null : [state];
  });
  return sums.map(({ of: [state = ''], counts, durations }) => {
    const [median_ms = 0, p90_ms = 0] = percentilesOf(durations[0] ?? [], [0.5, 0.9]) ?? [];
    return { state, stays: counts[0] ?? 0, median_ms, p90_ms };
  });
}

/** One row per stay that ended in the window: entered by one transition, left by the next. */
export const stays = ({ machine, version, region, connection, window }: FlowFilter): RawBuilder<unknown> => sql`
  select t.from_state as state, t.subject_id, t.recorded_at as left_at, t.type as event_type, extract(epoch from t.recorded_at - e.recorded_at)::double precision * 1000 as ms
  from transition t join transition e on e.subject_id = t.subject_id and e.version = t.version - 1 join subject s on s.id = t.subject_id
  where t.recorded_at >= ${window.from}::timestamptz and t.recorded_at < ${window.to}::timestamptz and ${allOf([
    sql`t.machine = ${machine} and t.machine_version = ${version}`,
    region === undefined ? null : sql`s.region = ${region}`,
    connection === undefined
      ? null
      : sql`${connection} in (select w.connection_id from (${partners(sql`t.subject_id`, sql`t.version`)}) w)`,
  ])}`;

/** By state. */
export interface SubjectCount {
  state: string;
  subjects: number;
}

/** Past the SLA of their state: counted by an index alone, state by state. */
export async function countLate(tx: Tx, filter: FlowFilter): Promise<SubjectCount[]> {
  const { rows } = await sql<SubjectCount>`
    select p.state, found.subjects from ${lateOfEachState((late) => sql`select count(*)::int as subjects from subject s where ${late} and ${allOf(subjects(filter))}`)}
    where p.machine = ${filter.machine} and p.machine_version = ${filter.version} and found.subjects > 0`.execute(tx);
  return rows;
}

/** Not late, and held up all the same: a write not shown, systems that disagree, something open. Looked up by their keys: the planner would read all subjects. */
export async function countHeldUp(tx: Tx, filter: FlowFilter, bounds: StuckBounds): Promise<SubjectCount[]> {
  const { rows } = await sql<SubjectCount>`
    select s.state, count(*)::int as subjects from (select distinct subject_id from (${stuckOtherwise(bounds)}) o) o
      cross join lateral (select * from subject where id = o.subject_id offset 0) s
    where ${allOf(subjects(filter))} and (${isLate}) is not true group by s.state`.execute(tx);
  return rows;
}

/** What holds subjects up beside time: a row for each subject and cause. */
export const stuckOtherwise = (bounds: StuckBounds): RawBuilder<unknown> =>
  sql.join(
    stuckCauses
      .filter((cause) => cause !== 'late_against_sla')
      .map(
        (cause) =>
          sql`select q.subject_id, q.cause, q.since_at from (${stuckSource(cause, bounds)}) q where q.subject_id is not null`,
      ),
    sql` union all `,
  );

export interface RefusedCount {
  state: string;
  claim_kind: 'event' | 'stage';
  claim: string;
  count: number;
}

/** Refusals of the window, where the subject stood, and what was claimed; and who sent any, of all regions and senders. */
export async function countRefused(tx: Tx, filter: FlowFilter): Promise<{ rows: RefusedCount[]; sources: string[] }> {
  const { machine, version, window, region, connection, source } = filter;
  const [found] = await readSums(tx, 'refusals', [window], ['keys']);
  const all = addUpAgain(found?.keys ?? [], (of) =>
    of[0] === machine && of[1] === String(version) ? of.slice(2) : null,
  );
  const sources = [...new Set(all.map(({ of }) => of[3] ?? ''))];
  const senders = [connection === undefined ? undefined : `connection:${connection}`, source].filter(
    (one) => one !== undefined,
  );
  const own = all.filter(
    ({ of }) => senders.every((one) => of[3] === one) && (region === undefined || of[4] === region),
  );
  const sums = addUpAgain(own, (of) => of.slice(0, 3));
  const rows = sums.map(({ of: [state = '', kind, claim = ''], counts: [count = 0] }) => ({
    state,
    claim_kind: kind as 'event' | 'stage',
    claim,
    count,
  }));
  return { rows: rows.sort(mostFirst).slice(0, refusedMax), sources: sources.sort(inBytes).slice(0, sourcesMax) };
}

const refusedMax = 200;
const sourcesMax = 50;
const inBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const mostFirst = (a: RefusedCount, b: RefusedCount): number =>
  b.count - a.count || inBytes(a.state, b.state) || inBytes(a.claim, b.claim);

export const refused = (filter: FlowFilter): RawBuilder<unknown> => sql`
  event e join subject s on s.id = e.subject_id
  where ${isJump('e')}
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
    from ${filter.region === undefined ? sql`writeback w where ${ofWrites(filter)}` : unconfirmed(filter)} group by 1, 2`.execute(
    tx,
  );
  return rows;
}

/** `offset 0`: subjects by their keys, never all of a region. */
export const unconfirmed = (filter: FlowFilter): RawBuilder<unknown> => sql`
  writeback w cross join lateral (select * from subject where id = w.subject_id offset 0) s where ${allOf([ofWrites(filter), inRegion(filter)])}`;

/** `writeback_open` holds exactly these. */
const ofWrites = ({ machine, version, connection }: FlowFilter): RawBuilder<unknown> =>
  sql`w.status in ('ready', 'leased', 'dead') and w.machine = ${machine} and w.machine_version = ${version}
    and ${connection === undefined ? sql`true` : sql`w.connection_id = ${connection}`}`;

/** Connections that one may choose from. */
export async function connectionChoices(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`select id from connection where status <> 'removed' order by id limit 50`.execute(tx);
  return rows.map(({ id }) => id);
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
