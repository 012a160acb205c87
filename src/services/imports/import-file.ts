// Imports one file: goes on where a killed run stopped, keeps a file of errors, and ends with exact totals.
import { open } from 'node:fs/promises';
import { unknownColumns } from '../../core/deciding/import-line.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import { endImport, type ImportRow, saveProgress } from '../../store/files/imports.ts';
import type { Context } from '../context.ts';
import type { Actor } from '../write-audit.ts';
import { beginImport, type ImportRefused } from './begin-import.ts';
import { errorsHeader, errorText } from './import-errors.ts';
import { type Importing, progressOf, takeLines } from './import-lines.ts';
import { fingerprintFile, type ImportFormat, readColumns, readSource, type SourceLine } from './import-source.ts';

export interface FileImport {
  path: string;
  format: ImportFormat;
  connection: string;
  machine: MachineName;
  states: Readonly<Record<string, string>>;
  writeBack: boolean;
  /** Where errors go; made when there is one. */
  errorsPath: string;
  actor: Actor;
}

export interface ImportTotals {
  id: string;
  /** `resumed`: an earlier run was broken off; `done_before`: nothing was left to do. */
  kind: 'done' | 'resumed' | 'done_before';
  lines: number;
  created: number;
  duplicates: number;
  errors: number;
}

export interface ImportMoment {
  lines: number;
  created: number;
  duplicates: number;
  errors: number;
  /** Share of the file that was read, 0 to 1. */
  share: number;
}

/** `told` is called after each batch. Rejects when the file or the database cannot be had; the same call then goes on. */
export async function importFile(
  context: Context,
  wanted: FileImport,
  told: (moment: ImportMoment) => void = () => {},
): Promise<ImportTotals | ImportRefused> {
  const { path, format, connection, machine, states, writeBack } = wanted;
  const unknown = unknownColumns(await readColumns(path, format), context.dictionary);
  if (unknown.length > 0) return { kind: 'unknown_columns', columns: unknown };
  const { fingerprint, bytes } = await fingerprintFile(path, { connection, machine, states, writeBack });
  const begun = await beginImport(context, { ...wanted, source: path, fingerprint, errorsFile: wanted.errorsPath });
  if (begun.kind !== 'begun') return begun;
  const { row, importing } = begun;
  if (row.status === 'done') return totalsOf(row, 'done_before');
  const ended = await readOn(context, { wanted, row, importing, bytes }, told);
  return totalsOf(ended, row.rows_done > 0 ? 'resumed' : 'done');
}

interface Run {
  wanted: FileImport;
  row: ImportRow;
  importing: Importing;
  bytes: number;
}

async function readOn(
  context: Context,
  { wanted, row, importing, bytes }: Run,
  told: (moment: ImportMoment) => void,
): Promise<ImportRow> {
  await using errors = await openErrors(wanted.errorsPath, Number(row.errors_bytes));
  let at: ImportRow = row;
  let readBytes = 0;
  let skip = row.rows_done;
  let batch: SourceLine[] = [];
  let since = performance.now();
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    at = await takeBatch(context, importing, at, { lines: batch, since }, errors);
    since = performance.now();
    batch = [];
    told({ ...countsOf(at), share: bytes === 0 ? 1 : Math.min(1, readBytes / bytes) });
  };
  for await (const line of readSource(wanted.path, wanted.format, (count) => (readBytes += count))) {
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    batch.push(line);
    if (batch.length >= limits.importLinesAtOnce) await flush();
  }
  await flush();
  if (!(await endImport(context.database.engine, row.id, at.rows_done))) throw new Error(takenOver);
  return { ...at, rows_total: at.rows_done, status: 'done' };
}

const takenOver = 'Somebody else imports the same file at this moment; let one of the two end.';

interface Batch {
  lines: readonly SourceLine[];
  /** When the one before was through, by this process's clock: reading these is part of what they take. */
  since: number;
}

async function takeBatch(
  context: Context,
  importing: Importing,
  at: ImportRow,
  { lines, since }: Batch,
  errors: ErrorFile,
): Promise<ImportRow> {
  const taken = await takeLines(context, importing, lines);
  await errors.append(errorText(taken.errors));
  const progress = progressOf(at, lines.length, taken, errors.bytes());
  const step = { workedMs: performance.now() - since, errors: taken.errors, errorsMax: limits.importErrorsKeptMax };
  if (!(await saveProgress(context.database.engine, at.id, at.rows_done, progress, step))) throw new Error(takenOver);
  return { ...at, ...progress, rules: { ...progress.rules }, errors_bytes: String(progress.errors_bytes) };
}

interface ErrorFile extends AsyncDisposable {
  append(text: string): Promise<void>;
  bytes(): number;
}

/** What lies behind `keptBytes` came of lines that will be read again. */
async function openErrors(path: string, keptBytes: number): Promise<ErrorFile> {
  let bytes = keptBytes;
  const file = await open(path, keptBytes > 0 ? 'r+' : 'w').catch((error: NodeJS.ErrnoException) => {
    // Somebody removed it: what it said is gone, and what comes is kept.
    if (error.code !== 'ENOENT') throw error;
    bytes = 0;
    return open(path, 'w');
  });
  await file.truncate(bytes);
  return {
    bytes: () => bytes,
    async append(text) {
      if (text === '') return;
      const written = Buffer.from(bytes === 0 ? errorsHeader + text : text);
      await file.write(written, 0, written.length, bytes);
      bytes += written.length;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

const countsOf = (row: ImportRow): Omit<ImportMoment, 'share'> => ({
  lines: row.rows_done,
  created: row.rows_created,
  duplicates: row.rows_duplicate,
  errors: row.rows_error,
});

const totalsOf = (row: ImportRow, kind: ImportTotals['kind']): ImportTotals => ({
  id: row.id,
  kind,
  ...countsOf(row),
});
