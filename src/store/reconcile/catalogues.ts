// The stages and fields that each vendor offered when it was last asked, what of our mapping is missing there, and the lanes that wait for it.
import { sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import type { MissingMapping } from '../schema/reconcile.ts';

export interface CatalogueRow {
  connection_id: string;
  fingerprint: string | null;
  /** Null before it was read for the first time; a list that the vendor does not give is never missed. */
  read_at: Date | null;
  stages: string[];
  fields: string[];
  missing: MissingMapping[];
  failures: number;
}

/** Writes that were refused because a stage or a field was not there: reason enough to ask early. */
const refusedFor = ['stage_not_found', 'custom_field_refused'];

/** Takes the turn to ask, for so long; false while it is not due or another process has it. */
export async function claimCatalogue(db: Db, connection: string, leaseMs: number, againMs: number): Promise<boolean> {
  await sql`insert into catalogue (connection_id) select ${connection} where not exists (select from catalogue where connection_id = ${connection}) on conflict do nothing`.execute(
    db,
  );
  const { rows } = await sql`
    update catalogue c set due_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where c.connection_id = ${connection} and (c.due_at <= clock_timestamp() or (c.read_at < clock_timestamp() - ${againMs} * interval '1 ms' and c.failures = 0
      and exists (select from writeback w where w.connection_id = c.connection_id and w.status = 'dead' and w.settled_at > c.read_at and w.reason = any(${refusedFor}::text[]))))
    returning c.connection_id`.execute(db);
  return rows.length > 0;
}

export async function saveCatalogue(
  db: Db,
  connection: string,
  read: { fingerprint: string; stages: readonly string[]; fields: readonly string[] },
  againMs: number,
): Promise<void> {
  await sql`
    update catalogue set changed_at = case when fingerprint is distinct from ${read.fingerprint} then clock_timestamp() else changed_at end, fingerprint = ${read.fingerprint},
      stages = ${[...read.stages]}::text[], fields = ${[...read.fields]}::text[], read_at = clock_timestamp(), failures = 0, due_at = clock_timestamp() + ${againMs} * interval '1 ms'
    where connection_id = ${connection}`.execute(db);
}

/** Asked again after a minute, then later and later. */
export async function failCatalogue(db: Db, connection: string, firstMs: number, mostMs: number): Promise<void> {
  await sql`
    update catalogue set failures = failures + 1, due_at = clock_timestamp() + least(${firstMs} * power(2, least(failures, 10)), ${mostMs}) * interval '1 ms'
    where connection_id = ${connection}`.execute(db);
}

export async function findCatalogue(db: Db, connection: string): Promise<CatalogueRow | undefined> {
  return db
    .selectFrom('catalogue')
    .select(['connection_id', 'fingerprint', 'read_at', 'stages', 'fields', 'missing', 'failures'])
    .where('connection_id', '=', connection)
    .where('read_at', 'is not', null)
    .executeTakeFirst();
}

/** What is missing, and the states that cannot be written meanwhile. */
export async function saveMissing(
  tx: Tx,
  connection: string,
  missing: readonly MissingMapping[],
  states: readonly string[],
): Promise<void> {
  await sql`update catalogue set missing = ${JSON.stringify(missing)}::jsonb where connection_id = ${connection}`.execute(
    tx,
  );
  await sql`update connection set gone_states = ${[...states]}::text[] where id = ${connection}`.execute(tx);
}

/** Why a lane is held whose next write needs what the vendor has no more. */
export const mappingGone = 'mapping_gone';

/** Holds lanes of the connection whose next write leads into one of these states; those being decided about have their turn in the next round. */
export async function holdGone(
  db: Db,
  connection: string,
  states: readonly string[],
  rowsMax: number,
): Promise<number> {
  if (states.length === 0) return 0;
  const { numAffectedRows } = await sql`
    with found as (
      select l.subject_id from writeback w join lane l on l.subject_id = w.subject_id and l.connection_id = w.connection_id
      where w.connection_id = ${connection} and w.status = 'ready' and w.lane_seq = l.done_seq + 1 and l.held_reason is null and w.target_state = any(${[...states]}::text[])
      order by l.subject_id limit ${rowsMax} for no key update of l skip locked)
    update lane l set held_reason = ${mappingGone}, held_at = clock_timestamp() from found where l.subject_id = found.subject_id and l.connection_id = ${connection}`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

/** Releases lanes whose next write needs nothing that is missing any more. */
export async function releaseGone(
  db: Db,
  connection: string,
  states: readonly string[],
  rowsMax: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    with found as (
      select l.subject_id from lane l where l.connection_id = ${connection} and l.held_reason = ${mappingGone}
        and not exists (select from writeback w where w.subject_id = l.subject_id and w.connection_id = l.connection_id and w.lane_seq = l.done_seq + 1
          and w.status = 'ready' and w.target_state = any(${[...states]}::text[]))
      order by l.subject_id limit ${rowsMax} for no key update skip locked)
    update lane l set held_reason = null, held_at = null from found where l.subject_id = found.subject_id and l.connection_id = ${connection}`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
