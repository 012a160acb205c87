// Subjects: one application, requisition or new hire each, and the names that systems have for them.
import { sql } from 'kysely';
import type { Facts } from '../../core/machine/guards.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import { insertRows, recordset } from '../database/insert-rows.ts';

export interface RefName {
  system: string;
  machine: string;
  external_id: string;
}

export interface LockedSubject {
  id: string;
  machine: string;
  machine_version: number;
  state: string;
  history: string | null;
  facts: Facts;
  version: number;
  chain_head: Buffer;
  person_id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  parent_facts: Facts | null;
  /** As it was when the statement began: what relies on it holds the requisition before it is written. */
  parent_state: string | null;
  parent_id: string | null;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
  /** ISO 8601 with microseconds. */
  state_since: string;
  sla_due_at: string | null;
  /** Of the row as it is under the lock, which the keys beside it need not be. */
  erased: boolean;
}

/** Which subjects these names belong to; unknown names are missing from the answer. */
export async function resolveRefs(db: Db, refs: readonly RefName[]): Promise<(RefName & { subject_id: string })[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<RefName & { subject_id: string }>`
    select r.system, r.machine, r.external_id, r.subject_id from subject_ref r
    join ${recordset('subject_ref', refs as never)} want using (system, machine, external_id)`.execute(db);
  return rows;
}

/** Locks subjects in id order and returns them with their person's keys and their requisition's facts. */
export async function lockSubjects(tx: Tx, ids: readonly string[]): Promise<LockedSubject[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LockedSubject>`
    select s.id, s.machine, s.machine_version, s.state, s.history, s.facts, s.version, s.chain_head, s.person_id,
      p.data_key, p.commit_key, r.facts as parent_facts, r.state as parent_state, s.parent_id,
      s.region, s.business_unit, s.requisition_type, ${isoMicros(sql`s.state_since`)} as state_since, ${isoMicros(sql`s.sla_due_at`)} as sla_due_at,
      s.erased_at is not null as erased
    from subject s join person p on p.id = s.person_id left join subject r on r.id = s.parent_id
    where s.id = any(${[...ids]}::text[]) order by s.id for no key update of s`.execute(tx);
  return rows;
}

/** Facts and states of requisitions that new applications belong to. */
export async function factsOf(db: Db, ids: readonly string[]): Promise<Map<string, { facts: Facts; state: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('subject')
    .select(['id', 'facts', 'state'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, { facts: row.facts as Facts, state: row.state }]));
}

/** Keeps requisitions as they are until the transaction ends, and says in which states they are; waits for whoever is moving one. */
export async function holdRequisitions(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; state: string }>`
    select id, state from subject where id = any(${[...ids]}::text[]) order by id for share`.execute(tx);
  return new Map(rows.map((row) => [row.id, row.state]));
}

export interface SubjectRow {
  id: string;
  machine: string;
  machine_version: number;
  state: string;
  history: string | null;
  facts: Facts;
  version: number;
  chain_head: Buffer;
  person_id: string;
  parent_id: string | null;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
  state_since: string;
  sla_due_at: string | null;
  ended: boolean;
}

/** New subjects. A name that another transaction took first is a unique violation: the batch is done again. */
export async function insertSubjects(tx: Tx, subjects: readonly SubjectRow[]): Promise<void> {
  await insertRows(tx, 'subject', subjects as never);
}

export async function insertRefs(
  tx: Tx,
  refs: readonly (RefName & { subject_id: string })[],
  ifFree: boolean,
): Promise<void> {
  await insertRows(tx, 'subject_ref', refs as never, ifFree ? 'do nothing' : undefined);
}

/** Moves locked subjects to where their last transition left them. */
export async function updateSubjects(tx: Tx, subjects: readonly SubjectRow[]): Promise<void> {
  if (subjects.length === 0) return;
  await sql`
    update subject s set state = n.state, history = n.history, facts = n.facts, version = n.version, chain_head = n.chain_head, parent_id = n.parent_id,
      region = n.region, business_unit = n.business_unit, requisition_type = n.requisition_type, state_since = n.state_since, sla_due_at = n.sla_due_at, ended = n.ended
    from ${recordset('subject', subjects as never)} n where s.id = n.id`.execute(tx);
}
