// What belongs to a person in every table, and emptying it: the walk that erasure and export share.
import { sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import { erasedFingerprint } from '../engine/events.ts';

/** Where a person's data is. `persons`: this one, those who are linked to it, and those who were strangers when an event of theirs came. */
export interface Places {
  subjects: string[];
  events: string[];
  persons: string[];
}

/**
 * Everything that belongs to a person, and to those who are linked to it as one human: the subjects; the events about them, by subject, by the name they gave, or because a
 * replay of theirs came from it; and `also`, events that were found by what they hold.
 */
export async function placesOf(db: Db, person: string, also: readonly string[] = []): Promise<Places> {
  const { rows } = await sql<Places>`
    with root as (select coalesce(linked_to, id) as id from person where id = ${person}),
    family as (select p.id from person p, root r where p.id = r.id or p.linked_to = r.id),
    mine as (select id from subject where person_id in (select id from family)),
    said as (
      select id, person_id from event where subject_id in (select id from mine)
      union select id, person_id from event where subject_id is null and person_id in (select id from family)
      union select e.id, e.person_id from subject_ref r join event e on e.ref_id = r.external_id and e.ref_system = r.system and e.machine = r.machine
        where e.subject_id is null and r.subject_id in (select id from mine)
      union select id, person_id from event where subject_id is null and id = any(${[...also]}::text[])),
    replayed as (
      select e.id, e.person_id from audit a join event e on e.id = a.object_id
      where a.object_kind = 'event' and a.action = 'event.replayed' and e.subject_id is null
        and exists (select from event s join said on said.id = s.id where s.external_id like '%~replayed-1')
        and exists (select from jsonb_array_elements(a.detail -> 'recorded') one join said on said.id = one ->> 'event')),
    found as (select * from said union select * from replayed)
    select (select coalesce(array_agg(id order by id), '{}') from mine) as subjects,
      (select coalesce(array_agg(id order by id), '{}') from found) as events,
      (select coalesce(array_agg(distinct p), '{}') from (select ${person}::text as p union select id from family union select person_id from found) as every(p)) as persons`.execute(
    db,
  );
  return rows[0] ?? { subjects: [], events: [], persons: [person] };
}

/** Locks in the order of every other path: subjects, then events. */
export async function lockPlaces(tx: Tx, { subjects, events }: Places): Promise<void> {
  await sql`select from subject where id = any(${subjects}::text[]) order by id for no key update`.execute(tx);
  await sql`select from event where id = any(${events}::text[]) order by id for no key update`.execute(tx);
}

/** An event that was waiting; it is settled now. */
export interface SettledParked {
  machine: string;
  event_type: string;
  source: string;
}

/** Payloads go, and what was made of them. Whoever waited is refused: nothing is left to decide about. */
export async function emptyEvents(tx: Tx, events: readonly string[]): Promise<SettledParked[]> {
  const { rows } = await sql<SettledParked & { was_parked: boolean }>`
    update event e set payload_ct = null, fingerprint = ${erasedFingerprint},
      detail = case when e.disposition in ('parked', 'quarantined') then null else e.detail end,
      disposition = case when e.disposition = 'parked' then 'refused' else e.disposition end,
      code = case when e.disposition = 'parked' then 'person_erased' else e.code end,
      settled_at = coalesce(e.settled_at, clock_timestamp()), parked_for = null, parked_until = null, probe_due_at = null
    from (select id, disposition = 'parked' as was_parked from event where id = any(${[...events]}::text[])) before
    where e.id = before.id and (e.payload_ct is not null or before.was_parked)
    returning e.machine, coalesce(e.claim, 'raw') as event_type, e.source, before.was_parked`.execute(tx);
  return rows.filter((row) => row.was_parked);
}

/** Returns how many values there were. */
export async function emptyElements(tx: Tx, subjects: readonly string[]): Promise<number> {
  const { numAffectedRows } =
    await sql`update element_value set value_ct = null where subject_id = any(${[...subjects]}::text[]) and value_ct is not null`.execute(
      tx,
    );
  return Number(numAffectedRows ?? 0);
}

export interface WaivedRow {
  connection_id: string;
  machine: string;
  event_type: string;
  was: 'ready' | 'leased' | 'dead';
}

/** Nothing more is written about the person: what is open is let go, also what is on its way, and no lane is held for it. */
export async function waiveForErasure(tx: Tx, subjects: readonly string[]): Promise<WaivedRow[]> {
  await sql`select from lane where subject_id = any(${[...subjects]}::text[]) order by subject_id, connection_id for no key update`.execute(
    tx,
  );
  const { rows } = await sql<WaivedRow>`
    with before as (select id, status as was from writeback where subject_id = any(${[...subjects]}::text[]) and status in ('ready', 'leased', 'dead')
      order by id for no key update)
    update writeback w set status = 'waived', reason = 'person_erased', settled_by = 'operator', settled_at = clock_timestamp(), lease_until = null, due_at = null
    from before b where w.id = b.id returning w.connection_id, w.machine, w.event_type, b.was`.execute(tx);
  await sql`update lane set done_seq = next_seq, held_reason = null, held_at = null
    where subject_id = any(${[...subjects]}::text[]) and (done_seq < next_seq or held_reason is not null)`.execute(tx);
  await sql`update file_row r set cells_ct = null, ref_key = null, state = case when r.state in ('queued', 'packed') then 'withdrawn' else r.state end
    from writeback w where w.id = r.writeback_id and w.subject_id = any(${[...subjects]}::text[])`.execute(tx);
  await sql`update shown set closed = true, stage = null, trouble = null, trouble_since = null, look_at = null
    where subject_id = any(${[...subjects]}::text[])`.execute(tx);
  return rows;
}

/** What people wrote about it goes, and nobody need settle it any more. Returns how many were open. */
export async function emptyIncidents(tx: Tx, { subjects, events, persons }: Places, by: string): Promise<number> {
  const { rows } = await sql<{ was_open: boolean }>`
    with before as (
      select id, settled_at is null as was_open from incident where subject_id = any(${subjects}::text[])
      union select id, true from incident where settled_at is null
        and key in (select kind || '/' || e from unnest(${events}::text[]) e cross join unnest(array['quarantined', 'expired', 'fingerprint']) kind)
      union select id, true from incident where kind = 'duplicate_profile' and settled_at is null
        and (split_part(key, '/', 2) = any(${persons}::text[]) or split_part(key, '/', 3) = any(${persons}::text[]))),
    notes as (update incident_note n set body = null from before b where n.incident_id = b.id and n.body is not null)
    update incident i set detail = '{}', values_ct = null, settled_at = coalesce(i.settled_at, clock_timestamp()), settled_by = coalesce(i.settled_by, ${by}),
      resolution = case when i.settled_by = 'interlock' then i.resolution else 'The person was erased' end
    from before b where i.id = b.id returning b.was_open`.execute(tx);
  return rows.filter((row) => row.was_open).length;
}

/** The keys go, and with them all that was encrypted or committed under them, in every backup too. Returns who was erased by this. */
export async function destroyKeys(tx: Tx, { subjects, persons }: Places): Promise<string[]> {
  await sql`update subject set erased_at = clock_timestamp(), sla_due_at = null where id = any(${subjects}::text[]) and erased_at is null`.execute(
    tx,
  );
  const { rows } = await sql<{ id: string }>`
    update person set data_key = null, commit_key = null, email_index = null, phone_index = null, name_index = null, held_at = null, held_until = null, held_reason = null, erased_at = clock_timestamp()
    where id = any(${persons}::text[]) and erased_at is null returning id`.execute(tx);
  return rows.map((row) => row.id);
}

/** A payload that nobody understood, as it is looked through. */
export interface RawPayload {
  id: string;
  source: string;
  person_id: string;
  payload_ct: Buffer;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  received_at: string;
}

/** Quarantined payloads of nobody known, the newest first, before a place in that order. */
export async function rawPayloads(
  db: Db,
  before: { received_at: string; id: string } | null,
  rowsMax: number,
): Promise<RawPayload[]> {
  const older = before ? sql`(e.received_at, e.id) < (${before.received_at}::timestamptz, ${before.id})` : sql`true`;
  const { rows } = await sql<RawPayload>`
    select e.id, e.source, e.person_id, e.payload_ct, p.data_key, p.commit_key, e.received_at::text as received_at
    from event e join person p on p.id = e.person_id
    where e.disposition = 'quarantined' and e.subject_id is null and e.payload_ct is not null and ${older}
    order by e.received_at desc, e.id desc limit ${rowsMax}`.execute(db);
  return rows;
}
