// Rows that wait become a file: written whole under a temporary name, flushed, noted, and then renamed, so that no crash loses or doubles one.
import type { OutboundTerms } from '../../adapters/files.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import {
  countWaiting,
  type FileOutRow,
  noteAnswers,
  notePrepared,
  noteWritten,
  oldestUnproven,
  packedRows,
  packFile,
  unansweredFiles,
  unfinishedFiles,
  wakeWritebacks,
} from '../../store/files/outgoing-files.ts';
import type { Context } from '../context.ts';
import type { FileWork } from './exchange-files.ts';
import { endFileTrouble, openFileTrouble } from './file-incidents.ts';

/** True when more rows wait than went out. Throws `FileFault` when the place cannot be used. */
export async function writeFiles(context: Context, work: FileWork): Promise<boolean> {
  const { connection, files } = work;
  const db = context.database.engine;
  const terms = files.outbound(connection.settings) as OutboundTerms;
  for (const file of await unfinishedFiles(db, connection.id)) await finish(context, work, terms, file);
  const waiting = await countWaiting(db, connection.id);
  const due = waiting.rows >= terms.rowsMax || (waiting.rows > 0 && waiting.oldest_ms >= terms.everyMs);
  const packed = due ? await pack(context, work, terms) : null;
  if (packed) await finish(context, work, terms, packed);
  if (terms.proof === 'answers') await readAnswers(context, work, terms);
  await wakeWritebacks(db, connection.id, terms.proof === 'nothing');
  await watchProofs(context, work, terms);
  return due && waiting.rows > terms.rowsMax;
}

async function pack(context: Context, { connection }: FileWork, terms: OutboundTerms): Promise<FileOutRow | null> {
  const id = context.newId('fil');
  const file = { id, connection_id: connection.id, name: `${terms.prefix}-${id.slice(4)}.csv` };
  return context.database.engine.transaction().execute((tx) => packFile(tx, file, terms.rowsMax));
}

/** From wherever it was left. The temporary name is gone only when the file has its own, so the place itself says how far it came. */
async function finish(context: Context, work: FileWork, terms: OutboundTerms, file: FileOutRow): Promise<void> {
  const { place, connection } = work;
  const db = context.database.engine;
  const temporary = { folder: terms.folder, name: `.${file.name}.part` };
  if (file.state === 'writing') {
    const content = await contentOf(context, work, file);
    context.crashPoint('files.packed');
    await place.write(temporary.folder, temporary.name, content.bytes);
    await notePrepared(db, file.id, content.rows, content.bytes.length);
  }
  context.crashPoint('files.prepared');
  const renamed = await place.rename(temporary, { folder: terms.folder, name: file.name });
  if (renamed === 'taken') {
    // Nobody else makes such names: it is our own, of which the temporary name was left behind.
    await openFileTrouble(context, { connection: connection.id, file: file.id, reason: 'name_taken' });
    return;
  }
  context.crashPoint('files.renamed');
  await noteWritten(db, file.id);
  context.metrics.file(connection.id, 'written', file.rows);
  context.log.info({ connection: connection.id, rows: file.rows }, 'a file went out');
}

/** Rows about persons who were erased meanwhile are left out. */
async function contentOf(
  context: Context,
  { connection, files }: FileWork,
  file: FileOutRow,
): Promise<{ bytes: Buffer; rows: number }> {
  const { vault } = context;
  const rows = (await packedRows(context.database.engine, file.id)).flatMap((row) => {
    const keys = row.cells_ct && vault.unwrap(row.person_id as PersonId, row);
    if (!keys || !row.cells_ct) return [];
    return [vault.unsealJson(keys.dataKey, ['file_row', 'cells_ct', row.writeback_id], row.cells_ct) as string[]];
  });
  return { bytes: files.render(rows, connection.settings), rows: rows.length };
}

/** What the system says of our rows. Only files of ours are asked for, so nothing else can answer. */
async function readAnswers(
  context: Context,
  { connection, files, place }: FileWork,
  terms: OutboundTerms,
): Promise<void> {
  const db = context.database.engine;
  const { folder, suffix } = terms.answers;
  const open = await unansweredFiles(db, connection.id, limits.filesAwaitedMax);
  if (open.length === 0) return;
  const there = new Set((await place.list(folder)).map((one) => one.name));
  for (const file of open) {
    const name = [`${file.name}${suffix}`, `${file.name.replace(/\.csv$/, '')}${suffix}`].find((one) => there.has(one));
    if (name === undefined) continue;
    const answers = await files.answers(await place.read(folder, name), connection.settings);
    const learned = await noteAnswers(db, file.id, answers);
    context.metrics.file(connection.id, 'answered', learned.length);
  }
}

/** Silence is not consent: rows that nobody answers for are somebody's matter before their writebacks die of it. */
async function watchProofs(context: Context, { connection }: FileWork, terms: OutboundTerms): Promise<void> {
  if (terms.proof === 'nothing') return;
  const waited = await oldestUnproven(context.database.engine, connection.id);
  const reason = 'not_proven';
  if (waited > terms.proofWithinMs)
    await openFileTrouble(context, { connection: connection.id, reason, detail: { proof: terms.proof } });
  else await endFileTrouble(context, connection.id, [reason], { resolution: 'The system has answered for its rows' });
}
