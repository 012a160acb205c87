// Recomputes every subject's hash chain from the log, and names the first row that is not what it was.
import { chainHash, chainStart } from '../core/chain.ts';
import type { Db } from '../store/database.ts';
import { type ChainRow, readChains } from '../store/reports/chain.ts';

export type ChainVerdict =
  | { kind: 'intact'; subjects: number; transitions: number }
  /** `version`: of the first bad row. What it says can no longer be trusted, nor anything after it. */
  | { kind: 'broken'; subject: string; version: number; fault: 'changed' | 'missing' | 'not_linked' | 'end_cut_off' };

const subjectsAtOnce = 500;

/** Reads the whole log: for checks, not for pages. */
export async function verifyChain(db: Db): Promise<ChainVerdict> {
  let subjects = 0;
  let transitions = 0;
  for (let after = ''; ; ) {
    const rows = await readChains(db, after, subjectsAtOnce);
    const last = rows.at(-1);
    if (!last) return { kind: 'intact', subjects, transitions };
    for (const chain of perSubject(rows)) {
      const fault = faultOf(chain);
      if (fault) return fault;
      subjects += 1;
      transitions += chain.filter((row) => row.version !== null).length;
    }
    after = last.subject_id;
  }
}

/** The rows come in order of their subjects. */
function* perSubject(rows: readonly ChainRow[]): Generator<ChainRow[]> {
  let chain: ChainRow[] = [];
  for (const row of rows) {
    if (chain.length > 0 && chain[0]?.subject_id !== row.subject_id) {
      yield chain;
      chain = [];
    }
    chain.push(row);
  }
  if (chain.length > 0) yield chain;
}

function faultOf(chain: readonly ChainRow[]): Extract<ChainVerdict, { kind: 'broken' }> | null {
  let previous: Buffer = chainStart;
  let version = 0;
  for (const row of chain) {
    if (row.version === null) break;
    version += 1;
    if (row.version !== version) return { kind: 'broken', subject: row.subject_id, version, fault: 'missing' };
    if (!row.prev_hash.equals(previous))
      return { kind: 'broken', subject: row.subject_id, version, fault: 'not_linked' };
    if (!hashOf(row, version).equals(row.hash))
      return { kind: 'broken', subject: row.subject_id, version, fault: 'changed' };
    previous = row.hash;
  }
  const end = chain[0];
  if (!end || (end.subject_version === version && end.chain_head.equals(previous))) return null;
  return { kind: 'broken', subject: end.subject_id, version: version + 1, fault: 'end_cut_off' };
}

const hashOf = (row: ChainRow, version: number): Buffer =>
  chainHash(
    row.prev_hash,
    {
      subject: row.subject_id,
      version,
      event: row.event_id,
      type: row.type,
      from: row.from_state,
      to: row.to_state,
      machine: row.machine,
      machineVersion: row.machine_version,
      machineHash: row.machine_hash,
      source: row.source,
      by: row.by_kind,
      occurredAt: row.occurred_at.toISOString(),
      recordedAt: row.recorded_at,
    },
    row.payload_commit,
  );
