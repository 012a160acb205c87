// Who an account belongs to: the name in the clear, since signatures and audits show it; the address encrypted.
import type { AccountId } from '../../core/ids.ts';
import { type AccountRow, insertAccount } from '../../store/access/accounts.ts';
import type { Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';

/** Null when the address is taken. The address is kept encrypted, and as a blind index to find it by. */
export async function insertPerson(
  context: Pick<Context, 'newId' | 'vault'>,
  tx: Tx,
  person: { name: string; email: string },
  passwordHash: string | null,
): Promise<AccountId | null> {
  const id = context.newId('acc');
  const added = await insertAccount(tx, {
    id,
    name: person.name,
    email_index: context.vault.emailIndex(person.email),
    profile_ct: context.vault.sealJson(profileKey(context), ['account', 'profile_ct', id], { email: person.email }),
    password_hash: passwordHash,
  });
  return added ? id : null;
}

/** The address of an account; null where none was kept. */
export function emailOf(context: Pick<Context, 'vault'>, row: AccountRow): string | null {
  if (!row.profile_ct) return null;
  const profile = context.vault.unsealJson(profileKey(context), ['account', 'profile_ct', row.id], row.profile_ct);
  return (profile as { email?: string }).email ?? null;
}

const profileKey = (context: Pick<Context, 'vault'>): Buffer => context.vault.derive('account-profiles');
