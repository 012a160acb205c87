// Rows of a file go the way of webhooks, and are the proof of what we wrote to the same system.
import type { FileRow, FoundFile, InboundTerms } from '../../adapters/files.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { Progress } from '../../store/files/files.ts';
import { type LastWritten, lastWritten, noteShown } from '../../store/files/outgoing-files.ts';
import type { Context } from '../context.ts';
import { recordPayloads } from '../intake/poll.ts';
import type { FileWork } from './exchange-files.ts';
import { referenceKey } from './file-ledger.ts';

type Row = Extract<FileRow, { kind: 'row' }>;

/** Rejects with `Unavailable` when they could not all be recorded; they come again then, as repetitions. */
export async function recordRows(
  context: Context,
  { connection, files }: FileWork,
  terms: InboundTerms,
  from: { file: FoundFile; firstSeenAt: Date },
  rows: readonly Row[],
): Promise<Omit<Progress, 'done'>> {
  const settings = connection.settings;
  const keyed = rows.map((row) => ({ row, key: referenceKey(context, connection.id, row.reference) }));
  const ours = new Map(
    (await lastWritten(context.database.engine, connection.id, [...new Set(keyed.map(({ key }) => key))])).map(
      (one) => [one.ref_key, one] as const,
    ),
  );
  const statesOf = (row: Row): readonly string[] => files.statesOf(settings, row.stage);
  if (terms.proves) await noteProofs(context, from, keyed, ours, statesOf);
  const current = keyed.filter(({ row, key }) => !isOutdated(row, statesOf(row), ours.get(key), from.file));
  const outdated = rows.length - current.length;
  // An observer is believed in what it shows of our own writes, and in nothing else.
  if (connection.direction === 'out') return { recorded: 0, repeated: 0, quarantined: 0, outdated };
  const payloads = current.map(({ row }) =>
    files.payload(row, context.vault.keyed('file row', JSON.stringify([connection.id, row.identity]))),
  );
  const recorded = (await recordPayloads(context, connection, payloads)).flat();
  const count = (disposition: string): number => recorded.filter((one) => one.disposition === disposition).length;
  const [repeated, quarantined] = [count('duplicate'), count('quarantined')];
  return { recorded: recorded.length - repeated - quarantined, repeated, quarantined, outdated };
}

/** The system wrote this file before it had read ours: what it says was true, and is not news. */
function isOutdated(row: Row, states: readonly string[], ours: LastWritten | undefined, file: FoundFile): boolean {
  if (!ours || states.length === 0 || states.some((state) => isWithin(ours.target_state, state))) return false;
  const [said, written] = [Date.parse(row.moment), ours.written_at.getTime()];
  return said < written && file.modifiedMs < (ours.confirmed_at?.getTime() ?? Infinity);
}

/** Only a file that was made, and found, after ours was written can show that ours was read. The last row about a thing counts. */
async function noteProofs(
  context: Context,
  { file, firstSeenAt }: { file: FoundFile; firstSeenAt: Date },
  keyed: readonly { row: Row; key: string }[],
  ours: ReadonlyMap<string, LastWritten>,
  statesOf: (row: Row) => readonly string[],
): Promise<void> {
  const shown = new Map<string, readonly string[]>();
  const newest = new Map<string, string>();
  for (const { row, key } of keyed) {
    const written = ours.get(key);
    const at = written?.written_at.getTime() ?? Infinity;
    if (!written || file.modifiedMs <= at || firstSeenAt.getTime() <= at) continue;
    if (row.moment < (newest.get(key) ?? '')) continue;
    newest.set(key, row.moment);
    shown.set(written.writeback_id, statesOf(row));
  }
  await noteShown(
    context.database.engine,
    [...shown].map(([writeback, states]) => ({ writeback, states })),
  );
}
