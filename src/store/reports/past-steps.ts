// Subjects of a machine in the order of their ids, with their whole logs: what a replay against another version reads.
import { sql } from 'kysely';
import type { SystemKind } from '../../core/machine/definition.ts';
import type { Facts } from '../../core/machine/guards.ts';
import type { Db } from '../database/database.ts';

export interface PastSubject {
  id: string;
  state: string;
  /** Its own and its requisition's, without the state that the requisition is in today. */
  facts: Facts;
  /** Names of elements that are on record for it. */
  elements: string[];
}

export interface PastTransition {
  subject_id: string;
  version: number;
  type: string;
  by_kind: SystemKind;
  from_state: string;
  to_state: string;
  history: string | null;
  machine_version: number;
}

/** At most `rowsMax` after an id; by the primary key. */
export async function readPastSubjects(
  db: Db,
  machine: string,
  afterId: string,
  rowsMax: number,
): Promise<PastSubject[]> {
  const { rows } = await sql<PastSubject>`
    select s.id, s.state,
      coalesce(p.facts, '{}') || s.facts || jsonb_build_object('requisition',
        coalesce(p.facts -> 'requisition', '{}') || coalesce(s.facts -> 'requisition', '{}')) as facts,
      array(select v.element from element_value v where v.subject_id = s.id) as elements
    from (select * from subject where machine = ${machine} and id > ${afterId} order by id limit ${rowsMax}) s
      left join subject p on p.id = s.parent_id order by s.id`.execute(db);
  return rows;
}

/** All transitions of these subjects, by subject and version. At most `rowsMax`. */
export async function readPastTransitions(
  db: Db,
  subjects: readonly string[],
  rowsMax: number,
): Promise<PastTransition[]> {
  const { rows } = await sql<PastTransition>`
    select t.subject_id, t.version, t.type, t.by_kind, t.from_state, t.to_state, t.history, t.machine_version
    from transition t where t.subject_id = any(${subjects}::text[]) order by t.subject_id, t.version limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
