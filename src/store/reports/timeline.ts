// All that happened to one subject, list by list: what was said, what moved, what was seen in which system, who stepped in.
import { sql } from 'kysely';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';

export interface EventEntry {
  id: string;
  at: string;
  source: string;
  by_kind: string;
  claim_kind: string;
  claim: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  transition_version: number | null;
  occurred_at: string;
  settled_at: string | null;
  parked_for: string | null;
  parked_until: string | null;
}

export async function eventsOf(db: Db, subject: string, rowsMax: number): Promise<EventEntry[]> {
  const { rows } = await sql<EventEntry>`
    select id, ${isoMicros(sql`received_at`)} as at, source, by_kind, claim_kind, claim, disposition, code, detail, transition_version, ${isoMicros(sql`occurred_at`)} as occurred_at,
      ${isoMicros(sql`settled_at`)} as settled_at, parked_for, ${isoMicros(sql`parked_until`)} as parked_until
    from event where subject_id = ${subject} order by received_at desc, event.id desc limit ${rowsMax}`.execute(db);
  return rows;
}

export interface TransitionEntry {
  version: number;
  at: string;
  event_id: string;
  type: string;
  from_state: string;
  to_state: string;
  machine_version: number;
  source: string;
  by_kind: string;
  occurred_at: string;
  /** SHA-256, hex. */
  hash: string;
}

/** The newest transitions of a subject; with `version`, that one alone. */
export async function transitionsOf(
  db: Db,
  subject: string,
  rowsMax: number,
  version?: number,
): Promise<TransitionEntry[]> {
  const { rows } = await sql<TransitionEntry>`
    select version, ${isoMicros(sql`recorded_at`)} as at, event_id, type, from_state, to_state, machine_version, source, by_kind, ${isoMicros(sql`occurred_at`)} as occurred_at,
      encode(hash, 'hex') as hash
    from transition where subject_id = ${subject} and ${version === undefined ? sql`true` : sql`version = ${version}`} order by version desc limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

export interface EchoEntry {
  writeback_id: string;
  event_id: string;
  value: string;
  at: string;
}

export async function echoesOf(db: Db, writebacks: readonly string[]): Promise<EchoEntry[]> {
  if (writebacks.length === 0) return [];
  const { rows } = await sql<EchoEntry>`
    select writeback_id, event_id, value, ${isoMicros(sql`used_at`)} as at from echo where writeback_id = any(${[...writebacks]}::text[]) order by used_at`.execute(
    db,
  );
  return rows;
}

export interface IncidentEntry {
  id: string;
  at: string;
  kind: string;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  owner: string;
  detail: Record<string, unknown>;
  settled_at: string | null;
  settled_by: string | null;
  resolution: string | null;
}

export async function incidentsOf(db: Db, subject: string, rowsMax: number): Promise<IncidentEntry[]> {
  const { rows } = await sql<IncidentEntry>`
    select id, ${isoMicros(sql`opened_at`)} as at, kind, connection_id, writeback_id, event_id, owner, detail, ${isoMicros(sql`settled_at`)} as settled_at, settled_by, resolution
    from incident where subject_id = ${subject} order by opened_at desc, id desc limit ${rowsMax}`.execute(db);
  return rows;
}

/** What a person did about a writeback or a lane. */
export interface ActionEntry {
  at: string;
  actor_kind: string;
  actor_id: string;
  action: string;
  object_kind: string;
  object_id: string;
  detail: Record<string, unknown>;
}

export async function actionsOn(
  db: Db,
  writebacks: readonly string[],
  lanes: readonly string[],
  rowsMax: number,
): Promise<ActionEntry[]> {
  if (writebacks.length + lanes.length === 0) return [];
  const { rows } = await sql<ActionEntry>`
    select ${isoMicros(sql`audit.at`)} as at, actor_kind, actor_id, action, object_kind, object_id, detail from audit
    where (object_kind = 'writeback' and object_id = any(${[...writebacks]}::text[])) or (object_kind = 'lane' and object_id = any(${[...lanes]}::text[]))
    order by audit.id desc limit ${rowsMax}`.execute(db);
  return rows;
}
