// What an order for a test needs to know of the application that it is for; the order itself is an event and its elements.
import { sql } from 'kysely';
import type { Facts } from '../../core/machine/guards.ts';
import type { Db } from '../database/database.ts';

export interface OrderedFor {
  id: string;
  machine_version: number;
  state: string;
  history: string | null;
  facts: Facts;
  parent_facts: Facts | null;
  person_id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
}

/** The application that `system` knows by this id; undefined when there is none. */
export async function findOrderedFor(db: Db, system: string, ref: string): Promise<OrderedFor | undefined> {
  const { rows } = await sql<OrderedFor>`
    select s.id, s.machine_version, s.state, s.history, s.facts, (select facts from subject where id = s.parent_id) as parent_facts,
      s.person_id, p.data_key, p.commit_key
    from subject_ref r join subject s on s.id = r.subject_id join person p on p.id = s.person_id
    where r.system = ${system} and r.machine = 'application' and r.external_id = ${ref}`.execute(db);
  return rows[0];
}

/** Writebacks into this state that have left and were not seen to arrive yet, those given up included. */
export async function findUnseen(
  db: Db,
  subject: string,
  connection: string,
  state: string,
): Promise<{ id: string; attempt: number }[]> {
  return db
    .selectFrom('writeback')
    .select(['id', 'attempt'])
    .where('subject_id', '=', subject)
    .where('connection_id', '=', connection)
    .where('target_state', '=', state)
    .where('status', 'in', ['ready', 'leased', 'dead'])
    .where('attempt', '>=', 1)
    .orderBy('lane_seq')
    .execute();
}
