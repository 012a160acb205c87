// Accounts and clients with what they may do and when they were last used; and what of them somebody should look at again.
import { limits } from '../../core/limits.ts';
import { readAccountUse, readSecretAges } from '../../store/reports/access.ts';
import { type ClientSummary, manageClients } from '../clients/manage-clients.ts';
import type { Context } from '../context.ts';
import { manageParties } from '../versions/manage-parties.ts';
import { type AccountSummary, manageAccounts } from './manage-accounts.ts';

/** Accounts that nobody used, and secrets that nobody changed, for so long are to be reviewed. */
export const reviewDays = 90;
const dayMs = 86_400_000;

/** Times are ISO 8601. */
export interface AccountAccess extends AccountSummary {
  lastSignedInAt: string | null;
  lastRefusedAt: string | null;
  sessions: number;
  parties: readonly string[];
  /** Why it is to be reviewed; null when it is not. */
  review: 'unused' | 'never_used' | null;
}

export interface ClientAccess extends ClientSummary {
  secretSince: string;
  nextSecretSince: string | null;
  review: 'old_secret' | 'unused' | null;
}

export interface AccessReport {
  accounts: readonly AccountAccess[];
  clients: readonly ClientAccess[];
}

export async function readAccess(
  context: Pick<Context, 'newId' | 'vault' | 'hashPrices' | 'database' | 'now'>,
): Promise<AccessReport> {
  const db = context.database.reports;
  const [accounts, uses, parties, clients, ages] = await Promise.all([
    manageAccounts(context).list(),
    readAccountUse(db, limits.sessionIdleMs),
    manageParties(context).list(),
    manageClients(context, context.database.engine).list(),
    readSecretAges(db),
  ]);
  const now = context.now();
  return {
    accounts: accounts.map((account): AccountAccess => {
      const use = uses.find((one) => one.id === account.id);
      const more = {
        lastSignedInAt: use?.last_signed_in_at ?? null,
        lastRefusedAt: use?.last_refused_at ?? null,
        sessions: use?.sessions ?? 0,
        parties: parties.get(account.id) ?? [],
      };
      return { ...account, ...more, review: reviewOfAccount(account, more.lastSignedInAt, now) };
    }),
    clients: clients.map((client): ClientAccess => {
      const age = ages.find((one) => one.id === client.id);
      const secretSince = age?.current_since ?? client.createdAt;
      const nextSecretSince = age?.next_since ?? null;
      return { ...client, secretSince, nextSecretSince, review: reviewOfClient(client, secretSince, now) };
    }),
  };
}

const isOld = (at: string, now: number): boolean => now - Date.parse(at) > reviewDays * dayMs;

function reviewOfAccount(account: AccountSummary, lastAt: string | null, now: number): AccountAccess['review'] {
  if (account.deactivatedAt !== null || !isOld(lastAt ?? account.createdAt, now)) return null;
  return lastAt === null ? 'never_used' : 'unused';
}

function reviewOfClient(client: ClientSummary, secretSince: string, now: number): ClientAccess['review'] {
  if (client.revokedAt !== null) return null;
  if (isOld(secretSince, now)) return 'old_secret';
  return isOld(client.lastUsedAt ?? client.createdAt, now) ? 'unused' : null;
}
