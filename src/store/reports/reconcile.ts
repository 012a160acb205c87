// Compares what was counted per hour with the rows themselves, key by key: promise 7, to be asked at any time.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import { unitMs } from './tallies.ts';
import { isJump, type TallyKind, type TallyUnit, tallyKinds, tallySources } from './tally-kinds.ts';

/** One key whose count is not what the ledger holds. */
export interface CountDifference {
  measure: string;
  machine: string;
  event_type: string;
  connection_id: string;
  counted: number;
  ledger: number;
}

/** Differences over all time; none in a healthy system. Reads whole tables: for checks, not for pages. */
export async function compareCounts(db: Db): Promise<CountDifference[]> {
  const { rows } = await sql<CountDifference>`
    with counted as (
      select measure, machine, event_type, connection_id, sum(count)::int as n from kpi_hour group by 1, 2, 3, 4),
    said as (
      select 'event.' || disposition as measure, machine, coalesce(claim, 'raw') as event_type, source as connection_id, count(*)::int as n from event group by 1, 2, 3, 4
      union all select measure, machine, event_type, connection_id, n from counted where measure = 'event.duplicate'),
    written as (
      select machine, event_type, connection_id, count(*)::int as created,
        count(*) filter (where settled_by = 'origin')::int as origin,
        count(*) filter (where status = 'confirmed' and settled_by is distinct from 'origin')::int as confirmed,
        count(*) filter (where status = 'confirmed' and settled_by is distinct from 'origin' and tries <= 1 and contradictions = 0 and conflicts = 0)::int as first_try,
        count(*) filter (where status = 'dead')::int as dead, count(*) filter (where status = 'waived')::int as waived,
        count(*) filter (where status = 'superseded')::int as superseded, sum(contradictions)::int as contradicted
      from writeback group by 1, 2, 3),
    ledger as (
      select * from said
      union all select 'event.received', machine, event_type, connection_id, sum(n)::int from said group by 2, 3, 4
      union all select m.measure, w.machine, w.event_type, w.connection_id, m.n from written w cross join lateral (values
        ('writeback.created', w.created), ('writeback.origin', w.origin), ('writeback.confirmed', w.confirmed), ('writeback.confirmed_first_try', w.first_try),
        ('writeback.dead', w.dead), ('writeback.waived', w.waived), ('writeback.superseded', w.superseded), ('writeback.contradicted', w.contradicted)) as m(measure, n)
      union all select 'incident.field_conflict', s.machine, i.element, substr(i.key, length(concat_ws('/', 'field', i.subject_id, i.element, '')) + 1), count(*)::int
        from incident i join subject s on s.id = i.subject_id where i.kind = 'field_conflict' group by 2, 3, 4
      union all select 'element.missing', e.machine, m.element, e.source, count(*)::int from event e, jsonb_array_elements_text(e.detail -> 'elements') as m(element)
        where e.disposition = 'refused' and e.code = 'missing_elements' group by 2, 3, 4
      union all select 'attempt.settled', w.machine, w.event_type, w.connection_id, count(*)::int from attempt a join writeback w on w.id = a.writeback_id group by 2, 3, 4)
    select measure, machine, event_type, connection_id, coalesce(c.n, 0) as counted, coalesce(l.n, 0) as ledger
    from counted c full join ledger l using (measure, machine, event_type, connection_id)
    where coalesce(c.n, 0) <> coalesce(l.n, 0)
    order by 1, 2, 3, 4`.execute(db);
  return rows;
}

export interface TallyDifference {
  kind: TallyKind;
  unit: TallyUnit;
  begins: string;
  counted: number;
  ledger: number;
}

/** Hours, and parts of them, whose counted lines are not as many as the rows that they stand for; none in a healthy system. Reads whole tables too. */
export async function compareTallies(db: Db): Promise<TallyDifference[]> {
  const found: TallyDifference[] = [];
  for (const kind of tallyKinds)
    for (const unit of ['hour', 'part'] as const) {
      const { at, id, table } = tallySources[kind];
      const { rows } = await sql<Pick<TallyDifference, 'begins' | 'counted' | 'ledger'>>`
        with counted as (select * from tally where kind = ${kind} and unit = ${unit}), left_out as (select unnest(left_out) as id from counted)
        select to_char(h.begins at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as begins, h.n as counted, coalesce(l.n, 0) as ledger
        from (select begins, coalesce((select sum((line -> 1 ->> 0)::int) from json_array_elements(lines) line where ${kind === 'stays_by' ? sql`line -> 0 ->> 4 = ''` : sql`true`}), 0)::int as n from counted) h
          left join (select date_bin(${unitMs[unit]} * interval '1 ms', ${at}, 'epoch') as begins, count(*)::int as n from ${table} r ${stoodFor[kind]}
            and ${id === null ? sql`true` : sql`not exists (select from left_out o where o.id = ${id})`} group by 1) l using (begins)
        where h.n <> coalesce(l.n, 0) order by 1`.execute(db);
      found.push(...rows.map((row) => ({ kind, unit, ...row })));
    }
  return found;
}

export interface StateCountDifference {
  machine: string;
  version: number;
  state: string;
  region: string | null;
  ended: boolean;
  connection: string | null;
  counted: number;
  subjects: number;
}

/** Where the counts of how many are where are not what the subjects and their lanes say; none in a healthy system. Reads all of them. */
export async function compareStateCounts(db: Db): Promise<StateCountDifference[]> {
  const { rows } = await sql<StateCountDifference>`
    select machine, machine_version as version, state, region, ended, connection_id as connection, sum(counted)::int as counted, sum(subjects)::int as subjects from (
      select machine, machine_version, state, region, ended, connection_id, count as counted, 0 as subjects from state_count union all
      select machine, machine_version, state, region, ended, null, 0, 1 from subject union all
      select s.machine, s.machine_version, s.state, s.region, s.ended, l.connection_id, 0, 1 from lane l join subject s on s.id = l.subject_id) each
    group by 1, 2, 3, 4, 5, 6 having sum(counted) <> sum(subjects) order by 1, 2, 3, 4, 6`.execute(db);
  return rows;
}

/** Which rows of its table each kind counts. */
const stoodFor: Readonly<Record<TallyKind, RawBuilder<unknown>>> = {
  writes: sql`where true`,
  events: sql`where true`,
  stays_by: sql`join transition e on e.subject_id = r.subject_id and e.version = r.version - 1 where true`,
  stays: sql`join transition e on e.subject_id = r.subject_id and e.version = r.version - 1 where true`,
  refusals: sql`join subject s on s.id = r.subject_id where ${isJump('r')}`,
  missing: sql`cross join lateral jsonb_array_elements_text(r.detail -> 'elements') where r.disposition = 'refused' and r.code = 'missing_elements'`,
};
