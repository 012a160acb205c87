// For whom an account signs.
import type { Db, Tx } from '../database/database.ts';

export interface PartyMember {
  account_id: string;
  party: string;
}

/** Of one account, or all. */
export async function listPartyMembers(db: Db, account?: string): Promise<PartyMember[]> {
  let select = db.selectFrom('party_member').select(['account_id', 'party']).orderBy('account_id').orderBy('party');
  if (account !== undefined) select = select.where('account_id', '=', account);
  return select.execute();
}

/** Replaces all of an account. */
export async function setPartyMember(
  tx: Tx,
  account: string,
  parties: readonly string[],
  grantedBy: string,
): Promise<void> {
  await tx.deleteFrom('party_member').where('account_id', '=', account).execute();
  if (parties.length === 0) return;
  await tx
    .insertInto('party_member')
    .values(parties.map((party) => ({ account_id: account, party, granted_by: grantedBy })))
    .execute();
}
