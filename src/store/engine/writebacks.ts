// Writebacks: the outbox. Inserted with their transition, claimed by lane head, settled by results.
import { sql } from 'kysely';
import type { Command } from '../../core/delivery/message.ts';
import type { InFlight } from '../../core/delivery/window.ts';
import { statementClock } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import { recordset } from '../database/insert-rows.ts';

export interface NewWriteback {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  subject_version: number;
  machine: string;
  machine_version: number;
  event_type: string;
  from_state: string;
  target_state: string;
  cause: 'transition' | 'origin' | 'revert' | 'element';
  status: 'ready' | 'leased' | 'confirmed' | 'superseded';
  overwrites: readonly string[];
  occurred_at: string;
  /** 1 where the attempt that it is born with is taken already, by a worker of the process that bears it. */
  taken: 0 | 1;
}

/** Inserts; those `leased` are on their way already, `confirmed` ones were caused by the target, which made the `superseded` ones needless. */
export async function insertWritebacks(tx: Tx, rows: readonly NewWriteback[], leaseMs: number): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
      overwrites, occurred_at, taken, created_at, attempt, tries, due_at, leased_at, lease_until, settled_at, settled_by, reason)
    select id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
      overwrites, occurred_at, taken, clock_timestamp(), (status = 'leased')::int, (status = 'leased')::int,
      case when status = 'ready' then clock_timestamp() end, case when status = 'leased' then clock_timestamp() end,
      case when status = 'leased' then clock_timestamp() + ${leaseMs} * interval '1 ms' end,
      case when status in ('confirmed', 'superseded') then clock_timestamp() end,
      case status when 'confirmed' then 'origin' when 'superseded' then 'vendor' end, case when status = 'superseded' then 'vendor_moved_on' end
    from ${recordset('writeback', rows as never)}`.execute(tx);
}

/** An own write that a vendor's event may be the echo of. */
export interface RecentWrite {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  target_state: string;
  status: string;
  attempt: number;
  used: boolean;
  /** The target moved by itself after it was asked for: if it landed all the same, it pushed the target back. */
  overtaken: boolean;
  /** States that the target has shown since, as later writebacks of the lane found or were told. */
  shown_later: string[];
  /** It may have overwritten what somebody else put there. */
  overwrites: string[];
  /** Nothing of it can arrive at the target any more; null while it may. */
  settled_at: Date | null;
}

/**
 * Writes of ours in these lanes within the echo window that have left at least once, newest first; not those that found nothing to
 * write, and had not come as far as writing before: a person who moves the card there later would pass for their echo.
 */
export async function findRecentWrites(
  tx: Tx,
  subjects: readonly string[],
  connections: readonly string[],
  windowMs: number,
): Promise<RecentWrite[]> {
  if (subjects.length === 0 || connections.length === 0) return [];
  const { rows } = await sql<RecentWrite>`
    select w.id, w.subject_id, w.connection_id, w.lane_seq, w.target_state, w.status, w.attempt, w.overwrites, w.settled_at, exists (select from echo e where e.writeback_id = w.id) as used,
      exists (select from writeback o where o.subject_id = w.subject_id and o.connection_id = w.connection_id and o.lane_seq > w.lane_seq and o.cause = 'origin') as overtaken,
      array(select distinct o.target_state collate "C" from writeback o where o.subject_id = w.subject_id and o.connection_id = w.connection_id and o.lane_seq > w.lane_seq
        and o.status = 'confirmed' order by 1) as shown_later
    from writeback w where w.subject_id = any(${[...subjects]}::text[]) and w.connection_id = any(${[...connections]}::text[])
      and w.attempt >= 1 and not exists (select from attempt a where a.writeback_id = w.id and a.outcome = 'confirmed_already' and (
        select count(distinct b.attempt) = a.attempt - 1 and coalesce(bool_and(b.precondition is null and b.outcome in ('retryable', 'rate_limited', 'unauthorised', 'conflict')), true)
        from attempt b where b.writeback_id = w.id and b.attempt < a.attempt))
      and w.created_at > clock_timestamp() - ${windowMs} * interval '1 ms'
    order by w.subject_id, w.connection_id, w.lane_seq desc`.execute(tx);
  return rows;
}

/** What a lane still waits for: open, or dead and holding it. */
export interface OpenWriteback {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  status: string;
  machine: string;
  event_type: string;
}

/** Open and dead writebacks of these subjects, in lane order; call under the lanes' locks. */
export async function findOpenWritebacks(tx: Tx, subjects: readonly string[]): Promise<OpenWriteback[]> {
  if (subjects.length === 0) return [];
  const { rows } = await sql<OpenWriteback>`
    select id, subject_id, connection_id, lane_seq, status, machine, event_type from writeback
    where subject_id = any(${[...subjects]}::text[]) and status in ('ready', 'leased', 'dead') order by subject_id, connection_id, lane_seq`.execute(
    tx,
  );
  return rows;
}

/** The target itself moved on: what was waiting for it is needless. */
export async function supersedeWritebacks(tx: Tx, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return;
  await sql`update writeback set status = 'superseded', settled_at = clock_timestamp(), settled_by = 'vendor', reason = ${reason}, due_at = null
    where id = any(${[...ids]}::text[]) and status in ('ready', 'dead')`.execute(tx);
}

/** A connection was removed: nobody will ever see what still waits for it. Locks the lanes first. Returns counts per machine and event. */
export async function waiveAllOf(
  tx: Tx,
  connection: string,
): Promise<{ machine: string; event_type: string; was_dead: boolean; count: number }[]> {
  await sql`select from lane where connection_id = ${connection} and done_seq < next_seq order by subject_id for no key update`.execute(
    tx,
  );
  const { rows } = await sql<{ machine: string; event_type: string; was_dead: boolean; count: number }>`
    with before as (select id, status = 'dead' as was_dead from writeback where connection_id = ${connection} and status in ('ready', 'leased', 'dead') for no key update),
    waived as (
      update writeback w set status = 'waived', reason = 'connection_removed', settled_by = 'operator', settled_at = clock_timestamp(), lease_until = null, due_at = null
      from before b where w.id = b.id returning w.machine, w.event_type, b.was_dead)
    select machine, event_type, was_dead, count(*)::int as count from waived group by 1, 2, 3`.execute(tx);
  await sql`update lane set done_seq = next_seq, held_reason = null, held_at = null where connection_id = ${connection} and done_seq < next_seq`.execute(
    tx,
  );
  return rows;
}

export type Claimed = Pick<Command, 'id' | 'attempt' | 'connection'> & { mode: 'apply' | 'confirm' };

const claimedColumns = sql`id, attempt, connection_id as connection, mode`;

/**
 * Claims the heads of these lanes that are due, under the lanes' locks, for connections that take commands. Found by their lanes: by the
 * bare status, the planner may go through all that is ready for each of them.
 */
export async function claimHeads(
  tx: Tx,
  lanes: readonly { subject_id: string; connection_id: string; done_seq: number }[],
  leaseMs: number,
): Promise<Claimed[]> {
  if (lanes.length === 0) return [];
  const { rows } = await sql<Claimed>`
    update writeback w set status = 'leased', attempt = w.attempt + 1, tries = w.tries + (w.mode = 'apply')::int, checks = w.checks + (w.mode = 'confirm')::int,
      leased_at = clock_timestamp(), lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms', due_at = null
    where w.id = any(array(select head.id from ${recordset('lane', lanes as never)} l cross join lateral (
        select o.id from writeback o where o.subject_id = l.subject_id and o.connection_id = l.connection_id and o.lane_seq = l.done_seq + 1 offset 0) head))
      and w.status || '' = 'ready' and w.due_at <= clock_timestamp()
      and exists (select from connection c where c.id = w.connection_id and c.status = 'active' and c.circuit = 'closed' and coalesce(c.blocked_until <= clock_timestamp(), true)
        and not w.target_state = any(c.gone_states))
    returning w.id, w.attempt, w.connection_id as connection, w.mode`.execute(tx);
  return rows;
}

/** What the dispatcher has to do: the connections for which something is due, whether they take commands or not, and whether a probe is. */
export interface Due {
  connections: string[];
  probes: boolean;
}

/** One look for each connection, and one for the probes. */
export async function findDue(db: Db): Promise<Due> {
  const { rows } = await sql<Due>`
    select array(select c.id from connection c
        where (select min(w.due_at) from writeback w where w.connection_id = c.id and w.status = 'ready') <= ${statementClock} order by c.id) as connections,
      coalesce((select min(e.probe_due_at) from event e where e.disposition = 'parked') <= ${statementClock}, false) as probes`.execute(
    db,
  );
  return rows[0]!;
}

/** Claims up to `places` due lane heads of one connection, oldest first: the dispatcher's poll. Lanes that are being decided about are passed over. */
export async function claimDue(db: Db, connection: string, places: number, leaseMs: number): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with head as (
      select w.id from writeback w join lane l using (subject_id, connection_id)
      where w.connection_id = ${connection} and w.status = 'ready' and w.due_at <= ${statementClock} and w.lane_seq = l.done_seq + 1 and l.held_reason is null
        and not w.target_state = any((select c.gone_states from connection c where c.id = ${connection})::text[])
      order by w.due_at limit ${places} for no key update of l, w skip locked)
    update writeback w set status = 'leased', attempt = w.attempt + 1, tries = w.tries + (w.mode = 'apply')::int, checks = w.checks + (w.mode = 'confirm')::int,
      leased_at = clock_timestamp(), lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms', due_at = null
    from head where w.id = head.id returning w.id, w.attempt, w.connection_id as connection, w.mode`.execute(db);
  return rows;
}

