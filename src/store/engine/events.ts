// Events: what was said, by whom, and the one disposition it ended in.
import { sql } from 'kysely';
import type { CausedWriteback } from '../../core/deciding/intake.ts';
import { statementClock } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import { insertRows, recordset } from '../database/insert-rows.ts';

export interface EventRow {
  id: string;
  source: string;
  external_id: string;
  fingerprint: string;
  machine: string;
  claim_kind: 'event' | 'stage' | 'raw';
  claim: string | null;
  by_kind: string;
  ref_system: string | null;
  ref_id: string | null;
  subject_id: string | null;
  person_id: string;
  payload_ct: Buffer | null;
  occurred_at: string;
  received_at: string;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  transition_version: number | null;
  settled_at: string | null;
  parked_for: 'turn' | 'subject' | 'probe' | null;
  parked_until: string | null;
  probe_attempt: number;
  probe_sent_at: string | null;
  probe_due_at: string | null;
}

/** Stands where the fingerprint was; it was made of the payload. */
export const erasedFingerprint = 'erased';

export interface KnownEvent {
  id: string;
  source: string;
  external_id: string;
  fingerprint: string;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  subject_id: string | null;
  transition_version: number | null;
  writebacks: CausedWriteback[];
}

export interface ToldStage {
  subject_id: string;
  source: string;
  /** The newest moment at which it said that the subject came to a stage; null where it said other things only. */
  occurred_at: Date | null;
  /** When a stage last came from it that was refused. */
  refused_at: Date | null;
  /** When anything that it said was last settled. */
  settled_at: Date | null;
}

/** What each of these sources said about the stages of these subjects, where it said anything. Call it under the subjects' locks. */
export async function findToldStages(
  tx: Tx,
  subjects: readonly string[],
  sources: readonly string[],
): Promise<ToldStage[]> {
  if (subjects.length === 0 || sources.length === 0) return [];
  const { rows } = await sql<ToldStage>`
    select subject_id, source, max(occurred_at) filter (where claim_kind = 'stage') as occurred_at,
      max(received_at) filter (where claim_kind = 'stage' and disposition = 'refused') as refused_at, max(settled_at) as settled_at from event
    where subject_id = any(${[...subjects]}::text[]) and source = any(${[...sources]}::text[]) and claim_kind <> 'raw'
    group by subject_id, source order by subject_id, source`.execute(tx);
  return rows;
}

/** Events that came before under these keys, each with the writebacks it caused. */
export async function findEvents(
  db: Db,
  keys: readonly { source: string; external_id: string }[],
): Promise<KnownEvent[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<KnownEvent>`
    select e.id, e.source, e.external_id, e.fingerprint, e.disposition, e.code, e.detail, e.subject_id, e.transition_version,
      coalesce((select json_agg(json_build_object('id', w.id, 'connection', w.connection_id, 'status', w.status,
        'confirmedAt', case when w.status = 'confirmed' then w.settled_at end) order by w.connection_id)
        from writeback w where w.subject_id = e.subject_id and w.subject_version = e.transition_version and w.cause in ('transition', 'origin')), '[]') as writebacks
    from event e join ${recordset('event', keys as never)} want on want.source = e.source and want.external_id = e.external_id`.execute(
    db,
  );
  return rows;
}

/** A parked event as it is decided again. */
export interface ParkedEvent {
  id: string;
  source: string;
  external_id: string;
  fingerprint: string;
  machine: string;
  claim_kind: 'event' | 'stage' | 'raw';
  claim: string | null;
  by_kind: string;
  ref_system: string | null;
  ref_id: string | null;
  subject_id: string | null;
  person_id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  payload_ct: Buffer | null;
  occurred_at: Date;
  received_at: Date;
  parked_for: 'turn' | 'subject' | 'probe';
  parked_until: string;
  expired: boolean;
  probe_attempt: number;
  /** When the look of that attempt was asked for. */
  probe_sent_at: string | null;
}

