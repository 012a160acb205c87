// The lanes of one subject as they are now: the system behind each, and the write that is next in it.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface LaneHead {
  connection_id: string;
  connection_status: 'active' | 'paused' | 'removed';
  circuit: 'closed' | 'open' | 'half_open';
  circuit_reason: string | null;
  circuit_until: string | null;
  blocked_until: string | null;
  /** Writebacks that are not passed yet, the head included. */
  waiting: number;
  held_reason: string | null;
  held_at: string | null;
  /** The head; all null where nothing waits. */
  writeback_id: string | null;
  status: 'ready' | 'leased' | 'dead' | null;
  mode: 'apply' | 'confirm' | null;
  event_type: string | null;
  target_state: string | null;
  tries: number | null;
  reason: string | null;
  due_at: string | null;
  lease_until: string | null;
  created_at: string | null;
}

export async function laneHeads(db: Db, subject: string): Promise<LaneHead[]> {
  const { rows } = await sql<LaneHead>`
    select l.connection_id, c.status as connection_status, c.circuit, c.circuit_reason, ${isoMicros(sql`c.circuit_until`)} as circuit_until,
      case when c.blocked_until > statement_timestamp() then ${isoMicros(sql`c.blocked_until`)} end as blocked_until,
      l.next_seq - l.done_seq as waiting, l.held_reason, ${isoMicros(sql`l.held_at`)} as held_at, w.id as writeback_id, w.status, w.mode, w.event_type, w.target_state,
      w.tries, w.reason, ${isoMicros(sql`w.due_at`)} as due_at, ${isoMicros(sql`w.lease_until`)} as lease_until, ${isoMicros(sql`w.created_at`)} as created_at
    from lane l join connection c on c.id = l.connection_id
    left join writeback w on w.subject_id = l.subject_id and w.connection_id = l.connection_id and w.lane_seq = l.done_seq + 1
    where l.subject_id = ${subject} order by l.connection_id`.execute(db);
  return rows;
}

/** An event that waits. */
export interface Waiting {
  id: string;
  claim: string | null;
  parked_for: string;
  parked_until: string;
  probe_due_at: string | null;
}

export async function waitingEvents(db: Db, subject: string): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select id, claim, parked_for, ${isoMicros(sql`parked_until`)} as parked_until, ${isoMicros(sql`probe_due_at`)} as probe_due_at
    from event where subject_id = ${subject} and disposition = 'parked' order by received_at limit 100`.execute(db);
  return rows;
}
