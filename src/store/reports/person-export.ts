// Everything that stands in the tables about one person, table by table: what an export is made of.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { Places } from '../persons/erasure.ts';

/** An event with its sealed payload and the keys of the person it was sealed for. */
export interface ExportedEvent {
  id: string;
  source: string;
  external_id: string;
  machine: string;
  claim: string | null;
  subject_id: string | null;
  ref_system: string | null;
  ref_id: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  occurred_at: string;
  received_at: string;
  person_id: string;
  payload_ct: Buffer | null;
  data_key: Buffer | null;
  commit_key: Buffer | null;
}

/** In the order in which they came. */
export async function eventsIn(db: Db, { events }: Places, rowsMax: number): Promise<ExportedEvent[]> {
  const { rows } = await sql<ExportedEvent>`
    select e.id, e.source, e.external_id, e.machine, e.claim, e.subject_id, e.ref_system, e.ref_id, e.disposition, e.code, e.detail,
      ${isoMicros(sql`e.occurred_at`)} as occurred_at, ${isoMicros(sql`e.received_at`)} as received_at, e.person_id, e.payload_ct, p.data_key, p.commit_key
    from event e join person p on p.id = e.person_id where e.id = any(${events}::text[]) order by e.received_at, e.id limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

export interface AuditedAct {
  at: string;
  actor: string;
  action: string;
  object: string;
  detail: Record<string, unknown>;
}

/** Who did or read what about these persons, subjects, events and writebacks; the newest first. */
export async function actsOn(db: Db, { subjects, persons, events }: Places, rowsMax: number): Promise<AuditedAct[]> {
  const { rows } = await sql<AuditedAct>`
    with named as (
      select 'person' as kind, unnest(${persons}::text[]) as id union all select 'subject', unnest(${subjects}::text[])
      union all select 'event', unnest(${events}::text[])
      union all select 'writeback', id from writeback where subject_id = any(${subjects}::text[])
      union all select 'lane', subject_id || '/' || connection_id from lane where subject_id = any(${subjects}::text[]))
    select ${isoMicros(sql`a.at`)} as at, a.actor_kind || ':' || a.actor_id as actor, a.action, a.object_id as object, a.detail
    from audit a join named n on a.object_kind = n.kind and a.object_id = n.id order by a.id desc limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
