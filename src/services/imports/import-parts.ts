// An import that comes in parts: who sends it reads the file, keeps the errors, and after a crash goes on where the row says.

import { unknownColumns } from '../../core/deciding/import-line.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import { endImport, findImport, type ImportRow, saveProgress } from '../../store/files/imports.ts';
import type { Context } from '../context.ts';
import { beginImport, type ImportRefused } from './begin-import.ts';
import { type LineError, progressOf, takeLines } from './import-lines.ts';

export type PartTaken =
  | { kind: 'taken'; row: ImportRow; created: number; duplicates: number; errors: LineError[] }
  | { kind: 'unknown_import' }
  /** The next line that is wanted is `next`; what lies before it was taken. */
  | { kind: 'out_of_order'; next: number }
  | ImportRefused;

/** `from`: number of the first line, counted from 1, without a header. Lines of one part are taken all or again. */
export async function takePart(
  context: Context,
  id: string,
  from: number,
  lines: readonly Readonly<Record<string, unknown>>[],
  states: Readonly<Record<string, string>>,
): Promise<PartTaken> {
  const row = await findImport(context.database.engine, id);
  if (!row) return { kind: 'unknown_import' };
  if (row.status !== 'running' || from !== row.rows_done + 1) return { kind: 'out_of_order', next: row.rows_done + 1 };
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const unknown = unknownColumns(columns, context.dictionary);
  if (unknown.length > 0) return { kind: 'unknown_columns', columns: unknown };
  const begun = await beginImport(context, {
    connection: row.connection_id ?? '',
    machine: row.machine as MachineName,
    source: row.source,
    fingerprint: row.fingerprint,
    states,
    writeBack: row.write_back,
    actor: { kind: 'system', id: 'interlock' },
  });
  if (begun.kind !== 'begun') return begun;
  const numbered = lines.map((cells, index) => ({ line: from + index, cells }));
  const began = performance.now();
  const taken = await takeLines(context, begun.importing, numbered);
  const progress = progressOf(row, lines.length, taken, 0);
  const step = { workedMs: performance.now() - began, errors: taken.errors, errorsMax: limits.importErrorsKeptMax };
  if (!(await saveProgress(context.database.engine, id, row.rows_done, progress, step))) {
    const now = await findImport(context.database.engine, id);
    return { kind: 'out_of_order', next: (now?.rows_done ?? 0) + 1 };
  }
  return { kind: 'taken', row: { ...row, ...progress, rules: { ...progress.rules }, errors_bytes: '0' }, ...taken };
}

/** After the last line. False when it was not running, or more came meanwhile. */
export async function endParts(context: Context, id: string, lines: number): Promise<boolean> {
  const row = await findImport(context.database.engine, id);
  if (row?.status === 'done' && row.rows_done === lines) return true;
  return endImport(context.database.engine, id, lines);
}
