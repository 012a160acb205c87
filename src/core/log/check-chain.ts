// Holds one subject's part of the log to its hashes, its machines and its stored state; names the first row that is wrong.

import { isImport } from '../deciding/imported.ts';
import type { CompiledMachine } from '../machine/machine.ts';
import { chainHash, chainStart, type TransitionHeader } from './chain.ts';
import type { LogFault, RowFault } from './faults.ts';

export interface LoggedTransition {
  header: TransitionHeader;
  payloadCommit: Buffer;
  prevHash: Buffer;
  hash: Buffer;
}

/** What the subject's own row says of the end of its log. */
export interface SubjectEnd {
  version: number;
  chainHead: Buffer;
  machine: string;
  machineVersion: number;
  state: string;
  history: string | null;
}

/** The machine of a name, version and hash; null when none is on record so. */
export type FindMachine = (name: string, version: number, hash: string) => CompiledMachine | null;

/** What else is known of a row, such as its event. Null when nothing is wrong. */
export type CheckRow<Row> = (row: Row) => RowFault | null;

/** Rows of one subject, by version; `end` is null when the subject has no row of its own. */
export function checkChain<Row extends LoggedTransition>(
  subject: string,
  rows: readonly Row[],
  end: SubjectEnd | null,
  findMachine: FindMachine,
  checkRow: CheckRow<Row> = () => null,
): LogFault | null {
  const bad = (version: number, fault: RowFault): LogFault => ({ kind: 'row', subject, version, fault });
  if (!end && rows.length > 0) return bad(rows[0]?.header.version ?? 1, 'subject_missing');
  let before: Row | null = null;
  for (const row of rows) {
    const version: number = (before?.header.version ?? 0) + 1;
    const fault: RowFault | null =
      (row.header.version !== version ? 'missing' : null) ??
      linkFault(row, before) ??
      stepFault(row.header, before?.header ?? null, findMachine) ??
      checkRow(row);
    if (fault) return bad(version, fault);
    before = row;
  }
  if (!end) return null;
  const version = before?.header.version ?? 0;
  if (end.version !== version || !end.chainHead.equals(before?.hash ?? chainStart))
    return bad(version + 1, 'end_cut_off');
  return before && !standsThere(end, before.header) ? bad(version, 'state_differs') : null;
}

function linkFault(row: LoggedTransition, before: LoggedTransition | null): RowFault | null {
  if (!row.prevHash.equals(before?.hash ?? chainStart)) return 'not_linked';
  return chainHash(row.prevHash, row.header, row.payloadCommit).equals(row.hash) ? null : 'changed';
}

/**
 * Replays the step. What guards knew at the time is encrypted with the events, so a step counts as possible when some edge
 * of its event leads there, open or not.
 */
function stepFault(row: TransitionHeader, before: TransitionHeader | null, findMachine: FindMachine): RowFault | null {
  const machine = findMachine(row.machine, row.machineVersion, row.machineHash);
  if (!machine) return 'machine_differs';
  if (!before && isImport(machine, row)) return null;
  const history = before?.history ?? null;
  const possible =
    row.from === (before?.to ?? machine.initial) &&
    (row.history === history || row.history === row.from) &&
    machine.edges.get(row.from)?.some((edge) => edge.event === row.type && (edge.to ?? history) === row.to);
  return possible ? null : 'impossible_step';
}

const standsThere = (end: SubjectEnd, last: TransitionHeader): boolean =>
  end.state === last.to &&
  end.history === last.history &&
  end.machine === last.machine &&
  end.machineVersion === last.machineVersion;
