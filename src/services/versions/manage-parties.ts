// For whom an account signs versions: an admin says so, and it is written down.
import { isId } from '../../core/ids.ts';
import { findAccount } from '../../store/access/accounts.ts';
import { listPartyMembers, setPartyMember } from '../../store/log/party-members.ts';
import type { By } from '../clients/manage-clients.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { allParties, loadSigners, type Signers } from './signing-parties.ts';

export interface Parties {
  /** Every party there is, in the order of machines/signers.json. */
  all(): readonly string[];
  /** Parties by account. */
  list(): Promise<ReadonlyMap<string, readonly string[]>>;
  of(account: string): Promise<readonly string[]>;
  /** Replaces all of an account. */
  set(
    account: string,
    parties: readonly string[],
    by: By,
  ): Promise<{ kind: 'changed' | 'unknown_account' | 'unknown_party' }>;
}

export function manageParties(context: Pick<Context, 'database'>, signers: Signers = loadSigners()): Parties {
  const db = context.database.engine;
  return {
    all: () => allParties(signers),
    async list() {
      const found = new Map<string, string[]>();
      for (const { account_id: account, party } of await listPartyMembers(db))
        found.set(account, [...(found.get(account) ?? []), party]);
      return found;
    },
    of: async (account) => (await listPartyMembers(db, account)).map((one) => one.party),
    async set(account, parties, by) {
      if (parties.some((one) => !allParties(signers).includes(one))) return { kind: 'unknown_party' };
      return db.transaction().execute(async (tx) => {
        const row = isId('acc', account) ? await findAccount(tx, account) : undefined;
        if (!row || row.deactivated_at !== null) return { kind: 'unknown_account' };
        const before = (await listPartyMembers(tx, account)).map((one) => one.party);
        await setPartyMember(tx, account, [...new Set(parties)], by.actor.id);
        await writeAudit(tx, {
          ...by,
          action: 'account.parties_changed',
          objectKind: 'account',
          objectId: account,
          detail: { before, after: [...new Set(parties)] },
        });
        return { kind: 'changed' };
      });
    },
  };
}
