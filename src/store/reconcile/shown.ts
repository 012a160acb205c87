// What each system showed when it was last read: whose turn it is to be read, and what came of it.
import { sql } from 'kysely';
import { statementClock } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import type { Trouble } from '../schema/reconcile.ts';

/** A pair whose turn it may be, locked. */
export interface DueReading {
  id: string;
  subject_id: string;
  asked: number;
  answered: number;
  failures: number;
  machine: string;
  state: string;
  version: number;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
  over: boolean;
  /** The system's own name of the subject; null while it has none. */
  ref: string | null;
  /** The head of its lane, where something is open: what is on its way reads by itself. */
  head: 'ready' | 'leased' | 'dead' | null;
}

/** Locks those that are to be looked at again, then those that were not read for longest, but not within `ageMinMs`. */
export async function lockDueReadings(
  tx: Tx,
  connection: string,
  system: string,
  rowsMax: number,
  ageMinMs: number,
): Promise<DueReading[]> {
  const { rows } = await sql<DueReading>`
    with look as materialized (
      select id from shown where connection_id = ${connection} and not closed and look_at <= ${statementClock} order by look_at limit ${rowsMax}
      for no key update skip locked),
    turn as materialized (
      select id from shown where connection_id = ${connection} and not closed and asked_at <= ${statementClock} - ${ageMinMs} * interval '1 ms'
      order by asked_at limit ${rowsMax} for no key update skip locked),
    due as (select id, min(rank) as rank from (select id, 1 as rank from look union all select id, 2 from turn) q group by id)
    select r.id, r.subject_id, r.asked, r.answered, r.failures, s.machine, s.state, s.version, s.region, s.business_unit, s.requisition_type,
      s.ended or s.erased_at is not null as over,
      (select f.external_id from subject_ref f where f.subject_id = s.id and f.system = ${system} and f.machine = s.machine order by f.linked_at desc limit 1) as ref,
      (select w.status from writeback w where w.subject_id = s.id and w.connection_id = ${connection} and w.status in ('ready', 'leased', 'dead') order by w.lane_seq limit 1) as head
    from due cross join lateral (select * from shown where id = due.id limit 1) r cross join lateral (select * from subject where id = r.subject_id limit 1) s
    order by due.rank, r.asked_at, r.id limit ${rowsMax}`.execute(tx);
  return rows;
}