/** Commands in flight, of each connection that has any. */
export async function countLeased(db: Db): Promise<Map<string, InFlight>> {
  const { rows } = await sql<InFlight & { connection_id: string }>`
    select connection_id, count(*)::int as count,
      greatest(0, extract(epoch from avg(clock_timestamp() - leased_at)) * 1000)::double precision as age_ms
    from writeback where status = 'leased' group by connection_id`.execute(db);
  return new Map(rows.map(({ connection_id, count, age_ms }) => [connection_id, { count, age_ms }]));
}

/** Everything leased right now, as commands to publish again: for a bus that lost its memory. */
export async function findLeased(db: Db, rowsMax: number): Promise<Claimed[]> {
  const { rows } =
    await sql<Claimed>`select ${claimedColumns} from writeback where status = 'leased' order by leased_at limit ${rowsMax}`.execute(
      db,
    );
  return rows;
}

/** Leases that ran out, oldest first. */
export async function findExpiredLeases(
  db: Db,
  rowsMax: number,
): Promise<{ id: string; attempt: number; connection: string; mode: 'apply' | 'confirm' }[]> {
  const { rows } = await sql<{ id: string; attempt: number; connection: string; mode: 'apply' | 'confirm' }>`
    select id, attempt, connection_id as connection, mode from writeback where status = 'leased' and lease_until < ${statementClock} order by lease_until limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
