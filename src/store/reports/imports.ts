// Imports as people read them: by when they began, how long they have not moved, and what was wrong with which line.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { ImportFormat } from '../files/imports.ts';
import { after, ordered } from './paging.ts';

export interface ImportReport {
  id: string;
  connection_id: string | null;
  source: string;
  machine: string;
  write_back: boolean;
  status: string;
  format: ImportFormat;
  states: Record<string, string>;
  errors_file: string | null;
  rows_done: number;
  rows_created: number;
  rows_duplicate: number;
  rows_error: number;
  rules: Record<string, number>;
  worked_ms: number;
  begun_by: string;
  /** ISO 8601 with microseconds, as all moments here. */
  started_at: string;
  moved_at: string;
  ended_at: string | null;
  /** Since it came on, by the database's clock. */
  quiet_ms: number;
}

/** The newest first; after a position, if one is given. */
export async function listImportReports(
  db: Db,
  page: { after: Position | null; rowsMax: number },
): Promise<ImportReport[]> {
  const { rows } = await sql<ImportReport>`
    select ${columns} from import where ${after('started_at', 'id', page.after, 'desc')}
    order by ${ordered('started_at', 'id', 'desc')} limit ${page.rowsMax}`.execute(db);
  return rows;
}

export async function findImportReport(db: Db, id: string): Promise<ImportReport | undefined> {
  return (await sql<ImportReport>`select ${columns} from import where id = ${id}`.execute(db)).rows[0];
}

const columns: RawBuilder<unknown> = sql`
  id, connection_id, source, machine, write_back, status, format, states, errors_file, rows_done, rows_created, rows_duplicate, rows_error,
  rules, worked_ms::double precision as worked_ms, begun_by, ${isoMicros(sql`started_at`)} as started_at, ${isoMicros(sql`moved_at`)} as moved_at,
  ${isoMicros(sql`ended_at`)} as ended_at, (extract(epoch from clock_timestamp() - moved_at) * 1000)::double precision as quiet_ms`;

export interface ImportErrorRow {
  line: number;
  rule: string;
  todo: string;
}

/** The first that were kept, in the order of the file. */
export const listImportErrors = (db: Db, id: string, rowsMax: number): Promise<ImportErrorRow[]> =>
  db
    .selectFrom('import_error')
    .select(['line', 'rule', 'todo'])
    .where('import_id', '=', id)
    .orderBy('place')
    .limit(rowsMax)
    .execute();
