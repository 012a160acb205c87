// Quarantined events as they are replayed: the sealed payload, with the keys of the person it belongs to.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export interface QuarantinedEvent {
  id: string;
  source: string;
  external_id: string;
  disposition: string;
  received_at: Date;
  person_id: string;
  /** The vendor's stage that stood for none of our states. */
  stage: string | null;
  /** Null once erased, as are the keys. */
  payload_ct: Buffer | null;
  data_key: Buffer | null;
  commit_key: Buffer | null;
}

/** The event with this id, whatever its disposition: the caller looks. */
export async function findForReplay(db: Db, id: string): Promise<QuarantinedEvent | undefined> {
  return db
    .selectFrom('event')
    .innerJoin('person', 'person.id', 'event.person_id')
    .select(['event.id', 'source', 'external_id', 'disposition', 'received_at', 'person_id', 'payload_ct'])
    .select(['data_key', 'commit_key', sql<string | null>`event.detail ->> 'stage'`.as('stage')])
    .where('event.id', '=', id)
    .executeTakeFirst();
}

/** True while events of this source wait for that stage to be mapped: quarantined, not replayed and not erased. */
export async function waitsForStage(db: Db, source: string, stage: string): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (select from event e where e.source = ${source} and e.disposition = 'quarantined' and e.detail ->> 'stage' = ${stage}
      and e.payload_ct is not null and not exists (
        select from audit a where a.object_kind = 'event' and a.object_id = e.id and a.action = 'event.replayed')) as waits`.execute(
    db,
  );
  return rows[0]?.waits ?? false;
}
