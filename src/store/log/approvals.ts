// Signatures on versions: append-only, each under the parties that had to sign when it was made.
import { sql } from 'kysely';
import { inOrder, type SignedApproval } from '../../core/access/approval.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';

/** Held until the transaction ends: versions are put on record, proposed and signed one at a time. */
export async function lockVersions(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('interlock versions'))`.execute(tx);
}

/** False when this account, or somebody for this party, decided about this content already. */
export async function insertApproval(
  tx: Tx,
  id: ApprovalId,
  account: string,
  { of, ...one }: SignedApproval,
): Promise<boolean> {
  const added = await tx
    .insertInto('approval')
    .values({
      id,
      ...of,
      role: one.party,
      account_id: account,
      decision: one.decision,
      reason: one.reason,
      decided_at: one.decidedAt,
      required: inOrder(one.required),
      display_name: one.displayName,
      signer: one.signer,
      key_id: one.key,
      signature: Buffer.from(one.signature, 'base64'),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

/** A decision with whose it was: the account is for pages behind a session, never for a published one. */
export type KeptApproval = SignedApproval & { account: string };

/** All decisions of one kind, of one name or all, oldest first; there are few. */
export async function listApprovals(db: Db, kind: 'machine' | 'dictionary', name?: string): Promise<KeptApproval[]> {
  let select = db
    .selectFrom('approval')
    .selectAll()
    .select(isoMicros(sql`decided_at`).as('at'))
    .where('kind', '=', kind)
    .orderBy('decided_at')
    .orderBy('id');
  if (name !== undefined) select = select.where('name', '=', name);
  return (await select.execute()).map((row) => ({
    statement: 'approval',
    of: { kind, name: row.name, version: row.version, hash: row.hash },
    party: row.role,
    required: row.required,
    signer: row.signer,
    displayName: row.display_name,
    decision: row.decision === 'approved' ? 'approved' : 'rejected',
    reason: row.reason,
    decidedAt: row.at,
    key: row.key_id,
    signature: row.signature.toString('base64'),
    account: row.account_id,
  }));
}
