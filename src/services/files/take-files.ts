// Looks over the folder of a system that drops files: finds what is whole, takes it, and says what is not as it should be.
import type { FoundFile, InboundTerms } from '../../adapters/files.ts';
import { limits } from '../../core/limits.ts';
import {
  changeFile,
  type FileInRow,
  insertFile,
  newestFiles,
  noteChange,
  openFiles,
  sinceLastFile,
} from '../../store/files/files.ts';
import { wakeWritebacks } from '../../store/files/outgoing-files.ts';
import type { Context } from '../context.ts';
import type { FileWork } from './exchange-files.ts';
import { endFileTrouble, openFileTrouble, wholeFileReasons } from './file-incidents.ts';
import { putAway } from './put-away.ts';
import { takeFile } from './take-file.ts';

/** True when more files wait than one turn takes. Throws `FileFault` when the place cannot be used. */
export async function takeFiles(context: Context, work: FileWork): Promise<boolean> {
  const { connection, files, place } = work;
  const db = context.database.engine;
  const terms = files.inbound(connection.settings) as InboundTerms;
  const listed = await place.list(terms.folder);
  const names = new Set(listed.map((one) => one.name));
  const found = listed.filter(({ name }) => isData(terms, name)).sort(byAge);
  const known = await meet(context, work, found);
  await noteGone(context, work, new Set(known.map(({ row }) => row.id)));
  const whole: { file: FoundFile; row: FileInRow }[] = [];
  for (const one of known) if (await isDue(context, work, terms, one, names)) whole.push(one);
  for (const { file, row } of whole.slice(0, limits.filesPerTurnMax)) {
    if (work.signal.aborted) return true;
    await takeFile(context, work, terms, file, row);
  }
  for (const row of await openFiles(db, connection.id))
    if (row.ended_at !== null) await putAway(context, work, terms, row);
  await wakeWritebacks(db, connection.id, false);
  await watchSchedule(context, work, terms);
  return whole.length > limits.filesPerTurnMax;
}

/** Neither a marker nor what we wrote there ourselves. */
const isData = (terms: InboundTerms, name: string): boolean =>
  terms.matches(name) &&
  !name.endsWith('.errors.csv') &&
  !(terms.complete.by === 'marker' && name.endsWith(terms.complete.suffix));

/** What was dropped first is taken first. */
const byAge = (a: FoundFile, b: FoundFile): number =>
  a.modifiedMs - b.modifiedMs || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Each file with what is on record of it. One that has changed since it was taken is another file. */
async function meet(
  context: Context,
  { connection }: FileWork,
  found: readonly FoundFile[],
): Promise<{ file: FoundFile; row: FileInRow }[]> {
  const db = context.database.engine;
  const keyed = found.map((file) => ({ file, key: nameKey(context, connection.id, file.name) }));
  const rows = await newestFiles(
    db,
    connection.id,
    keyed.map(({ key }) => key),
  );
  const met: { file: FoundFile; row: FileInRow }[] = [];
  for (const { file, key } of keyed) {
    const row = rows.find((one) => one.name_key === key);
    const same = row?.bytes === file.bytes && row.modified_ms === file.modifiedMs;
    if (row && same) met.push({ file, row });
    else met.push({ file, row: await noteArrival(context, connection.id, file, key, row) });
  }
  return met;
}

async function noteArrival(
  context: Context,
  connection: string,
  file: FoundFile,
  key: string,
  before: FileInRow | undefined,
): Promise<FileInRow> {
  const db = context.database.engine;
  const seen = { bytes: file.bytes, modified_ms: file.modifiedMs };
  if (before?.state === 'arriving' || before?.state === 'held') {
    await noteChange(db, before.id, seen);
    return { ...before, ...seen, state: 'arriving', still_ms: 0, checked_at: null };
  }
  // Somebody wrote over it while it was taken: what was recorded stays, and the rest is in the new one or nowhere.
  if (before?.state === 'taking') {
    await changeFile(db, before.id, { state: 'gone', reason: 'replaced', put_away: true });
    await openFileTrouble(context, { connection, file: before.id, reason: 'replaced' });
  }
  // Its name is another file's now.
  if (before && before.ended_at !== null && !before.put_away) await changeFile(db, before.id, { put_away: true });
  const id = context.newId('fil');
  const name_ct = context.vault.sealSecrets(id, { name: file.name });
  return insertFile(db, { id, connection_id: connection, name_key: key, name_ct, ...seen });
}

/** Taken away by somebody before all of it was through. */
async function noteGone(context: Context, { connection }: FileWork, there: ReadonlySet<string>): Promise<void> {
  for (const row of await openFiles(context.database.engine, connection.id)) {
    if (there.has(row.id) || row.ended_at !== null) continue;
    const midway = row.state === 'taking';
    await changeFile(context.database.engine, row.id, {
      state: 'gone',
      reason: midway ? 'gone_midway' : 'gone',
      put_away: true,
    });
    if (midway) await openFileTrouble(context, { connection: connection.id, file: row.id, reason: 'gone_midway' });
    else
      await endFileTrouble(context, connection.id, wholeFileReasons, {
        file: row.id,
        resolution: 'The file was taken away',
      });
  }
}

/** Whole, and not known for what is wrong with it. */
async function isDue(
  context: Context,
  work: FileWork,
  terms: InboundTerms,
  { file, row }: { file: FoundFile; row: FileInRow },
  names: ReadonlySet<string>,
): Promise<boolean> {
  if (row.state === 'taking') return true;
  if (row.ended_at !== null) return false;
  // Other settings may take what these did not.
  if (row.state === 'held') return row.checked_at !== null && row.checked_at < work.connection.changedAt;
  const settled = row.still_ms >= limits.fileSettleMs;
  const whole = terms.complete.by === 'marker' ? names.has(file.name + terms.complete.suffix) : settled;
  if (whole && row.checked_at === null) return true;
  if (Math.max(whole ? 0 : row.known_ms, row.checked_at ? row.still_ms : 0) < limits.fileHalfMs) return false;
  const reason = terms.complete.by === 'marker' && !whole ? 'marker_missing' : 'half_written';
  await openFileTrouble(context, { connection: work.connection.id, file: row.id, reason });
  if (row.checked_at !== null) await changeFile(context.database.engine, row.id, { state: 'held', reason });
  return false;
}

/** Nothing came when something was promised. */
async function watchSchedule(context: Context, { connection }: FileWork, terms: InboundTerms): Promise<void> {
  if (terms.expectedEveryMs === null) return;
  const since = await sinceLastFile(context.database.engine, connection.id);
  if (since > terms.expectedEveryMs) await openFileTrouble(context, { connection: connection.id, reason: 'late' });
  else await endFileTrouble(context, connection.id, ['late'], { resolution: 'A file came' });
}

const nameKey = ({ vault }: Context, connection: string, name: string): string =>
  vault.keyed('file name', JSON.stringify([connection, name]));
