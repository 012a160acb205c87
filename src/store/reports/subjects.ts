// Subjects as people look for them: one with its names and lanes, by a system's name for it, or all in some states.
import { type RawBuilder, sql } from 'kysely';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';

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
