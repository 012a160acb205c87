// Imports as the pages show them: whether they run, what became of their lines, how fast, and how one that stopped goes on.
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';
import { limits } from '../../core/limits.ts';
import {
  findImportReport,
  type ImportErrorRow,
  type ImportReport,
  listImportErrors,
  listImportReports,
} from '../../store/reports/imports.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';
import { type ResumeImport, resumeOf } from './resume-import.ts';

/** `stopped`: it did not reach the end, and nothing has come on for `limits.importQuietMs`. */
export type ImportState = 'running' | 'stopped' | 'done';

export interface ImportView {
  id: string;
  /** What the file is called; of a long path the end. */
  source: string;
  format: ImportReport['format'];
  connection: string | null;
  machine: string;
  writeBack: boolean;
  states: Readonly<Record<string, string>>;
  /** `account:…`, `client:…` or `cli:…`. */
  begunBy: string;
  state: ImportState;
  /** Lines that were taken so far, and what became of them: created + known + errors. */
  lines: number;
  created: number;
  known: number;
  errors: number;
  /** Lines per second of work; null before there was any. */
  perSecond: number | null;
  startedAt: string;
  movedAt: string;
  endedAt: string | null;
}

export interface ImportPage {
  items: ImportView[];
  /** Null on the last page. */
  next: string | null;
}

/** The newest first. A cursor that is none of ours begins anew. */
export async function readImports(
  context: Context,
  cursor = '',
  rowsMax = limits.pageRowsDefault,
): Promise<ImportPage> {
  const rows = await listImportReports(context.database.reports, {
    after: decodeCursor(cursor),
    rowsMax: rowsMax + 1,
  });
  const page = rows.slice(0, rowsMax);
  const last = page.at(-1);
  const next = last && rows.length > rowsMax ? encodeCursor({ at: last.started_at, id: last.id }) : null;
  return { items: page.map(viewOf), next };
}

export interface WholeImport extends ImportView {
  /** Where the command line writes errors, beside what is kept here. */
  errorsFile: string | null;
  /** How many lines broke which rule, the most first; a line may break several. */
  rules: { rule: string; lines: number }[];
  /** The first that were wrong, in the order of the file. */
  firstErrors: ImportErrorRow[];
  /** How it goes on; null at its end. */
  resume: ResumeImport | null;
}

/** Null when there is none of that id. Totals and errors are of one moment. */
export async function readImport(
  context: Context,
  id: string,
  errorsMax: number = limits.importErrorsShownMax,
): Promise<WholeImport | null> {
  return inSnapshot(context.database.reports, async (tx) => {
    const row = await findImportReport(tx, id);
    if (!row) return null;
    const rules = Object.entries(row.rules).map(([rule, lines]) => ({ rule, lines }));
    return {
      ...viewOf(row),
      errorsFile: row.errors_file,
      rules: rules.sort((one, other) => other.lines - one.lines || (one.rule < other.rule ? -1 : 1)),
      firstErrors: await listImportErrors(tx, id, errorsMax),
      resume: row.status === 'done' ? null : resumeOf(row),
    };
  });
}

const viewOf = (row: ImportReport): ImportView => ({
  id: row.id,
  source: row.source,
  format: row.format,
  connection: row.connection_id,
  machine: row.machine,
  writeBack: row.write_back,
  states: row.states,
  begunBy: row.begun_by,
  state: row.status === 'done' ? 'done' : row.quiet_ms > limits.importQuietMs ? 'stopped' : 'running',
  lines: row.rows_done,
  created: row.rows_created,
  known: row.rows_duplicate,
  errors: row.rows_error,
  perSecond: row.rows_done > 0 && row.worked_ms > 0 ? (row.rows_done * 1_000) / row.worked_ms : null,
  startedAt: row.started_at,
  movedAt: row.moved_at,
  endedAt: row.ended_at,
});
