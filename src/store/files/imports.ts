// Imports: one row per file, with how far it was read and what came of its lines.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export type ImportFormat = 'csv' | 'ndjson' | 'parts';

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
  format: ImportFormat;
  /** Words of the file for our states. */
  states: Record<string, string>;
  /** Where the command line writes what was wrong; null for parts. */
  errors_file: string | null;
  /** How many lines broke which rule. */
  rules: Record<string, number>;
  worked_ms: string;
  moved_at: Date;
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
  format: ImportFormat;
  states: Readonly<Record<string, string>>;
  errors_file: string | null;
}

/** True when it is new; the same file again is the same import. */
export async function insertImport(db: Db, row: NewImport): Promise<boolean> {
  const result = await db
    .insertInto('import')
    .values({ ...row, states: JSON.stringify(row.states), status: 'running' })
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
  rules: Readonly<Record<string, number>>;
}

/** What came since the last progress, beside the totals. */
export interface Step {
  /** Ms that it took. */
  workedMs: number;
  errors: readonly { line: number; rule: string; todo: string }[];
  /** Errors of an import that are kept at most. */
  errorsMax: number;
}

/** Moves on from `from`; false when somebody else has moved it meanwhile. */
export async function saveProgress(db: Db, id: string, from: number, progress: Progress, step: Step): Promise<boolean> {
  const { rules, ...totals } = progress;
  return db.transaction().execute(async (tx) => {
    const result = await tx
      .updateTable('import')
      .set({ ...totals, rules: JSON.stringify(rules) })
      .set({ worked_ms: sql`worked_ms + ${Math.round(step.workedMs)}::bigint`, moved_at: sql`clock_timestamp()` })
      .where('id', '=', id)
      .where('rows_done', '=', from)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) return false;
    if (step.errors.length > 0)
      await sql`
        with kept as (select count(*)::int as count from import_error where import_id = ${id})
        insert into import_error (import_id, place, line, rule, todo)
        select ${id}, kept.count + n.nth::int, (n.one->>'line')::int, n.one->>'rule', n.one->>'todo'
        from kept, json_array_elements(${JSON.stringify(step.errors.slice(0, step.errorsMax))}::json) with ordinality as n(one, nth)
        where kept.count + n.nth <= ${step.errorsMax}`.execute(tx);
    return true;
  });
}

/** At the end of the file, if all of it was taken. */
export async function endImport(db: Db, id: string, done: number): Promise<boolean> {
  const result = await db
    .updateTable('import')
    .set({ status: 'done', rows_total: done, ended_at: sql`clock_timestamp()`, moved_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where('rows_done', '=', done)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
