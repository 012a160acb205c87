// Files that came in: how far each was taken. Names and contents are known by their HMAC.
import { type Selectable, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { FileInTable } from '../schema/files.ts';

export type FileInRow = Selectable<FileInTable> & {
  /** For how long its size and time have been what they are, and for how long it is known, ms. */
  still_ms: number;
  known_ms: number;
};

const ages = sql.raw(`
  (extract(epoch from clock_timestamp() - changed_at) * 1000)::double precision as still_ms,
  (extract(epoch from clock_timestamp() - first_seen_at) * 1000)::double precision as known_ms`);

/** The newest of each name. */
export async function newestFiles(db: Db, connection: string, nameKeys: readonly string[]): Promise<FileInRow[]> {
  if (nameKeys.length === 0) return [];
  const { rows } = await sql<FileInRow>`
    select distinct on (name_key) *, ${ages} from file_in
    where connection_id = ${connection} and name_key = any(${[...nameKeys]}::text[]) order by name_key, first_seen_at desc`.execute(
    db,
  );
  return rows;
}

/** Those that are not over, or still to be moved away. */
export async function openFiles(db: Db, connection: string): Promise<FileInRow[]> {
  const { rows } = await sql<FileInRow>`
    select *, ${ages} from file_in where connection_id = ${connection} and (state in ('arriving', 'taking', 'held') or not put_away) order by first_seen_at`.execute(
    db,
  );
  return rows;
}

export interface NewFile {
  id: string;
  connection_id: string;
  name_key: string;
  name_ct: Buffer;
  bytes: number;
  modified_ms: number;
}

export async function insertFile(db: Db, file: NewFile): Promise<FileInRow> {
  await db.insertInto('file_in').values(file).execute();
  return findFile(db, file.id);
}

/** Throws when there is none. */
export async function findFile(db: Db, id: string): Promise<FileInRow> {
  const { rows } = await sql<FileInRow>`select *, ${ages} from file_in where id = ${id}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('A file that is being taken is not on record. This is a bug in Interlock.');
  return row;
}

/** It has grown, or was written anew: all that was found out about it is void. */
export async function noteChange(
  db: Db,
  id: string,
  { bytes, modified_ms }: { bytes: number; modified_ms: number },
): Promise<void> {
  await sql`update file_in set bytes = ${bytes}, modified_ms = ${modified_ms}, state = 'arriving', reason = null, changed_at = clock_timestamp(), checked_at = null where id = ${id}`.execute(
    db,
  );
}

export interface FileChange {
  state?: FileInRow['state'];
  reason?: string | null;
  content_key?: string;
  rows?: number;
  faults?: number;
  put_away?: boolean;
}

/** Also notes that it was looked through, and when it was over. */
export async function changeFile(db: Db, id: string, change: FileChange): Promise<void> {
  const over = change.state !== undefined && ['taken', 'duplicate', 'empty', 'gone'].includes(change.state);
  await db
    .updateTable('file_in')
    .set({
      ...change,
      ...(change.state === undefined ? {} : { checked_at: sql<Date>`clock_timestamp()` }),
      ...(over ? { ended_at: sql<Date>`clock_timestamp()` } : {}),
    })
    .where('id', '=', id)
    .execute();
}

export interface Progress {
  done: number;
  recorded: number;
  repeated: number;
  quarantined: number;
  outdated: number;
}

/** What was taken since the last step is on record; adds up, whoever took it. */
export async function advanceFile(db: Db, id: string, from: number, step: Progress): Promise<void> {
  await sql`update file_in set rows_done = ${step.done}, recorded = recorded + ${step.recorded}, repeated = repeated + ${step.repeated},
    quarantined = quarantined + ${step.quarantined}, outdated = outdated + ${step.outdated} where id = ${id} and rows_done = ${from}`.execute(
    db,
  );
}

/** A file of the same content that was taken before. */
export async function findSameContent(
  db: Db,
  connection: string,
  contentKey: string,
  besides: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('file_in')
    .select('id')
    .where('connection_id', '=', connection)
    .where('content_key', '=', contentKey)
    .where('state', '=', 'taken')
    .where('id', '<>', besides)
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** How long ago the last file came that could be taken, or the connection was first looked at, ms. */
export async function sinceLastFile(db: Db, connection: string): Promise<number> {
  const { rows } = await sql<{ since: number | null }>`
    select (extract(epoch from clock_timestamp() - coalesce(
      (select ended_at from file_in where connection_id = ${connection} and ended_at is not null and state in ('taken', 'empty', 'duplicate') order by ended_at desc limit 1),
      (select created_at from file_turn where connection_id = ${connection} and side = 'in'))) * 1000)::double precision as since`.execute(
    db,
  );
  return rows[0]?.since ?? 0;
}

/** Names are kept no longer than they are of use. */
export async function forgetNames(db: Db, keepMs: number): Promise<void> {
  await sql`update file_in set name_ct = null where name_ct is not null and ended_at < clock_timestamp() - ${keepMs} * interval '1 ms'`.execute(
    db,
  );
}
