// The turns of connections that exchange files: each side by itself, so that a folder that cannot be read holds up nothing that is written.
import { type FileExchange, FileFault, type Place } from '../../adapters/files.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import { endFileTurn, type FileSide, type FileTurn, failFileTurn, takeFileTurn } from '../../store/files/file-turns.ts';
import { forgetNames } from '../../store/files/files.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { vendorContext } from '../delivery/work-commands.ts';
import { endFileTrouble, openFileTrouble } from './file-incidents.ts';
import { takeFiles } from './take-files.ts';
import { writeFiles } from './write-files.ts';

/** What one turn works with. */
export interface FileWork {
  connection: Connection;
  files: FileExchange;
  place: Place;
  turn: FileTurn;
  signal: AbortSignal;
}

/** One turn of every side whose turn it is; returns how many there were. */
export async function exchangeFiles(context: Context, signal: AbortSignal): Promise<number> {
  const db = context.database.engine;
  let turns = 0;
  for (const connection of (await context.connections.load(db)).filter(exchanges))
    for (const [side, everyMs] of sidesOf(connection)) {
      const turn = await takeFileTurn(db, connection.id, side, limits.fileLeaseMs);
      if (!turn) continue;
      turns += 1;
      await takeTurn(context, connection, turn, everyMs, signal);
    }
  return turns;
}

/** Names of files say who a candidate is often enough: they are kept no longer than they are of use. */
export const forgetFileNames = ({ database }: Context): Promise<void> =>
  forgetNames(database.engine, limits.fileNameKeepMs);

/** A worker outside keeps its credentials to itself. */
const exchanges = ({ adapter, status, worker }: Connection): boolean =>
  adapter.files !== undefined && status === 'active' && worker === 'interlock';

/** Each side with its pace. Rows that wait are looked for more often than files are made of them. */
function sidesOf({ adapter, settings, direction }: Connection): [FileSide, number][] {
  const inbound = adapter.files?.inbound(settings);
  const outbound = adapter.files?.outbound(settings);
  const takes = inbound && (direction !== 'out' || inbound.proves);
  return [
    ...(takes ? ([['in', inbound.everyMs]] as [FileSide, number][]) : []),
    ...(outbound && direction !== 'in' ? ([['out', Math.min(outbound.everyMs, 10_000)]] as [FileSide, number][]) : []),
  ];
}

async function takeTurn(
  context: Context,
  connection: Connection,
  turn: FileTurn,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const db = context.database.engine;
  const files = connection.adapter.files as FileExchange;
  const bounded = context.deadline(limits.fileTurnMs, signal);
  let place: Place | undefined;
  try {
    place = await files.open(vendorContext(context, connection, bounded));
    const work: FileWork = { connection, files, place, turn, signal: bounded };
    const more = turn.side === 'in' ? await takeFiles(context, work) : await writeFiles(context, work);
    await endFileTurn(db, turn, more ? 0 : everyMs);
    await endFileTrouble(context, connection.id, placeReasons, { resolution: 'The place can be used again' });
  } catch (error) {
    if (signal.aborted) return;
    const failure = error instanceof FileFault ? error.code : 'failed';
    context.log.warn(
      { connection: connection.id, reason: failure, ...traceOf(error) },
      'files could not be exchanged and are tried again',
    );
    const since = await failFileTurn(db, turn, failure, { firstMs: everyMs, mostMs: limits.fileRetryMsMax });
    if (since >= limits.pollStaleMs || mendsItselfNever.has(failure))
      await openFileTrouble(context, { connection: connection.id, reason: failure, detail: { side: turn.side } });
  } finally {
    await place?.close().catch(() => {});
  }
}

/** Waiting will not help: somebody must change something. */
const mendsItselfNever: ReadonlySet<string> = new Set([
  'no_root',
  'outside_root',
  'host_key',
  'unauthorised',
  'blocked_address',
]);
const placeReasons = [...mendsItselfNever, 'no_folder', 'no_file', 'not_allowed', 'read_only', 'unreachable', 'failed'];
