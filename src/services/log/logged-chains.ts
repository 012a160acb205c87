// The log as its tables hold it, one subject after the other: rows, where they lie in the sealed order, and the subject's own row.

import { limits } from '../../core/limits.ts';
import type { LoggedTransition, SubjectEnd } from '../../core/log/check-chain.ts';
import type { Db } from '../../store/database/database.ts';
import { type ChainRow, readChains, readOrphans } from '../../store/reports/chain.ts';

export interface LoggedRow extends LoggedTransition {
  epoch: number;
  xid: string;
  /** The row with its event, its persons' keys and its subject. */
  stored: ChainRow;
}

export interface LoggedChain {
  subject: string;
  rows: LoggedRow[];
  /** Null when the subject has no row. */
  end: SubjectEnd | null;
  /** The highest version that an event of the subject says it made. */
  claimedVersion: number;
}

/** Every subject in order of their ids, and then those that are missing but left rows; reads a few at a time. */
export async function* loggedChains(db: Db): AsyncGenerator<LoggedChain> {
  yield* pages((after) => readChains(db, after, limits.verifySubjectsMax));
  yield* pages((after) => readOrphans(db, after, limits.verifySubjectsMax));
}

async function* pages(read: (after: string) => Promise<ChainRow[]>): AsyncGenerator<LoggedChain> {
  let next = read('');
  try {
    for (;;) {
      const rows = await next;
      const last = rows.at(-1);
      if (!last) return;
      // The database reads the next ones while these are looked at.
      next = read(last.subject_id);
      for (const group of perSubject(rows)) yield chainOf(group);
    }
  } finally {
    // Whoever has seen enough leaves with a question still open.
    await next.catch(() => {});
  }
}

/** The rows come in order of their subjects. */
function* perSubject(rows: readonly ChainRow[]): Generator<[ChainRow, ...ChainRow[]]> {
  let group: [ChainRow, ...ChainRow[]] | null = null;
  for (const row of rows) {
    if (group?.[0].subject_id === row.subject_id) group.push(row);
    else {
      if (group) yield group;
      group = [row];
    }
  }
  if (group) yield group;
}

function chainOf(group: [ChainRow, ...ChainRow[]]): LoggedChain {
  const [first] = group;
  const end: SubjectEnd | null =
    first.subject_version === null
      ? null
      : {
          version: first.subject_version,
          chainHead: first.chain_head,
          machine: first.subject_machine,
          machineVersion: first.subject_machine_version,
          state: first.subject_state,
          history: first.subject_history,
        };
  const rows = group.flatMap((row) => (row.version === null ? [] : [loggedRow(row, row.version)]));
  return { subject: first.subject_id, rows, end, claimedVersion: first.claimed_version };
}

const loggedRow = (row: ChainRow, version: number): LoggedRow => ({
  header: {
    subject: row.subject_id,
    version,
    event: row.event_id,
    type: row.type,
    from: row.from_state,
    to: row.to_state,
    history: row.history,
    machine: row.machine,
    machineVersion: row.machine_version,
    machineHash: row.machine_hash,
    source: row.source,
    by: row.by_kind,
    occurredAt: row.occurred_at.toISOString(),
    recordedAt: row.recorded_at,
  },
  payloadCommit: row.payload_commit,
  prevHash: row.prev_hash,
  hash: row.hash,
  epoch: row.epoch,
  xid: row.xid,
  stored: row,
});
