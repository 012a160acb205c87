// Writebacks as people look at them: lists by status, and one with every attempt.
import { type RawBuilder, sql } from 'kysely';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { newest, type Reach, within } from './timeline.ts';

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

const moment = (column: string): RawBuilder<string> =>
  sql<string>`${isoMicros(sql`${sql.ref(column)}`)} as ${sql.ref(column.split('.').at(-1) ?? column)}`;

/** For the alias `w` of writeback joined with its lane `l`, as `writebackTables` has them. */
export const writebackColumns = sql`w.id, w.subject_id, w.connection_id, w.lane_seq, w.lane_seq = l.done_seq + 1 as is_head, l.held_reason, w.subject_version, w.machine, w.machine_version,
  w.event_type, w.from_state, w.target_state, w.cause, w.status, w.mode, w.overwrites, w.attempt, w.tries, w.contradictions, ${moment('w.due_at')}, ${moment('w.lease_until')},
  ${moment('w.occurred_at')}, ${moment('w.created_at')}, ${moment('w.settled_at')}, w.settled_by, w.reason`;
export const writebackTables = sql`writeback w join lane l on l.subject_id = w.subject_id and l.connection_id = w.connection_id`;

export async function findWriteback(db: Db, id: string): Promise<WritebackReport | undefined> {
  const { rows } =
    await sql<WritebackReport>`select ${writebackColumns} from ${writebackTables} where w.id = ${id}`.execute(db);
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
    select ${writebackColumns} from ${writebackTables} where w.subject_id = ${subject} and ${version === undefined ? sql`true` : sql`w.subject_version = ${version}`}
    order by w.created_at desc, w.connection_id, w.lane_seq desc limit ${rowsMax}`.execute(db);
  return rows;
}

/** Those of a subject within reach of a timeline, the newest first. */
export async function writebacksWithin(db: Db, subject: string, reach: Reach): Promise<WritebackReport[]> {
  const { rows } = await sql<WritebackReport>`
    select ${writebackColumns} from ${writebackTables} where w.subject_id = ${subject} and ${within('w.created_at', sql`w.connection_id = ${reach.connection}`, reach)}
    ${newest('w.created_at', reach)}`.execute(db);
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
