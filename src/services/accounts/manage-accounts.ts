// Accounts of people from the first one to deactivation: what each may do, and links to choose a password with.
import { z } from 'zod';
import { type Right, type Role, rightNames, roleNames } from '../../core/access/roles.ts';
import { type AccountId, isId } from '../../core/ids.ts';
import {
  type AccountRow,
  countAdmins,
  deactivateAccountRow,
  listAccounts,
  lockAccount,
  lockFirstAdmin,
  setRights,
  setRoles,
} from '../../store/access/accounts.ts';
import { deleteSessions } from '../../store/access/sessions.ts';
import { deleteLinks } from '../../store/access/sign-in-links.ts';
import type { Tx } from '../../store/database/database.ts';
import type { By } from '../clients/manage-clients.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { emailOf, insertPerson } from './account-profiles.ts';
import { makePasswordLink } from './sign-in-links.ts';

export const rolesSchema = z.array(z.enum(roleNames)).min(1);
export const rightsSchema = z.array(z.enum(rightNames));
export const personSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  email: z.string().trim().max(254).pipe(z.email()),
});
export const newAccountSchema = personSchema.extend({ roles: rolesSchema });
export type NewAccount = z.output<typeof newAccountSchema>;

/** Times are ISO 8601. */
export interface AccountSummary {
  id: AccountId;
  name: string;
  email: string | null;
  roles: string[];
  /** What was granted beside the roles. */
  rights: string[];
  /** False until a password was chosen. */
  ready: boolean;
  createdAt: string;
  deactivatedAt: string | null;
}

export type NotManaged = { kind: 'unknown_account' } | { kind: 'deactivated' } | { kind: 'last_admin' };
export type Managed = { kind: 'changed' } | NotManaged;

export interface Accounts {
  /** `link` is the token that lets its owner choose a password; only its hash is kept. */
  add(account: NewAccount, by: By): Promise<{ kind: 'added'; id: AccountId; link: string } | { kind: 'email_taken' }>;
  list(): Promise<AccountSummary[]>;
  /** Replaces them all, and ends the account's sessions: what somebody may do never changes under way. */
  setRoles(id: string, roles: readonly Role[], by: By): Promise<Managed>;
  /** Replaces all that was granted beside the roles; the account's sessions end as well. */
  setRights(id: string, rights: readonly Right[], by: By): Promise<Managed>;
  /** For good: sessions and links end at once. */
  deactivate(id: string, by: By): Promise<Managed>;
  /** A new link to choose a password, in place of all before; the password stays until then, the sessions end. */
  reset(id: string, by: By): Promise<{ kind: 'made'; link: string } | NotManaged>;
}

export function manageAccounts(context: Pick<Context, 'newId' | 'vault' | 'database'>): Accounts {
  const db = context.database.engine;
  const change = <T>(id: string, work: (tx: Tx, row: AccountRow) => Promise<T>): Promise<T | NotManaged> =>
    db.transaction().execute(async (tx): Promise<T | NotManaged> => {
      // Two admins who take each other's role away at once would leave nobody.
      await lockFirstAdmin(tx);
      const row = isId('acc', id) ? await lockAccount(tx, id) : undefined;
      if (!row) return { kind: 'unknown_account' };
      return row.deactivated_at === null ? work(tx, row) : { kind: 'deactivated' };
    });
  const note = (tx: Tx, id: string, by: By, action: string, detail: Record<string, unknown> = {}): Promise<void> =>
    writeAudit(tx, { ...by, action: `account.${action}`, objectKind: 'account', objectId: id, detail });
  const isLastAdmin = async (tx: Tx, row: AccountRow): Promise<boolean> =>
    row.roles.includes('admin') && (await countAdmins(tx)) <= 1;
  return {
    add: (account, by) =>
      db.transaction().execute(async (tx) => {
        const id = await insertPerson(context, tx, account, null);
        if (id === null) return { kind: 'email_taken' };
        await setRoles(tx, id, [...new Set(account.roles)], by.actor.id);
        await note(tx, id, by, 'created', { roles: account.roles });
        return { kind: 'added', id, link: await makePasswordLink(tx, id) };
      }),
    list: async () => (await listAccounts(db)).map((row) => summarise(context, row)),
    setRoles: (id, roles, by) =>
      change<Managed>(id, async (tx, row) => {
        if (!roles.includes('admin') && (await isLastAdmin(tx, row))) return { kind: 'last_admin' };
        await setRoles(tx, id, [...new Set(roles)], by.actor.id);
        await deleteSessions(tx, id);
        await note(tx, id, by, 'roles_changed', { before: row.roles, after: roles });
        return { kind: 'changed' };
      }),
    setRights: (id, rights, by) =>
      change<Managed>(id, async (tx, row) => {
        await setRights(tx, id, [...new Set(rights)], by.actor.id);
        await deleteSessions(tx, id);
        await note(tx, id, by, 'rights_changed', { before: row.rights, after: rights });
        return { kind: 'changed' };
      }),
    deactivate: (id, by) =>
      change<Managed>(id, async (tx, row) => {
        if (await isLastAdmin(tx, row)) return { kind: 'last_admin' };
        await deactivateAccountRow(tx, id);
        await deleteSessions(tx, id);
        await deleteLinks(tx, id);
        await note(tx, id, by, 'deactivated');
        return { kind: 'changed' };
      }),
    reset: (id, by) =>
      change<{ kind: 'made'; link: string }>(id, async (tx) => {
        await deleteSessions(tx, id);
        await note(tx, id, by, 'password_link_made');
        return { kind: 'made', link: await makePasswordLink(tx, id) };
      }),
  };
}

const summarise = (context: Pick<Context, 'vault'>, row: AccountRow): AccountSummary => ({
  id: row.id as AccountId,
  name: row.name,
  email: emailOf(context, row),
  roles: row.roles,
  rights: row.rights,
  ready: row.password_hash !== null,
  createdAt: row.created_at.toISOString(),
  deactivatedAt: row.deactivated_at?.toISOString() ?? null,
});
