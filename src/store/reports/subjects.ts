// Subjects as people look for them: one with its names and lanes, by a system's name for it, or all in some states.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { machineNames } from '../../core/machine/definition.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { after, allOf, ordered } from './paging.ts';

export interface SubjectReport {
  id: string;
  machine: string;
  machine_version: number;
  state: string;
  version: number;
  state_since: string;
  sla_due_at: string | null;
  ended: boolean;
  opened_at: string;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
  parent_id: string | null;
  person_id: string;
  erased: boolean;
  refs: { system: string; ref: string }[];
}

const columns = sql`s.id, s.machine, s.machine_version, s.state, s.version, ${isoMicros(sql`s.state_since`)} as state_since, ${isoMicros(sql`s.sla_due_at`)} as sla_due_at,
  s.ended, ${isoMicros(sql`s.opened_at`)} as opened_at, s.region, s.business_unit, s.requisition_type, s.parent_id, s.person_id,
  exists (select from person p where p.id = s.person_id and p.erased_at is not null) as erased,
  coalesce((select json_agg(json_build_object('system', r.system, 'ref', r.external_id) order by r.system, r.external_id) from subject_ref r where r.subject_id = s.id), '[]') as refs`;

export async function findSubject(db: Db, id: string): Promise<SubjectReport | undefined> {
  const { rows } = await sql<SubjectReport>`select ${columns} from subject s where s.id = ${id}`.execute(db);
  return rows[0];
}

/** At most one per machine. */
export async function findSubjectsByRef(
  db: Db,
  system: string,
  ref: string,
  machine: string | undefined,
): Promise<SubjectReport[]> {
  const { rows } = await sql<SubjectReport>`
    select ${columns} from subject s join subject_ref n on n.subject_id = s.id
    where n.system = ${system} and n.external_id = ${ref} and ${machine === undefined ? anyMachine : sql`n.machine = ${machine}`} order by s.id`.execute(
    db,
  );
  return rows;
}

/** Naming every machine lets the key (system, machine, external_id) serve the search. */
const anyMachine = sql`n.machine in ('application', 'requisition', 'onboarding')`;

