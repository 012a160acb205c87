// All that happened to one subject, list by list: what was said, what moved, what was seen in which system, who stepped in.
import { type RawBuilder, sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

/**
 * A part of each list, the newest first: what lies before a moment (ISO 8601), or all. Rows of the moment at which `rowsMax`
 * is reached are all there, so that lists can be merged and cut at a moment without losing any.
 */
export interface Reach {
  before: string | null;
  rowsMax: number;
  /** Only what this system said, shows or is told. */
  connection: string | null;
}

/** The condition for what lies within reach; `at` is the list's moment, `said` the condition for one system. */
export const within = (at: string, said: RawBuilder<unknown>, { before, connection }: Reach): RawBuilder<boolean> =>
  sql<boolean>`${before === null ? sql`true` : sql`${sql.ref(at)} < ${before}::timestamptz`} and ${connection === null ? sql`true` : said}`;

/** Goes with `within`. */
export const newest = (at: string, { rowsMax }: Reach): RawBuilder<unknown> =>
  sql`order by ${sql.ref(at)} desc fetch first ${sql.lit(rowsMax)} rows with ties`;

const bySource = (reach: Reach): RawBuilder<unknown> => sql`source = ${`connection:${reach.connection ?? ''}`}`;
const byConnection = (column: string, reach: Reach): RawBuilder<unknown> =>
  sql`${sql.ref(column)} = ${reach.connection}`;

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

export async function eventsOf(db: Db, subject: string, reach: Reach): Promise<EventEntry[]> {
  const { rows } = await sql<EventEntry>`
    select id, ${isoMicros(sql`received_at`)} as at, source, by_kind, claim_kind, claim, disposition, code, detail, transition_version, ${isoMicros(sql`occurred_at`)} as occurred_at,
      ${isoMicros(sql`settled_at`)} as settled_at, parked_for, ${isoMicros(sql`parked_until`)} as parked_until
    from event where subject_id = ${subject} and ${within('received_at', bySource(reach), reach)} ${newest('received_at', reach)}`.execute(
    db,
  );
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

const transitionColumns = sql`version, ${isoMicros(sql`recorded_at`)} as at, event_id, type, from_state, to_state, machine_version, source, by_kind,
  ${isoMicros(sql`transition.occurred_at`)} as occurred_at, encode(hash, 'hex') as hash`;

export async function transitionsOf(db: Db, subject: string, reach: Reach): Promise<TransitionEntry[]> {
  const { rows } = await sql<TransitionEntry>`
    select ${transitionColumns} from transition where subject_id = ${subject} and ${within('recorded_at', bySource(reach), reach)} ${newest('recorded_at', reach)}`.execute(
    db,
  );
  return rows;
}

/** The one that led to this version. */
export async function transitionTo(db: Db, subject: string, version: number): Promise<TransitionEntry | undefined> {
  const { rows } = await sql<TransitionEntry>`
    select ${transitionColumns} from transition where subject_id = ${subject} and version = ${version}`.execute(db);
  return rows[0];
}

export interface EchoEntry {
  writeback_id: string;
  connection_id: string;
  event_id: string;
  value: string;
  at: string;
}

export async function echoesOf(db: Db, subject: string, reach: Reach): Promise<EchoEntry[]> {
  const { rows } = await sql<EchoEntry>`
    select e.writeback_id, w.connection_id, e.event_id, e.value, ${isoMicros(sql`e.used_at`)} as at
    from writeback w join echo e on e.writeback_id = w.id where w.subject_id = ${subject} and ${within('e.used_at', byConnection('w.connection_id', reach), reach)} ${newest('e.used_at', reach)}`.execute(
    db,
  );
  return rows;
}

/** What a system showed when it was read last; earlier readings leave their trace in attempts, events and incidents. */
export interface ReadingEntry {
  at: string;
  connection_id: string;
  stage: string | null;
  states: string[];
  missing: boolean;
  trouble: string | null;
  failure: string | null;
}

export async function readingsOf(db: Db, subject: string, reach: Reach): Promise<ReadingEntry[]> {
  const { rows } = await sql<ReadingEntry>`
    select ${isoMicros(sql`seen_at`)} as at, connection_id, stage, states, missing, trouble, failure
    from shown where subject_id = ${subject} and seen_at is not null and ${within('seen_at', byConnection('connection_id', reach), reach)} ${newest('seen_at', reach)}`.execute(
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
  assigned_to: string | null;
}

export async function incidentsOf(db: Db, subject: string, reach: Reach): Promise<IncidentEntry[]> {
  const { rows } = await sql<IncidentEntry>`
    select id, ${isoMicros(sql`opened_at`)} as at, kind, connection_id, writeback_id, event_id, owner, detail, ${isoMicros(sql`settled_at`)} as settled_at, settled_by, resolution, assigned_to
    from incident where subject_id = ${subject} and ${within('opened_at', byConnection('connection_id', reach), reach)} ${newest('opened_at', reach)}`.execute(
    db,
  );
  return rows;
}