/** Everything parked for these subjects, for these names, or with these ids; locked, oldest first. */
export async function lockParked(
  tx: Tx,
  subjects: readonly string[],
  refs: readonly { system: string; machine: string; external_id: string }[],
  ids: readonly string[],
): Promise<ParkedEvent[]> {
  if (subjects.length + refs.length + ids.length === 0) return [];
  const { rows } = await sql<ParkedEvent>`
    with want as (
      select id from event where disposition = 'parked' and subject_id = any(${[...subjects]}::text[])
      union select e.id from ${recordset('subject_ref', refs as never)} r cross join lateral (select id from event
        where disposition = 'parked' and subject_id is null and ref_system = r.system and machine = r.machine and ref_id = r.external_id offset 0) e
      union select id from event where disposition = 'parked' and id = any(${[...ids]}::text[]))
    select e.id, e.source, e.external_id, e.fingerprint, e.machine, e.claim_kind, e.claim, e.by_kind, e.ref_system, e.ref_id, e.subject_id, e.person_id, p.data_key, p.commit_key,
      e.payload_ct, e.occurred_at, e.received_at, e.parked_for, e.parked_until::text as parked_until, e.parked_until <= clock_timestamp() as expired, e.probe_attempt, e.probe_sent_at::text as probe_sent_at
    from event e join person p on p.id = e.person_id where e.id in (select id from want) and e.disposition = 'parked'
    order by e.received_at, e.id for no key update of e`.execute(tx);
  return rows;
}

/** Subjects and names that parked events belong to, so that their locks can be taken first. */
export async function findParkedPlaces(
  db: Db,
  ids: readonly string[],
): Promise<
  { id: string; subject_id: string | null; ref_system: string | null; machine: string; ref_id: string | null }[]
> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('event')
    .select(['id', 'subject_id', 'ref_system', 'machine', 'ref_id'])
    .where('id', 'in', [...ids])
    .execute();
}

export async function insertEvents(tx: Tx, events: readonly EventRow[]): Promise<void> {
  await insertRows(tx, 'event', events as never);
}

/** Gives parked events their disposition, or leaves them parked with what changed about the waiting. */
export async function updateEvents(tx: Tx, events: readonly Partial<EventRow>[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    update event e set disposition = n.disposition, code = n.code, detail = n.detail, subject_id = n.subject_id, transition_version = n.transition_version,
      settled_at = n.settled_at, parked_for = n.parked_for, parked_until = n.parked_until, probe_attempt = n.probe_attempt, probe_sent_at = n.probe_sent_at, probe_due_at = n.probe_due_at
    from ${recordset('event', events as never)} n where e.id = n.id`.execute(tx);
}

/** Parked events whose time is over, oldest first. */
export async function findExpiredParked(db: Db, rowsMax: number): Promise<string[]> {
  const rows = await db
    .selectFrom('event')
    .select('id')
    // Spelled out: as a parameter no index of what is parked would fit the plan that is kept.
    .where(sql<boolean>`disposition = 'parked'`)
    .where('parked_until', '<=', statementClock)
    .orderBy('parked_until')
    .limit(rowsMax)
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Events that wait for a subject which is known by now, as another process made it while they were being parked; and those that
 * wait for a requisition which has moved since.
 */
export async function findReleasable(db: Db, rowsMax: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    (select e.id from event e join subject_ref r on r.system = e.ref_system and r.machine = e.machine and r.external_id = e.ref_id
      where e.disposition = 'parked' and e.subject_id is null limit ${rowsMax})
    union all
    (select e.id from event e join subject s on s.id = e.subject_id join subject r on r.id = s.parent_id
      where e.disposition = 'parked' and e.code = 'requisition' and r.state is distinct from e.detail->>'requisition' limit ${rowsMax})`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

/** Claims the probes that are due: counts the attempt and moves the next one on, `retryMs` the first time, then further each time, to 60 times that. As a subquery the limit would hold for each row. */
export async function claimDueProbes(
  db: Db,
  retryMs: number,
  rowsMax: number,
): Promise<{ id: string; source: string; attempt: number }[]> {
  const { rows } = await sql<{ id: string; source: string; attempt: number }>`
    with due as materialized (
      select id from event where disposition = 'parked' and probe_due_at <= ${statementClock} order by probe_due_at limit ${rowsMax} for update skip locked)
    update event e set probe_attempt = e.probe_attempt + 1, probe_sent_at = clock_timestamp(), probe_due_at = clock_timestamp() + least(e.probe_attempt + 1, 60) * ${retryMs}::double precision * interval '1 ms'
    from due where e.id = due.id returning e.id, e.source, e.probe_attempt as attempt`.execute(db);
  return rows;
}
