// Files that go out and the rows in them: a writeback is one row, and is in one file at a time.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import type { FileOutTable, FileRowTable } from '../schema/files.ts';

export type FileOutRow = Selectable<FileOutTable>;

export interface RowState
  extends Pick<Selectable<FileRowTable>, 'state' | 'attempt' | 'answer' | 'answer_code' | 'shows'> {
  queued_ms: number;
  written_ms: number | null;
}

export async function findFileRow(db: Db, writeback: string): Promise<RowState | undefined> {
  const { rows } = await sql<RowState>`
    select state, attempt, answer, answer_code, shows, (extract(epoch from clock_timestamp() - queued_at) * 1000)::double precision as queued_ms,
      (extract(epoch from clock_timestamp() - written_at) * 1000)::double precision as written_ms
    from file_row where writeback_id = ${writeback}`.execute(db);
  return rows[0];
}

/** The person whose writeback it is, with her keys as they are stored. */
export async function findRowOwner(
  db: Db,
  writeback: string,
): Promise<{ person_id: string; data_key: Buffer | null; commit_key: Buffer | null } | undefined> {
  return db
    .selectFrom('writeback')
    .innerJoin('subject', 'subject.id', 'writeback.subject_id')
    .innerJoin('person', 'person.id', 'subject.person_id')
    .select(['person.id as person_id', 'person.data_key', 'person.commit_key'])
    .where('writeback.id', '=', writeback)
    .executeTakeFirst();
}

/** Once per writeback and attempt; a later attempt puts one there again that is through. What is on its way into a file stays as it is. */
export async function queueFileRow(
  db: Db,
  row: { writeback_id: string; connection_id: string; attempt: number; ref_key: string; cells_ct: Buffer },
): Promise<void> {
  await sql`
    insert into file_row (writeback_id, connection_id, attempt, ref_key, cells_ct)
    values (${row.writeback_id}, ${row.connection_id}, ${row.attempt}, ${row.ref_key}, ${row.cells_ct})
    on conflict (writeback_id) do update set state = 'queued', attempt = excluded.attempt, file_id = null, times = file_row.times + 1, cells_ct = excluded.cells_ct, ref_key = excluded.ref_key,
      queued_at = clock_timestamp(), written_at = null, answer = null, answer_code = null, answered_at = null, shows = null, shown_at = null
    where file_row.state in ('written', 'withdrawn') and file_row.attempt < excluded.attempt`.execute(db);
}

export interface Waiting {
  rows: number;
  oldest_ms: number;
}

export async function countWaiting(db: Db, connection: string): Promise<Waiting> {
  const { rows } = await sql<Waiting>`
    select count(*)::int as rows, coalesce(extract(epoch from clock_timestamp() - min(queued_at)) * 1000, 0)::double precision as oldest_ms
    from file_row where connection_id = ${connection} and state = 'queued'`.execute(db);
  return rows[0] ?? { rows: 0, oldest_ms: 0 };
}

/** The oldest rows that are still wanted become one file; those that nobody wants any more are withdrawn. Null when none is left. */
export async function packFile(
  tx: Tx,
  file: { id: string; connection_id: string; name: string },
  rowsMax: number,
): Promise<FileOutRow | null> {
  await sql`
    update file_row r set state = 'withdrawn', cells_ct = null
    where r.connection_id = ${file.connection_id} and r.state = 'queued'
      and not exists (select from writeback w where w.id = r.writeback_id and w.status in ('ready', 'leased'))`.execute(
    tx,
  );
  const { rows } = await sql<{ writeback_id: string }>`
    select writeback_id from file_row where connection_id = ${file.connection_id} and state = 'queued' order by place limit ${rowsMax} for update`.execute(
    tx,
  );
  if (rows.length === 0) return null;
  await tx
    .insertInto('file_out')
    .values({ ...file, rows: rows.length })
    .execute();
  await sql`update file_row set state = 'packed', file_id = ${file.id} where writeback_id = any(${rows.map((row) => row.writeback_id)}::text[])`.execute(
    tx,
  );
  return tx.selectFrom('file_out').selectAll().where('id', '=', file.id).executeTakeFirstOrThrow();
}

/** Begun and not whole: by a process that died, as a rule. The oldest first. */
export async function unfinishedFiles(db: Db, connection: string): Promise<FileOutRow[]> {
  return db
    .selectFrom('file_out')
    .selectAll()
    .where('connection_id', '=', connection)
    .where('state', 'in', ['writing', 'prepared'])
    .orderBy('created_at')
    .execute();
}

/** In the order in which they were queued. Empty cells: the person was erased meanwhile. */
export async function packedRows(
  db: Db,
  file: string,
): Promise<
  {
    writeback_id: string;
    cells_ct: Buffer | null;
    person_id: string;
    data_key: Buffer | null;
    commit_key: Buffer | null;
  }[]
