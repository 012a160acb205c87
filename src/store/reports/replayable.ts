// Quarantined events that were never replayed and of which the payload is still there, the oldest first.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { EventFilter } from './event-lists.ts';
import { allOf } from './paging.ts';

export async function replayable(db: Db, filter: EventFilter, rowsMax: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select e.id from event e where e.disposition = 'quarantined' and e.payload_ct is not null and ${allOf([
      sql`e.received_at >= ${filter.window.from}::timestamptz and e.received_at < ${filter.window.to}::timestamptz`,
      filter.connection === undefined ? null : sql`e.source = ${`connection:${filter.connection}`}`,
      filter.code === undefined ? null : sql`e.code = ${filter.code}`,
      filter.stage === undefined ? null : sql`e.detail ->> 'stage' = ${filter.stage}`,
    ])} and not exists (select from audit a where a.object_kind = 'event' and a.object_id = e.id and a.action = 'event.replayed')
    order by e.received_at, e.id limit ${rowsMax}`.execute(db);
  return rows.map((row) => row.id);
}
