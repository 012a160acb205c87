// Writebacks as people look at them: lists by status, and one with every attempt.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import type { WritebackStatus } from '../../core/settle.ts';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';
import { after, allOf, ordered } from './paging.ts';

export interface WritebackReport {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  is_head: boolean;
  held_reason: string | null;
  subject_version: number;
  machine: string;
  machine_version: number;
  event_type: string;
  from_state: string;
  target_state: string;
  cause: 'transition' | 'origin' | 'revert' | 'element';
  status: WritebackStatus;
  mode: 'apply' | 'confirm';
  overwrites: string[];
  attempt: number;
  tries: number;
  contradictions: number;
  due_at: string | null;
  lease_until: string | null;
  occurred_at: string;
  created_at: string;
  settled_at: string | null;
  settled_by: string | null;
  reason: string | null;
}

export interface AttemptReport {
  writeback_id: string;
  attempt: number;
  outcome: string;
  mode: string;
  reason: string | null;
  contradicted: boolean;
  http_status: number | null;
  precondition: string | null;
  dispatched_at: string;
  settled_at: string;
  reported_ms: number | null;
}

export interface WritebackQuery {
  status?: WritebackStatus;
  connection?: string;
  after: Position | null;
  rowsMax: number;
}

const moment = (column: string): RawBuilder<string> =>
  sql<string>`${isoMicros(sql`${sql.ref(column)}`)} as ${sql.ref(column.split('.').at(-1) ?? column)}`;

/** For the alias `w` of writeback joined with its lane `l`. */
const columns = sql`w.id, w.subject_id, w.connection_id, w.lane_seq, w.lane_seq = l.done_seq + 1 as is_head, l.held_reason, w.subject_version, w.machine, w.machine_version,
  w.event_type, w.from_state, w.target_state, w.cause, w.status, w.mode, w.overwrites, w.attempt, w.tries, w.contradictions, ${moment('w.due_at')}, ${moment('w.lease_until')},
  ${moment('w.occurred_at')}, ${moment('w.created_at')}, ${moment('w.settled_at')}, w.settled_by, w.reason`;
const tables = sql`writeback w join lane l on l.subject_id = w.subject_id and l.connection_id = w.connection_id`;

/** Newest first. */
export async function listWritebacks(db: Db, query: WritebackQuery): Promise<WritebackReport[]> {
  // The status is written into the statement, so that the partial indexes of open and dead writebacks can serve it.
  const status = query.status === undefined ? null : sql`w.status = ${sql.lit(query.status)}`;
  const connection = query.connection === undefined ? null : sql`w.connection_id = ${query.connection}`;
  const { rows } = await sql<WritebackReport>`
    select ${columns} from ${tables} where ${allOf([status, connection, after('w.created_at', 'w.id', query.after, 'desc')])}
    order by ${ordered('w.created_at', 'w.id', 'desc')} limit ${query.rowsMax}`.execute(db);
  return rows;
}

export async function findWriteback(db: Db, id: string): Promise<WritebackReport | undefined> {
  const { rows } = await sql<WritebackReport>`select ${columns} from ${tables} where w.id = ${id}`.execute(db);
  return rows[0];
}

/** All writebacks of a subject, or only those of one of its versions; by lane, then number. */
export async function writebacksOf(
  db: Db,
  subject: string,
  rowsMax: number,
  version?: number,
): Promise<WritebackReport[]> {
  const { rows } = await sql<WritebackReport>`
    select ${columns} from ${tables} where w.subject_id = ${subject} and ${version === undefined ? sql`true` : sql`w.subject_version = ${version}`}
    order by w.created_at desc, w.connection_id, w.lane_seq desc limit ${rowsMax}`.execute(db);
  return rows;
}

/** Every attempt at these writebacks, in the order in which they ended. */
export async function attemptsAt(db: Db, writebacks: readonly string[]): Promise<AttemptReport[]> {
  if (writebacks.length === 0) return [];
  const { rows } = await sql<AttemptReport>`
    select writeback_id, attempt, outcome, mode, reason, contradicted, http_status, precondition, ${moment('dispatched_at')}, ${moment('settled_at')}, reported_ms
    from attempt where writeback_id = any(${[...writebacks]}::text[]) order by writeback_id, attempt.settled_at, attempt.attempt`.execute(
    db,
  );
  return rows;
}

/** Which dead writebacks a bulk redrive is about. */
export interface DeadFilter {
  connection?: string | undefined;
  machine?: string | undefined;
  eventType?: string | undefined;
  reason?: string | undefined;
}

/** Ids of dead writebacks, those given up first leading. */
export async function findDead(db: Db, filter: DeadFilter, rowsMax: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from writeback where status = 'dead' and ${allOf([
      filter.connection === undefined ? null : sql`connection_id = ${filter.connection}`,
      filter.machine === undefined ? null : sql`machine = ${filter.machine}`,
      filter.eventType === undefined ? null : sql`event_type = ${filter.eventType}`,
      filter.reason === undefined ? null : sql`reason = ${filter.reason}`,
    ])} order by settled_at, id limit ${rowsMax}`.execute(db);
  return rows.map((row) => row.id);
}
