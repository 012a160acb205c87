// The log of transitions with what belongs to each row, a few subjects at a time, as the check of the chain reads it.
import { sql } from 'kysely';
import type { RecordedMachine } from '../../core/machine/recorded.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface ChainRow {
  subject_id: string;
  /** The subject's own row; null where there is none. */
  subject_version: number | null;
  chain_head: Buffer;
  subject_machine: string;
  subject_machine_version: number;
  subject_state: string;
  subject_history: string | null;
  person_id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  /** The highest version that an event of the subject says it made; 0 for none. */
  claimed_version: number;
  /** Null for a subject without any transition. */
  version: number | null;
  epoch: number;
  xid: string;
  event_id: string;
  type: string;
  from_state: string;
  to_state: string;
  history: string | null;
  machine: string;
  machine_version: number;
  machine_hash: string;
  source: string;
  by_kind: string;
  occurred_at: Date;
  /** ISO 8601 with microseconds: what the hash was made of. */
  recorded_at: string;
  payload_commit: Buffer;
  prev_hash: Buffer;
  hash: Buffer;
  /** The event's row; null where there is none. */
  external_id: string | null;
  fingerprint: string;
  received_at: Date;
  claim_kind: string;
  claim: string | null;
  ref_system: string | null;
  ref_id: string | null;
  payload_ct: Buffer | null;
  /** It repeats what the transition says of it, and says something else. */
  event_differs: boolean;
  /** Whose key the payload is under, where that is somebody else than the subject's person. */
  event_person_id: string | null;
  event_data_key: Buffer | null;
  event_commit_key: Buffer | null;
  /** A key that is needed was destroyed, and no erasure is on record. */
  erased_unrecorded: boolean;
}

/**
 * Whole logs of the next subjects after an id, in order; one statement, so that all of a subject is of one moment. Row by
 * row over the keys (`offset 0` holds the planner to it): however large the tables are, only what is read is touched.
 */
export async function readChains(db: Db, afterSubject: string, subjectsMax: number): Promise<ChainRow[]> {
  return chainsOf(db, sql`select id from subject where id > ${afterSubject} order by id limit ${subjectsMax}`);
}

/** The same for rows of the log whose subject is not there; empty, unless somebody took it away. */
export async function readOrphans(db: Db, afterSubject: string, subjectsMax: number): Promise<ChainRow[]> {
  return chainsOf(
    db,
    sql`select distinct subject_id as id from transition t where subject_id > ${afterSubject} and not exists (select from subject s where s.id = t.subject_id)
      order by id limit ${subjectsMax}`,
  );
}

async function chainsOf(db: Db, ids: ReturnType<typeof sql>): Promise<ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    with next as materialized (
      select n.id, s.version, s.chain_head, s.machine, s.machine_version, s.state, s.history, s.person_id, p.data_key, p.commit_key,
        coalesce((select max(transition_version) from event where subject_id = n.id and disposition = 'applied'), 0) as claimed_version,
        p.commit_key is null and not ${isOnRecord(sql`s.person_id`)} as erased_unrecorded
      from (${ids}) n
        left join lateral (select * from subject s where s.id = n.id offset 0) s on true
        left join lateral (select * from person p where p.id = s.person_id offset 0) p on true)
    select n.id as subject_id, n.version as subject_version, n.chain_head, n.machine as subject_machine, n.machine_version as subject_machine_version,
      n.state as subject_state, n.history as subject_history, n.person_id, n.data_key, n.commit_key, n.claimed_version,
      t.version, t.epoch, t.xid, t.event_id, t.type, t.from_state, t.to_state, t.history, t.machine, t.machine_version, t.machine_hash, t.source, t.by_kind,
      t.occurred_at, ${isoMicros(sql`t.recorded_at`)} as recorded_at, t.payload_commit, t.prev_hash, t.hash,
      e.external_id, e.fingerprint, e.received_at, e.claim_kind, e.claim, e.ref_system, e.ref_id, e.payload_ct,
      (e.source, e.by_kind, e.occurred_at, e.machine, e.subject_id, e.disposition, e.transition_version, e.settled_at)
        is distinct from (t.source, t.by_kind, t.occurred_at, t.machine, t.subject_id, 'applied', t.version, t.recorded_at) as event_differs,
      o.id as event_person_id, o.data_key as event_data_key, o.commit_key as event_commit_key,
      n.erased_unrecorded or (o.id is not null and o.data_key is null and not ${isOnRecord(sql`o.id`)}) as erased_unrecorded
    from next n
      left join lateral (select * from transition t where t.subject_id = n.id offset 0) t on true
      left join lateral (select * from event e where e.id = t.event_id offset 0) e on true
      left join lateral (select * from person o where o.id = e.person_id and o.id <> n.person_id offset 0) o on true
    order by n.id, t.version`.execute(db);
  return rows;
}

const isOnRecord = (person: ReturnType<typeof sql>): ReturnType<typeof sql<boolean>> =>
  sql<boolean>`exists (select from audit where object_kind = 'person' and object_id = ${person} and action = 'person.erased')`;

/** Every machine version on record. */
export async function readMachineVersions(db: Db): Promise<RecordedMachine[]> {
  return db
    .selectFrom('machine_version')
    .select(['machine', 'version', 'hash', 'definition'])
    .orderBy('machine')
    .orderBy('version')
    .execute();
}
