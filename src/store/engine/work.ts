// What a worker needs to carry out one command: the writeback, its subject and the system's name for it.
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';

/** `system`: the namespace of the system's ids. */
export interface WantedWork {
  id: string;
  attempt: number;
  system: string;
  /** Whoever asks has taken it already, and wants it anew: its lease is made longer. */
  mine?: boolean;
}

export interface WorkRow extends Omit<WantedWork, 'mine'> {
  /** To be written, or only looked at. */
  mode: 'apply' | 'confirm';
  subject_id: string;
  connection_id: string;
  machine: string;
  event_type: string;
  target_state: string;
  /** The state that this system last confirmed. */
  previous_state: string | null;
  /** The last write of ours that left in this lane before this one, and ms since it was settled. */
  last_written: string | null;
  last_written_ms: number | null;
  /** States that a write loses nobody's change by overwriting. */
  expected_states: string[];
  subject_version: number;
  occurred_at: Date;
  /** What of somebody else's is to be overwritten; nothing once the target's own later change became a transition. */
  overwrites: string[];
  /** The subject's, as far as it is known. */
  region: string | null;
  person_id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  ref: string | null;
}

/**
 * Takes attempts to write for one worker each, and gives the work of those that are hers: whoever else is told of one must not write, for
 * she would do it on the same condition, and a stage may be the old one again by then. The lease lasts `leaseMs` from now at least. What
 * somebody has locked at the moment is passed over (`findUntaken`).
 */
export async function takeWorks(db: Db, wanted: readonly WantedWork[], leaseMs: number): Promise<WorkRow[]> {
  if (wanted.length === 0) return [];
  const systems = JSON.stringify(Object.fromEntries(wanted.map(({ id, system }) => [id, system])));
  return works(
    db,
    sql`update writeback w set taken = w.attempt, lease_until = greatest(w.lease_until, clock_timestamp() + ${leaseMs} * interval '1 ms')
      where w.id = any(array(
        select free.id from ${attempts(wanted)} cross join lateral (
          select w.id from writeback w where ${current} and w.mode = 'apply' and (w.taken < w.attempt or want.mine) for no key update skip locked) free))
      returning ${columns}, ${systems}::jsonb ->> w.id as system`,
  );
}

/** The work of attempts that were taken by the transaction that asks. */
export async function findTaken(tx: Tx, wanted: readonly WantedWork[]): Promise<WorkRow[]> {
  if (wanted.length === 0) return [];
  return works(
    tx,
    sql`select w.*, want.system from ${attempts(wanted)} cross join lateral (
      select ${columns} from writeback w where ${current} and w.taken = w.attempt limit 1) w`,
  );
}

/** The work of commands that only look, as far as they are still current. */
export async function findChecks(db: Db, wanted: readonly WantedWork[]): Promise<WorkRow[]> {
  if (wanted.length === 0) return [];
  return works(
    db,
    sql`select w.*, want.system from ${attempts(wanted)} cross join lateral (
      select ${columns} from writeback w where ${current} and w.mode = 'confirm' limit 1) w`,
  );
}

/** Attempts to write that nobody else has taken yet: right after `takeWorks` passed over them, somebody is deciding about them, or answers for an attempt before. */
export async function findUntaken(db: Db, wanted: readonly WantedWork[]): Promise<WantedWork[]> {
  if (wanted.length === 0) return [];
  const { rows } = await sql<WantedWork>`
    select w.id, w.attempt, want.system from ${attempts(wanted)} cross join lateral (
      select w.id, w.attempt from writeback w where ${current} and w.mode = 'apply' and (w.taken < w.attempt or want.mine) limit 1) w`.execute(
    db,
  );
  return rows;
}

// Every look of these statements is one from a key to its row, and a subquery that cannot be turned round. Left to itself, the planner
// goes through all rows of a table, or all that are on their way, where it believes that there are few: once for each that is wanted.

const attempts = (wanted: readonly WantedWork[]): RawBuilder<unknown> =>
  sql`json_to_recordset(${JSON.stringify(wanted)}::json) as want(id text, attempt int, system text, mine boolean)`;

/** Only what is on its way has a lease. */
const current = sql.raw('w.id = want.id and w.attempt = want.attempt and w.lease_until is not null');

