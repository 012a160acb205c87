// Imports: one row per file, with how far it was read and what came of its lines.
import { sql } from 'kysely';
import type { Db } from './database.ts';

export interface ImportRow {
  id: string;
  connection_id: string | null;
  source: string;
  fingerprint: string;
  machine: string;
  write_back: boolean;
  status: string;
  /** Lines in the file; 0 until its end was reached. */
  rows_total: number;
  rows_done: number;
  rows_created: number;
  rows_duplicate: number;
  rows_error: number;
  errors_bytes: string;
  begun_by: string;
  started_at: Date;
  ended_at: Date | null;
}

export interface NewImport {
  id: string;
  connection_id: string;
  source: string;
  fingerprint: string;
  machine: string;
  write_back: boolean;
  begun_by: string;
}

/** True when it is new; the same file again is the same import. */
export async function insertImport(db: Db, row: NewImport): Promise<boolean> {
  const result = await db
    .insertInto('import')
    .values({ ...row, status: 'running' })
    .onConflict((conflict) => conflict.column('fingerprint').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
}

export const findImport = (db: Db, id: string): Promise<ImportRow | undefined> =>
  db.selectFrom('import').selectAll().where('id', '=', id).executeTakeFirst();

export const findImportOf = (db: Db, fingerprint: string): Promise<ImportRow | undefined> =>
  db.selectFrom('import').selectAll().where('fingerprint', '=', fingerprint).executeTakeFirst();

/** The newest first. */
export const listImports = (db: Db, rowsMax: number): Promise<ImportRow[]> =>
  db.selectFrom('import').selectAll().orderBy('started_at', 'desc').orderBy('id').limit(rowsMax).execute();

export interface Progress {
  rows_done: number;
  rows_created: number;
  rows_duplicate: number;
  rows_error: number;
  errors_bytes: number;
}

/** Moves on from `from`; false when somebody else has moved it meanwhile. */
export async function saveProgress(db: Db, id: string, from: number, progress: Progress): Promise<boolean> {
  const result = await db
    .updateTable('import')
    .set(progress)
    .where('id', '=', id)
    .where('rows_done', '=', from)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** At the end of the file, if all of it was taken. */
export async function endImport(db: Db, id: string, done: number): Promise<boolean> {
  const result = await db
    .updateTable('import')
    .set({ status: 'done', rows_total: done, ended_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where('rows_done', '=', done)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
