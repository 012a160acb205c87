// Incidents: what a person must settle; while one is open there is one per key.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { insertRows } from './insert-rows.ts';

export interface NewIncident {
  id: string;
  kind:
    | 'field_conflict'
    | 'divergence'
    | 'dead_writeback'
    | 'duplicate_profile'
    | 'event_expired'
    | 'fingerprint_conflict'
    | 'quarantined_event';
  key: string;
  subject_id: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  owner: string;
  detail: Record<string, unknown>;
}

export async function openIncidents(db: Db, incidents: readonly NewIncident[]): Promise<void> {
  const byKey = new Map(incidents.map((incident) => [incident.key, incident]));
  await insertRows(
    db,
    'incident',
    [...byKey.values()] as never,
    '(key) where settled_at is null do update set seen_at = clock_timestamp()',
  );
}

/** Settles what is open under these keys: the matter is over. What was seen to be so after `seenUntil` of its key stays open. */
export async function settleIncidents(
  db: Db,
  keys: readonly string[],
  by: string,
  resolution: string,
  seenUntil: Readonly<Record<string, Date>> = {},
): Promise<number> {
  if (keys.length === 0) return 0;
  const result = await db
    .updateTable('incident')
    .set({ settled_at: sql`clock_timestamp()`, settled_by: by, resolution })
    .where('key', 'in', [...keys])
    .where('settled_at', 'is', null)
    .where(sql<boolean>`coalesce(seen_at <= (${JSON.stringify(seenUntil)}::jsonb ->> key)::timestamptz, true)`)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
