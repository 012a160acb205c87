// Recomputes every subject's hash chain from the log, replays it, and names the first row that is not what it was.

import type { PersonId } from '../../core/ids.ts';
import { type CommittedEvent, payloadCommitment } from '../../core/log/chain.ts';
import { checkChain } from '../../core/log/check-chain.ts';
import type { LogFault, RowFault } from '../../core/log/faults.ts';
import { checkMachines, findRecorded } from '../../core/machine/recorded.ts';
import type { Db } from '../../store/database/database.ts';
import { type ChainRow, readMachineVersions } from '../../store/reports/chain.ts';
import type { Vault } from '../vault.ts';
import { loggedChains } from './logged-chains.ts';

export type ChainVerdict =
  | { kind: 'intact'; subjects: number; transitions: number }
  /** What the named row says can no longer be trusted, nor anything of its subject after it. */
  | { kind: 'broken'; found: LogFault };

/** Reads the whole log: for checks, not for pages. With the vault, also that each event still carries what was committed to. */
export async function verifyChain(db: Db, vault: Vault | null = null): Promise<ChainVerdict> {
  const machines = await readMachineVersions(db);
  const changed = checkMachines(machines);
  if (changed) return { kind: 'broken', found: changed };
  const findMachine = findRecorded(machines);
  let subjects = 0;
  let transitions = 0;
  for await (const { subject, rows, end, claimedVersion } of loggedChains(db)) {
    const found =
      checkChain(subject, rows, end, findMachine, (row) => eventFault(row.stored, row.payloadCommit, vault)) ??
      missingRow(subject, rows.length, claimedVersion);
    if (found) return { kind: 'broken', found };
    subjects += 1;
    transitions += rows.length;
  }
  return { kind: 'intact', subjects, transitions };
}

/** Log and subject agree, but an event says that it made a version after them: both were cut back. */
const missingRow = (subject: string, versions: number, claimed: number): LogFault | null =>
  claimed > versions ? { kind: 'row', subject, version: versions + 1, fault: 'end_cut_off' } : null;

function eventFault(row: ChainRow, commitment: Buffer, vault: Vault | null): RowFault | null {
  if (row.external_id === null) return 'event_missing';
  if (row.event_differs) return 'event_differs';
  if (row.erased_unrecorded) return 'erased_unrecorded';
  return !vault || carriesCommitted(row, commitment, vault) ? null : 'payload_differs';
}

/** True as well where nothing is left to compare, because the person was erased. */
function carriesCommitted(row: ChainRow, commitment: Buffer, vault: Vault): boolean {
  try {
    const own = vault.unwrap(row.person_id as PersonId, row);
    const other = row.event_person_id as PersonId | null;
    const holder = other
      ? vault.unwrap(other, { data_key: row.event_data_key, commit_key: row.event_commit_key })
      : own;
    if (!own || !holder) return row.payload_ct === null;
    if (!row.payload_ct) return false;
    const data = vault.unsealJson(holder.dataKey, ['event', 'payload_ct', row.event_id], row.payload_ct);
    return payloadCommitment(own.commitKey, committedOf(row, data)).equals(commitment);
  } catch {
    // Another key, another place, or a changed bit: it cannot be opened.
    return false;
  }
}

const committedOf = (row: ChainRow, data: unknown): CommittedEvent => ({
  externalId: row.external_id ?? '',
  fingerprint: row.fingerprint,
  receivedAt: row.received_at.toISOString(),
  claimKind: row.claim_kind,
  claim: row.claim ?? '',
  refSystem: row.ref_system,
  refId: row.ref_id,
  data,
});
