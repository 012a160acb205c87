// Quarantined events as they are replayed: the sealed payload, with the keys of the person it belongs to.
import type { Db } from './database.ts';

export interface QuarantinedEvent {
  id: string;
  source: string;
  external_id: string;
  disposition: string;
  received_at: Date;
  person_id: string;
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
    .select(['data_key', 'commit_key'])
    .where('event.id', '=', id)
    .executeTakeFirst();
}