/** Readings that were asked for within `withinMs` and not answered. */
export async function countUnanswered(db: Db, connection: string, withinMs: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from shown where connection_id = ${connection} and not closed and asked > answered
      and asked_at > ${statementClock} - ${withinMs} * interval '1 ms'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** They are asked now. What was asked before and never answered is a failure of that reading. `againMs`: when a second look that is lost is repeated. */
export async function markAsked(
  tx: Tx,
  rows: readonly { id: string; version: number }[],
  failuresMin: number,
  againMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    update shown r set asked = r.asked + 1, asked_at = clock_timestamp(), asked_version = n.version,
      look_at = case when r.look_at is not null then clock_timestamp() + ${againMs} * interval '1 ms' end,
      failures = r.failures + (r.asked > r.answered)::int, failure = case when r.asked > r.answered then 'no_answer' else r.failure end,
      trouble = case when r.asked > r.answered and r.failures + 1 >= ${failuresMin} then coalesce(nullif(r.trouble, 'never_shown'), 'failed') else r.trouble end,
      trouble_since = case when r.asked > r.answered and r.failures + 1 >= ${failuresMin} then coalesce(r.trouble_since, clock_timestamp()) else r.trouble_since end
    from json_to_recordset(${JSON.stringify(rows)}::json) as n(id text, version int) where r.id = n.id`.execute(tx);
}

/** It was their turn, and there was nothing to ask; `closed` ones are asked no more. */
export async function passOver(tx: Tx, ids: readonly string[], closed: readonly string[]): Promise<void> {
  if (ids.length + closed.length === 0) return;
  await sql`
    update shown set asked_at = clock_timestamp(), look_at = null, closed = closed or id = any(${[...closed]}::text[])
    where id = any(${[...ids, ...closed]}::text[])`.execute(tx);
}

/** The system's name of the subject of a reading that waits for its answer. */
export async function findReading(
  db: Db,
  connection: string,
  id: string,
  attempt: number,
  system: string,
): Promise<{ ref_id: string } | undefined> {
  const { rows } = await sql<{ ref_id: string }>`
    select f.external_id as ref_id from shown r join subject s on s.id = r.subject_id
    join subject_ref f on f.subject_id = s.id and f.system = ${system} and f.machine = s.machine
    where r.id = ${id} and r.connection_id = ${connection} and r.asked = ${attempt} and r.answered < ${attempt} and not r.closed and s.erased_at is null
    order by f.linked_at desc limit 1`.execute(db);
  return rows[0];
}

/** An answer that came. `system`: the namespace of the connection's ids. */
export interface WantedAnswer {
  id: string;
  attempt: number;
  connection: string;
  system: string;
}

/** A reading whose answer is here, locked, beside where its subject and its lane stand. */
export interface AnsweredReading {
  id: string;
  attempt: number;
  subject_id: string;
  connection_id: string;
  asked_at: Date;
  asked_version: number | null;
  failures: number;
  seen_at: Date | null;
  states: string[];
  missing: boolean;
  trouble: Trouble | null;
  judged_at: Date | null;
  judged_version: number | null;
  machine: string;
  machine_version: number;
  state: string;
  version: number;
  over: boolean;
  ref: string | null;
  /** The newest writeback of the lane; null where there never was one. */
  last_status: string | null;
  last_settled_at: Date | null;
  /** Something of the lane is not settled. */
  open: boolean;
  clock: Date;
}

/** Locks them, in the order of their ids; not those whose attempt was answered already, or was never made. */
export async function lockAnswered(tx: Tx, wanted: readonly WantedAnswer[]): Promise<AnsweredReading[]> {
  if (wanted.length === 0) return [];
  const { rows } = await sql<AnsweredReading>`
    with held as materialized (
      select r.*, want.attempt, want.system from (
        select distinct * from json_to_recordset(${JSON.stringify(wanted)}::json) as want(id text, attempt int, connection text, system text) order by id) want
      cross join lateral (select * from shown r where r.id = want.id and r.connection_id = want.connection and r.asked = want.attempt
        and r.answered < want.attempt for no key update) r)
    select r.id, r.attempt, r.subject_id, r.connection_id, r.asked_at, r.asked_version, r.failures, r.seen_at, r.states, r.missing, r.trouble,
      r.judged_at, r.judged_version, s.machine, s.machine_version, s.state, s.version, s.ended or s.erased_at is not null or r.closed as over,
      (select f.external_id from subject_ref f where f.subject_id = s.id and f.system = r.system and f.machine = s.machine order by f.linked_at desc limit 1) as ref,
      w.status as last_status, w.settled_at as last_settled_at,
      exists (select from writeback o where o.subject_id = r.subject_id and o.connection_id = r.connection_id and o.status in ('ready', 'leased', 'dead')) as open,
      clock_timestamp() as clock
    from held r cross join lateral (select * from subject where id = r.subject_id limit 1) s
    left join lateral (select status, settled_at from writeback w where w.subject_id = r.subject_id and w.connection_id = r.connection_id order by lane_seq desc limit 1) w on true
    order by r.id`.execute(tx);
  return rows;
}

/** What became of a reading. Null `trouble` ends what there was; `since` begins anew unless the trouble is the same. */
export interface Answer {
  id: string;
  /** Null: it could not be read, and what was shown before stays. */
  seen: { stage: string | null; states: readonly string[]; missing: boolean } | null;
  failure: string | null;
  trouble: Trouble | null;
  /** To be looked at again after so long, ms; null: when its turn comes. */
  lookInMs: number | null;
  /** What the machine decided about it last still stands. */
  keepJudged: boolean;
}

export async function saveAnswers(tx: Tx, answers: readonly Answer[]): Promise<void> {
  if (answers.length === 0) return;
  const rows = answers.map(({ id, seen, failure, trouble, lookInMs, keepJudged }) => ({
    id,
    read: seen !== null,
    stage: seen?.stage ?? null,
    states: seen?.states ?? [],
    missing: seen?.missing ?? false,
    failure,
    trouble,
    look_in_ms: lookInMs,
    keep_judged: keepJudged,
  }));
  await sql`
    update shown r set answered = r.asked, failures = case when n.failure is null then 0 else r.failures + 1 end, failure = n.failure,
      seen_at = case when n.read then r.asked_at else r.seen_at end, stage = case when n.read then n.stage else r.stage end,
      states = case when n.read then n.states else r.states end, missing = case when n.read then n.missing else r.missing end,
      trouble_since = case when n.trouble is null then null when r.trouble = n.trouble then r.trouble_since else clock_timestamp() end, trouble = n.trouble,
      look_at = clock_timestamp() + n.look_in_ms * interval '1 ms', judged_at = case when n.keep_judged then r.judged_at end
    from json_to_recordset(${JSON.stringify(rows)}::json) as n(id text, read boolean, stage text, states text[], missing boolean, failure text, trouble text,
      look_in_ms double precision, keep_judged boolean)
    where r.id = n.id`.execute(tx);
}

/** The machine's rule was asked about it. */
export async function markJudged(db: Db, id: string, version: number): Promise<void> {
  await sql`update shown set judged_at = clock_timestamp(), judged_version = ${version}, look_at = null where id = ${id}`.execute(
    db,
  );
}