const columns = sql.raw(
  'w.id, w.attempt, w.mode, w.subject_id, w.connection_id, w.lane_seq, w.machine, w.event_type, w.from_state, w.target_state, w.subject_version, w.occurred_at, w.overwrites',
);

/**
 * `found`: a statement that gives `columns`, and the system that asks. Mostly the writeback before was written and confirmed, or there is
 * none: then one look into the lane tells all, and `last` and `wrote` look no further.
 */
async function works(db: Db, found: RawBuilder<unknown>): Promise<WorkRow[]> {
  const { rows } = await sql<WorkRow>`
    with w as (${found})
    select w.id, w.attempt, w.mode, w.system, w.subject_id, w.connection_id, w.machine, w.event_type, w.target_state, w.subject_version, w.occurred_at,
      case when w.overwrites <> '{}' and exists (select from writeback o where o.subject_id = w.subject_id and o.connection_id = w.connection_id
        and o.lane_seq > w.lane_seq and o.cause = 'origin') then '{}' else w.overwrites end as overwrites,
      coalesce(before.target_state, last.target_state) as previous_state,
      case when before.id is not null then array[w.from_state, before.target_state] when w.lane_seq = 1 then array[w.from_state]
        else array[w.from_state] || array(
          select p.target_state from writeback p where p.subject_id = w.subject_id and p.connection_id = w.connection_id
            and p.lane_seq >= coalesce(last.lane_seq, 1) and p.lane_seq < w.lane_seq
            and (p.status = 'confirmed' or p.attempt >= 1 or p.cause = 'origin'))
          || case when last.lane_seq is null then array(
            select p.from_state from writeback p where p.subject_id = w.subject_id and p.connection_id = w.connection_id and p.lane_seq = 1
              and p.lane_seq < w.lane_seq) else '{}' end
      end as expected_states,
      coalesce(before.target_state, wrote.target_state) as last_written,
      case when before.id is not null then ${msSince('before')} else wrote.ms end as last_written_ms,
      s.person_id, s.region, k.data_key, k.commit_key,
      (select r.external_id from subject_ref r where r.subject_id = w.subject_id and r.system = w.system and r.machine = w.machine order by r.linked_at desc limit 1) as ref
    from w
    cross join lateral (select s.person_id, s.region from subject s where s.id = w.subject_id limit 1) s
    cross join lateral (select k.data_key, k.commit_key from person k where k.id = s.person_id limit 1) k
    left join lateral (select p.id, p.target_state, p.settled_at from writeback p where p.subject_id = w.subject_id and p.connection_id = w.connection_id
      and p.lane_seq = w.lane_seq - 1 and p.status = 'confirmed' and p.attempt >= 1 limit 1) before on true
    left join lateral (select p.target_state, p.lane_seq from writeback p where before.id is null and w.lane_seq > 1
      and p.subject_id = w.subject_id and p.connection_id = w.connection_id
      and p.lane_seq < w.lane_seq and p.status = 'confirmed' order by p.lane_seq desc limit 1) last on true
    left join lateral (select p.target_state, ${msSince('p')} as ms from writeback p where before.id is null and w.lane_seq > 1
      and p.subject_id = w.subject_id and p.connection_id = w.connection_id
      and p.lane_seq < w.lane_seq and p.attempt >= 1 order by p.lane_seq desc limit 1) wrote on true`.execute(db);
  // Here and not there: for each row a sort of its own costs the server more than finding them.
  for (const row of rows) row.expected_states = [...new Set(row.expected_states)].sort();
  return rows;
}

/** Since this writeback was settled; 0 while it is not. */
const msSince = (of: string): RawBuilder<unknown> =>
  sql.raw(
    `(extract(epoch from clock_timestamp() - coalesce(${of}.settled_at, clock_timestamp())) * 1000)::double precision`,
  );

/** The system's name for the subject of a parked event of this connection: what a probe reads. A `raw` one only names it. */
export async function findProbe(
  db: Db,
  connection: string,
  event: string,
): Promise<{ ref_id: string; raw: boolean } | undefined> {
  const row = await db
    .selectFrom('event')
    .select(['ref_id', 'claim_kind'])
    .where('id', '=', event)
    .where('source', '=', `connection:${connection}`)
    .where('disposition', '=', 'parked')
    .executeTakeFirst();
  return row?.ref_id ? { ref_id: row.ref_id, raw: row.claim_kind === 'raw' } : undefined;
}
