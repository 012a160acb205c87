// The log of transitions with its hashes, a few subjects at a time, as the check of the chain reads it.
import { sql } from 'kysely';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';

export interface ChainRow {
  subject_id: string;
  /** What the subject's own row says of the end of its log. */
  subject_version: number;
  chain_head: Buffer;
  /** Null for a subject without any transition. */
  version: number | null;
  event_id: string;
  type: string;
  from_state: string;
  to_state: string;
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
}

/** Whole logs of the next subjects after an id, in order; one statement, so that heads and logs are of one moment. */
export async function readChains(db: Db, afterSubject: string, subjectsMax: number): Promise<ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    select s.id as subject_id, s.version as subject_version, s.chain_head, t.version, t.event_id, t.type, t.from_state, t.to_state, t.machine, t.machine_version,
      t.machine_hash, t.source, t.by_kind, t.occurred_at, ${isoMicros(sql`t.recorded_at`)} as recorded_at, t.payload_commit, t.prev_hash, t.hash
    from (select id, version, chain_head from subject where id > ${afterSubject} order by id limit ${subjectsMax}) s
    left join transition t on t.subject_id = s.id order by s.id, t.version`.execute(db);
  return rows;
}