/** In the order in which they were opened. `states` null: whatever state. */
export async function listSubjects(
  db: Db,
  machine: string,
  states: readonly string[] | null,
  afterId: string | null,
  rowsMax: number,
): Promise<SubjectReport[]> {
  const inStates: RawBuilder<unknown> = states === null ? sql`true` : sql`s.state = any(${[...states]}::text[])`;
  const { rows } = await sql<SubjectReport>`
    select ${columns} from subject s where s.machine = ${machine} and ${inStates} and ${afterId === null ? sql`true` : sql`s.id > ${afterId}`} order by s.id limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

export interface MovedFilter {
  machine?: string | undefined;
  states?: readonly string[] | undefined;
  /** Subjects that this connection has to show. */
  connection?: string | undefined;
  region?: string | undefined;
  unit?: string | undefined;
  /** Undefined: open and ended ones. */
  ended?: boolean | undefined;
  /** Only what moved within so long. */
  movedWithinMs?: number | undefined;
}

/**
 * Whoever moved last comes first. The page is found in an index that has open and ended ones of each machine apart, each in its order; only
 * its rows are looked up in other tables.
 */
export async function listMoved(
  db: Db,
  filter: MovedFilter,
  position: Position | null,
  rowsMax: number,
): Promise<SubjectReport[]> {
  const machines = filter.machine === undefined ? machineNames : [filter.machine];
  const endings = filter.ended === undefined ? [false, true] : [filter.ended];
  const inOrder = sql`order by ${ordered('s.state_since', 's.id', 'desc')} limit ${rowsMax}`;
  const parts = machines.flatMap((machine) =>
    endings.map(
      (ended) => sql`(
        select * from subject s where s.machine = ${machine} and s.ended = ${ended} and ${allOf([...moved(filter), after('s.state_since', 's.id', position, 'desc')])} ${inOrder})`,
    ),
  );
  const { rows } = await sql<SubjectReport>`
    select ${columns} from (select * from (${sql.join(parts, sql` union all `)}) s ${inOrder}) s
    order by ${ordered('s.state_since', 's.id', 'desc')}`.execute(db);
  return rows;
}

const moved = (filter: MovedFilter): (RawBuilder<unknown> | null)[] => [
  filter.states === undefined ? null : sql`s.state = any(${[...filter.states]}::text[])`,
  filter.region === undefined ? null : sql`s.region = ${filter.region}`,
  filter.unit === undefined ? null : sql`s.business_unit = ${filter.unit}`,
  filter.movedWithinMs === undefined
    ? null
    : sql`s.state_since >= statement_timestamp() - ${filter.movedWithinMs} * interval '1 ms'`,
  filter.connection === undefined
    ? null
    : sql`exists (select from lane l where l.subject_id = s.id and l.connection_id = ${filter.connection})`,
];

/** How many there are, without reading them; null where that is not known: of a unit or a time. */
export async function countMoved(db: Db, filter: MovedFilter): Promise<number | null> {
  const { machine, states, region, ended, connection, unit, movedWithinMs } = filter;
  if ([unit, movedWithinMs].some((one) => one !== undefined)) return null;
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(count), 0)::int as count from state_count where ${allOf([
      sql`connection_id is not distinct from ${connection ?? null}::text`,
      machine === undefined ? null : sql`machine = ${machine}`,
      states === undefined ? null : sql`state = any(${[...states]}::text[])`,
      region === undefined ? null : sql`region = ${region}`,
      ended === undefined ? null : sql`ended = ${ended}`,
    ])}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Each in the order given; those that are not there are left out. */
export async function findSubjects(db: Db, ids: readonly string[]): Promise<SubjectReport[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<SubjectReport>`
    select ${columns} from unnest(${[...ids]}::text[]) with ordinality n(id, nth) join subject s on s.id = n.id order by n.nth`.execute(
    db,
  );
  return rows;
}

/** Every namespace in which subjects have names: found one after the other in the key, however many names there are. */
export async function refSystems(db: Db): Promise<string[]> {
  const { rows } = await sql<{ system: string }>`
    with recursive found as (
      (select system from subject_ref order by system limit 1)
      union all
      select (select r.system from subject_ref r where r.system > f.system order by r.system limit 1) from found f where f.system is not null)
    select system from found where system is not null limit ${systemsMax}`.execute(db);
  return rows.map(({ system }) => system);
}

const systemsMax = 500;

/** Subjects that any of these systems calls so. */
export async function subjectsNamed(
  db: Db,
  names: readonly { system: string; ref: string }[],
  rowsMax: number,
): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ subject_id: string }>`
    select distinct n.subject_id from json_to_recordset(${JSON.stringify(names)}::json) as w(system text, ref text)
    join subject_ref n on n.system = w.system and n.external_id = w.ref and ${anyMachine} order by 1 limit ${rowsMax}`.execute(
    db,
  );
  return rows.map(({ subject_id }) => subject_id);
}

export interface LaneReport {
  connection_id: string;
  next_seq: number;
  done_seq: number;
  held_reason: string | null;
  held_at: string | null;
}

export async function lanesOf(db: Db, subject: string): Promise<LaneReport[]> {
  const { rows } = await sql<LaneReport>`
    select connection_id, next_seq, done_seq, held_reason, ${isoMicros(sql`held_at`)} as held_at from lane where subject_id = ${subject} order by connection_id`.execute(
    db,
  );
  return rows;
}

/** An element's value as it is kept, with where it came from. */
export interface StoredValue {
  element: string;
  value_ct: Buffer | null;
  source: string;
  event_id: string;
  subject_version: number;
  dictionary_version: number;
  occurred_at: string;
  written_at: string;
}

export async function storedValues(db: Db, subject: string): Promise<StoredValue[]> {
  const { rows } = await sql<StoredValue>`
    select element, value_ct, source, event_id, subject_version, dictionary_version, ${isoMicros(sql`occurred_at`)} as occurred_at, ${isoMicros(sql`written_at`)} as written_at
    from element_value where subject_id = ${subject} order by element`.execute(db);
  return rows;
}
