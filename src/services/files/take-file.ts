// Takes one whole file: looks through it, holds it back if it is not what was agreed, else records its rows step by step.
import type { FileRow, FoundFile, InboundTerms, Inspection } from '../../adapters/files.ts';
import { FileFault } from '../../adapters/files.ts';
import { limits } from '../../core/limits.ts';
import { keepFileTurn } from '../../store/files/file-turns.ts';
import { advanceFile, changeFile, type FileInRow, findFile, findSameContent } from '../../store/files/files.ts';
import type { Context } from '../context.ts';
import type { FileWork } from './exchange-files.ts';
import { endFileTrouble, openFileTrouble, wholeFileReasons } from './file-incidents.ts';
import { recordRows } from './record-rows.ts';

/** Goes on where it was left: what was recorded and not noted comes again, as repetitions. */
export async function takeFile(
  context: Context,
  work: FileWork,
  terms: InboundTerms,
  file: FoundFile,
  row: FileInRow,
): Promise<void> {
  const { connection, files, place } = work;
  const db = context.database.engine;
  const looked = await files.inspect(await place.read(terms.folder, file.name), connection.settings);
  if (looked.held || looked.rows === 0) return leave(context, work, terms, row, looked);
  const content_key = context.vault.keyed('file content', JSON.stringify([connection.id, looked.hash]));
  const same = await findSameContent(db, connection.id, content_key, row.id);
  if (same !== null) {
    await changeFile(db, row.id, { state: 'duplicate', reason: 'duplicate', content_key, rows: looked.rows });
    context.metrics.file(connection.id, 'duplicate', looked.rows);
    return openFileTrouble(context, {
      connection: connection.id,
      file: row.id,
      reason: 'duplicate',
      detail: { as: same },
    });
  }
  await changeFile(db, row.id, { state: 'taking', reason: null, content_key, rows: looked.rows });
  const faults = await takeRows(context, work, terms, file, row.id);
  if (faults === null) return;
  await reportFaults(context, work, terms, { id: row.id, name: file.name, rows: looked.rows }, faults);
  await changeFile(db, row.id, { state: 'taken', faults: faults.length });
  context.crashPoint('files.taken');
  context.metrics.file(connection.id, 'taken', looked.rows);
  context.log.info({ connection: connection.id, rows: looked.rows }, 'a file was taken');
  await endFileTrouble(context, connection.id, wholeFileReasons, { file: row.id, resolution: 'The file was taken' });
}

async function leave(
  context: Context,
  { connection }: FileWork,
  terms: InboundTerms,
  row: FileInRow,
  { held: fault, rows }: Inspection,
): Promise<void> {
  const db = context.database.engine;
  if (!fault) {
    await changeFile(db, row.id, { state: 'empty', reason: 'empty' });
    context.metrics.file(connection.id, 'empty', 0);
    if (!terms.emptyIsFine)
      await openFileTrouble(context, { connection: connection.id, file: row.id, reason: 'empty' });
    return;
  }
  // The rest of it may still come: it is looked through again when it has grown, and told of when it does not.
  if (fault.code === 'truncated' || fault.code === 'trailer_missing')
    return changeFile(db, row.id, { state: 'arriving', reason: fault.code });
  const { code, columns, line } = fault;
  await changeFile(db, row.id, { state: 'held', reason: code, rows });
  context.metrics.file(connection.id, 'held', rows);
  await openFileTrouble(context, {
    connection: connection.id,
    file: row.id,
    reason: code,
    detail: { ...(columns ? { columns } : {}), ...(line === undefined ? {} : { line }) },
  });
}

interface Fault {
  line: number;
  code: string;
}

/** Returns what was left out; null when the turn was lost, or time is over, and somebody goes on later. */
async function takeRows(
  context: Context,
  work: FileWork,
  terms: InboundTerms,
  file: FoundFile,
  id: string,
): Promise<Fault[] | null> {
  const { files, place, connection, signal } = work;
  const db = context.database.engine;
  const known = await findFile(db, id);
  const faults: Fault[] = [];
  let [at, noted] = [0, known.rows_done];
  let step: Extract<FileRow, { kind: 'row' }>[] = [];
  const record = async (): Promise<boolean> => {
    if (at <= noted) return true;
    const recorded = await recordRows(context, work, terms, { file, firstSeenAt: known.first_seen_at }, step);
    context.crashPoint('files.rows_recorded');
    await advanceFile(db, id, noted, { done: at, ...recorded });
    noted = at;
    step = [];
    return !signal.aborted && (await keepFileTurn(db, work.turn, limits.fileLeaseMs));
  };
  for await (const row of files.rows(await place.read(terms.folder, file.name), connection.settings)) {
    at += 1;
    if (row.kind === 'fault' && faults.length < limits.fileFaultsMax) faults.push({ line: row.line, code: row.code });
    if (row.kind === 'row' && at > known.rows_done) step.push(row);
    if (at - noted >= limits.fileRowsPerStep && !(await record())) return null;
  }
  return (await record()) ? faults : null;
}

/** For whoever made the file, beside it; where nothing may be written there, the incident alone tells of the first lines. */
async function reportFaults(
  context: Context,
  { connection, files, place }: FileWork,
  terms: InboundTerms,
  file: { id: string; name: string; rows: number },
  faults: readonly Fault[],
): Promise<void> {
  if (faults.length === 0) return;
  const name = `${file.name.replace(/\.csv$/i, '')}.errors.csv`;
  const written = await place.write(`${terms.folder}/errors`, name, files.renderFaults(faults)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof FileFault && (error.code === 'read_only' || error.code === 'not_allowed')) return false;
      throw error;
    },
  );
  await openFileTrouble(context, {
    connection: connection.id,
    file: file.id,
    reason: 'rows_left_out',
    detail: { rows: file.rows, leftOut: faults.length, errorFile: written, first: faults.slice(0, 20) },
  });
}