> {
  return db
    .selectFrom('file_row')
    .innerJoin('writeback', 'writeback.id', 'file_row.writeback_id')
    .innerJoin('subject', 'subject.id', 'writeback.subject_id')
    .innerJoin('person', 'person.id', 'subject.person_id')
    .select([
      'file_row.writeback_id',
      'file_row.cells_ct',
      'person.id as person_id',
      'person.data_key',
      'person.commit_key',
    ])
    .where('file_row.file_id', '=', file)
    .where('file_row.state', '=', 'packed')
    .orderBy('file_row.place')
    .execute();
}

/** All of it lies there under its temporary name. */
export async function notePrepared(db: Db, file: string, rows: number, bytes: number): Promise<void> {
  await db.updateTable('file_out').set({ state: 'prepared', rows, bytes }).where('id', '=', file).execute();
}

/** It has its own name: rows are no longer ours. Nothing of what they say is kept. */
export async function noteWritten(db: Db, file: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`update file_out set state = 'written', written_at = clock_timestamp() where id = ${file}`.execute(tx);
    await sql`update file_row set state = 'written', written_at = clock_timestamp(), cells_ct = null where file_id = ${file} and state = 'packed'`.execute(
      tx,
    );
  });
}

/** Files some of whose rows have no answer yet, the oldest first. */
export async function unansweredFiles(db: Db, connection: string, rowsMax: number): Promise<FileOutRow[]> {
  const { rows } = await sql<FileOutRow>`
    select f.* from file_out f where f.connection_id = ${connection} and f.state = 'written' order by f.created_at limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

/** Rows of this file alone. Returns the writebacks that were not answered before. */
export async function noteAnswers(
  db: Db,
  file: string,
  answers: readonly { row: string; accepted: boolean; code: string | null }[],
): Promise<string[]> {
  const { rows } = await sql<{ writeback_id: string }>`
    update file_row r set answer = case when a.accepted then 'accepted' else 'refused' end, answer_code = a.code, answered_at = clock_timestamp()
    from json_to_recordset(${JSON.stringify(answers)}::json) as a("row" text, accepted boolean, code text)
    where r.writeback_id = a."row" and r.file_id = ${file} and r.state = 'written' and r.answer is null returning r.writeback_id`.execute(
    db,
  );
  await sql`update file_out f set state = 'answered', answered_at = clock_timestamp() where f.id = ${file} and f.state = 'written'
    and not exists (select from file_row r where r.file_id = f.id and r.state = 'written' and r.answer is null)`.execute(
    db,
  );
  return rows.map((row) => row.writeback_id);
}

/** The newest row that was written about a thing, and whether the system has shown it. */
export interface LastWritten {
  ref_key: string;
  writeback_id: string;
  target_state: string;
  written_at: Date;
  confirmed_at: Date | null;
}

export async function lastWritten(db: Db, connection: string, refKeys: readonly string[]): Promise<LastWritten[]> {
  if (refKeys.length === 0) return [];
  const { rows } = await sql<LastWritten>`
    select distinct on (r.ref_key) r.ref_key, r.writeback_id, w.target_state, r.written_at, case when w.status = 'confirmed' then w.settled_at end as confirmed_at
    from file_row r join writeback w on w.id = r.writeback_id
    where r.connection_id = ${connection} and r.ref_key = any(${[...refKeys]}::text[]) and r.state = 'written' order by r.ref_key, r.written_at desc`.execute(
    db,
  );
  return rows;
}

/** What the system's own file shows about rows of ours. */
export async function noteShown(
  db: Db,
  shown: readonly { writeback: string; states: readonly string[] }[],
): Promise<void> {
  if (shown.length === 0) return;
  await sql`
    update file_row r set shows = array(select json_array_elements_text(s.states)), shown_at = clock_timestamp()
    from json_to_recordset(${JSON.stringify(shown)}::json) as s(writeback text, states json)
    where r.writeback_id = s.writeback and r.state = 'written'
      and r.shows is distinct from array(select json_array_elements_text(s.states))`.execute(db);
}

/** Rows of which something was learned since they were last looked at are looked at now. `byWriting`: being written is all that is ever learned. */
export async function wakeWritebacks(db: Db, connection: string, byWriting: boolean): Promise<number> {
  const { numAffectedRows } = await sql`
    with learned as (
      select w.id from writeback w join file_row r on r.writeback_id = w.id
      where w.connection_id = ${connection} and w.status = 'ready' and w.due_at > clock_timestamp() and r.state = 'written'
        and greatest(r.answered_at, r.shown_at, case when ${byWriting} then r.written_at end) > w.leased_at
      order by w.id for no key update of w)
    update writeback w set due_at = clock_timestamp() from learned where w.id = learned.id`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** For how long the oldest written row has waited for its proof, ms; 0 when none does. */
export async function oldestUnproven(db: Db, connection: string): Promise<number> {
  const { rows } = await sql<{ waited: number | null }>`
    select (extract(epoch from clock_timestamp() - min(r.written_at)) * 1000)::double precision as waited
    from file_row r join writeback w on w.id = r.writeback_id
    where r.connection_id = ${connection} and r.state = 'written' and r.answer is null and w.status in ('ready', 'leased')`.execute(
    db,
  );
  return rows[0]?.waited ?? 0;
}
