// Incidents: what a person must settle; while one is open there is one per key, which counts how often it was found.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';

export interface NewIncident {
  id: string;
  kind:
    | 'field_conflict'
    | 'divergence'
    | 'dead_writeback'
    | 'duplicate_profile'
    | 'event_expired'
    | 'fingerprint_conflict'
    | 'quarantined_event'
    | 'unmapped_stage'
    | 'mapping_gone'
    | 'polling_stale'
    | 'wave_held'
    | 'file_trouble';
  key: string;
  subject_id: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  owner: string;
  detail: Record<string, unknown>;
  /** Of a field conflict: the element, and both values, sealed. */
  element?: string | null;
  values_ct?: Buffer | null;
  /** Found so often at once. */
  times?: number;
}

export async function openIncidents(db: Db, incidents: readonly NewIncident[]): Promise<void> {
  await insertRows(
    db,
    'incident',
    onePerKey(incidents) as never,
    `(key) where settled_at is null do update set seen_at = clock_timestamp(), times = incident.times + excluded.times,
      values_ct = coalesce(excluded.values_ct, incident.values_ct),
      detail = case when excluded.values_ct is null then incident.detail else excluded.detail end,
      event_id = case when excluded.values_ct is null then incident.event_id else excluded.event_id end`,
  );
}

/** The last word of each, counted as often as it was said. */
export function onePerKey(incidents: readonly NewIncident[]): Required<NewIncident>[] {
  const byKey = new Map<string, Required<NewIncident>>();
  for (const incident of incidents) {
    const times = (byKey.get(incident.key)?.times ?? 0) + (incident.times ?? 1);
    byKey.set(incident.key, { element: null, values_ct: null, ...incident, times });
  }
  return [...byKey.values()];
}

/** Settles what is open under these keys: the matter is over. What was seen to be so at `seenUntil` of its key, ISO 8601, or after stays open. */
export async function settleIncidents(
  db: Db,
  keys: readonly string[],
  by: string,
  resolution: string,
  seenUntil: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (keys.length === 0) return 0;
  const result = await db
    .updateTable('incident')
    .set({ settled_at: sql`clock_timestamp()`, settled_by: by, resolution })
    // One statement for any number of keys: it stays prepared.
    .where(sql<boolean>`key = any(${[...keys]}::text[])`)
    .where('settled_at', 'is', null)
    .where(sql<boolean>`coalesce(seen_at < (${JSON.stringify(seenUntil)}::jsonb ->> key)::timestamptz, true)`)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
