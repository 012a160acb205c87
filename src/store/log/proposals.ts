// Machine versions that somebody proposed, as they were; the newest of a number counts.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';

export interface NewProposal {
  machine: string;
  version: number;
  hash: string;
  /** JSON, as it was given. */
  definition: string;
  note: string;
  proposer_kind: 'account' | 'cli' | 'client' | 'system';
  proposer_id: string;
}

/** `proposed_at` is ISO 8601 with microseconds. */
export type ProposalRow = NewProposal & { number: string; proposed_at: string };

export async function insertProposal(tx: Tx, proposal: NewProposal): Promise<void> {
  await tx.insertInto('proposal').values(proposal).execute();
}

/** Newest first; of one machine and number, or all of them. At most `rowsMax`. */
export async function listProposals(
  db: Db,
  rowsMax: number,
  of: { machine?: string; version?: number } = {},
): Promise<ProposalRow[]> {
  let select = db
    .selectFrom('proposal')
    .select(['number', 'machine', 'version', 'hash', 'definition', 'note', 'proposer_kind', 'proposer_id'])
    .select(isoMicros(sql`proposed_at`).as('proposed_at'))
    .orderBy('number', 'desc')
    .limit(rowsMax);
  if (of.machine !== undefined) select = select.where('machine', '=', of.machine);
  if (of.version !== undefined) select = select.where('version', '=', of.version);
  return (await select.execute()) as ProposalRow[];
}
