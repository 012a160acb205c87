// What people decide about writebacks and lanes: once more, not at all, wait, go on.
import { sql } from 'kysely';
import { anything } from '../../core/deciding/overwrite.ts';
import type { Db, Tx } from '../database/database.ts';
import type { LaneRow } from '../engine/lanes.ts';

/**
 * Makes dead writebacks ready again, due now; attempt numbers go on. One try stays on the books, so that what needed a
 * person never counts as confirmed at the first try. `force`: overwrite whatever the target shows.
 */
export async function reopenWritebacks(tx: Tx, ids: readonly string[], force: boolean): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update writeback set status = 'ready', mode = 'apply', overwrites = case when ${force} then array[${anything}] else overwrites end, disputed = null, tries = 1, checks = 0, conflicts = 0, due_at = clock_timestamp(),
      leased_at = null, lease_until = null, settled_at = null, settled_by = null, reason = null
    where id = any(${[...ids]}::text[]) and status = 'dead'`.execute(tx);
}

/** A person says that these need not show in their target. */
export async function waiveWritebacks(tx: Tx, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update writeback set status = 'waived', settled_at = clock_timestamp(), settled_by = 'operator', reason = ${reason}, due_at = null, lease_until = null
    where id = any(${[...ids]}::text[]) and status in ('ready', 'dead')`.execute(tx);
}

/** Locks one lane; with the subject's lock first it is made when it is missing. Undefined when subject or connection do not exist. */
export async function lockOrMakeLane(tx: Tx, subject: string, connection: string): Promise<LaneRow | undefined> {
  const { rows: subjects } = await sql`select id from subject where id = ${subject} for no key update`.execute(tx);
  const { rows: connections } =
    await sql`select id from connection where id = ${connection} and status <> 'removed'`.execute(tx);
  if (subjects.length === 0 || connections.length === 0) return undefined;
  await sql`insert into lane (subject_id, connection_id) values (${subject}, ${connection}) on conflict do nothing`.execute(
    tx,
  );
  const { rows } = await sql<LaneRow>`
    select subject_id, connection_id, next_seq, done_seq, held_reason from lane where subject_id = ${subject} and connection_id = ${connection} for no key update`.execute(
    tx,
  );
  return rows[0];
}

export async function holdLane(tx: Tx, subject: string, connection: string, reason: string): Promise<void> {
  await sql`update lane set held_reason = ${reason}, held_at = clock_timestamp() where subject_id = ${subject} and connection_id = ${connection}`.execute(
    tx,
  );
}

/** Takes a person's hold away; a dead head still holds the lane. */
export async function releaseLane(tx: Tx, subject: string, connection: string): Promise<string | null> {
  const { rows } = await sql<{ held_reason: string | null }>`
    with head as (select status from writeback where subject_id = ${subject} and connection_id = ${connection} and status in ('ready', 'leased', 'dead') order by lane_seq limit 1)
    update lane set held_reason = case when (select status from head) = 'dead' then 'dead' end, held_at = case when (select status from head) = 'dead' then held_at end
    where subject_id = ${subject} and connection_id = ${connection} returning held_reason`.execute(tx);
  return rows[0]?.held_reason ?? null;
}

/** Whether something of this lane is in flight. */
export async function inFlight(db: Db, subject: string, connection: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from writeback where subject_id = ${subject} and connection_id = ${connection} and status = 'leased') as found`.execute(
    db,
  );
  return rows[0]?.found ?? false;
}

/** Connections that take commands no more. */
export async function removedConnections(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('connection')
    .select('id')
    .where('id', 'in', [...ids])
    .where('status', '=', 'removed')
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Locks an open or settled incident. */
export async function lockIncident(
  tx: Tx,
  id: string,
): Promise<
  | { id: string; kind: string; settled: boolean; writeback_status: string | null; writeback_id: string | null }
  | undefined
> {
  const { rows } = await sql<{
    id: string;
    kind: string;
    settled: boolean;
    writeback_status: string | null;
    writeback_id: string | null;
  }>`
    select i.id, i.kind, i.settled_at is not null as settled, i.writeback_id, (select status from writeback w where w.id = i.writeback_id) as writeback_status
    from incident i where i.id = ${id} for no key update of i`.execute(tx);
  return rows[0];
}

export async function settleIncident(tx: Tx, id: string, by: string, resolution: string): Promise<void> {
  await sql`update incident set settled_at = clock_timestamp(), settled_by = ${by}, resolution = ${resolution} where id = ${id} and settled_at is null`.execute(
    tx,
  );
}

/** Settles the divergences that these writebacks were the sign of. */
export async function settleDivergencesOf(
  tx: Tx,
  writebacks: readonly string[],
  by: string,
  resolution: string,
): Promise<void> {
  if (writebacks.length === 0) return;
  await sql`
    update incident set settled_at = clock_timestamp(), settled_by = ${by}, resolution = ${resolution}
    where kind = 'divergence' and writeback_id = any(${[...writebacks]}::text[]) and settled_at is null`.execute(tx);
}

export interface ConflictRow {
  id: string;
  kind: string;
  subject_id: string | null;
  element: string | null;
  settled: boolean;
}

/** An incident as far as a conflict is concerned; locked once its subject is. */
export async function lockConflict(tx: Tx, id: string, lock: boolean): Promise<ConflictRow | undefined> {
  const { rows } = await sql<ConflictRow>`
    select id, kind, subject_id, element, settled_at is not null as settled from incident where id = ${id} ${lock ? sql`for no key update` : sql``}`.execute(
    tx,
  );
  return rows[0];
}

/** What a person chose; the value itself is not told. */
export async function noteChoice(tx: Tx, id: string, choice: string): Promise<void> {
  await sql`update incident set detail = detail || jsonb_build_object('choice', ${choice}::text) where id = ${id} and settled_at is null`.execute(
    tx,
  );
}
