// Accounts of people: who they are (encrypted), their password's hash, and what they were granted.
import { type Selectable, sql } from 'kysely';
import type { Db } from '../database/database.ts';
import type { AccountTable } from '../schema/access.ts';

export type AccountRow = Selectable<AccountTable> & {
  /** Granted for every region and business unit; narrower grants are not read here, since no page can narrow what it shows yet. */
  roles: string[];
  rights: string[];
};

export async function findAccount(db: Db, id: string): Promise<AccountRow | undefined> {
  return select(db).where('account.id', '=', id).executeTakeFirst();
}

export async function findAccountByEmail(db: Db, emailIndex: Buffer): Promise<AccountRow | undefined> {
  return select(db).where('account.email_index', '=', emailIndex).executeTakeFirst();
}

/** Locks the row, so that two people who change one account do so one after the other. */
export async function lockAccount(tx: Db, id: string): Promise<AccountRow | undefined> {
  await tx.selectFrom('account').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  return findAccount(tx, id);
}

/** All, deactivated ones too, in the order they were made. */
export async function listAccounts(db: Db): Promise<AccountRow[]> {
  return select(db).orderBy('account.id').execute();
}

/** Names of those of these ids that are accounts. */
export async function findAccountNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('account').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Active accounts that may sign in as admin. */
export async function countAdmins(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from account a where a.deactivated_at is null and ${holds(sql`a.id`, 'admin')}`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

export interface NewAccountRow {
  id: string;
  name: string;
  email_index: Buffer;
  profile_ct: Buffer;
  password_hash: string | null;
}

/** False when somebody has that address already. */
export async function insertAccount(tx: Db, account: NewAccountRow): Promise<boolean> {
  const added = await tx
    .insertInto('account')
    .values(account)
    .onConflict((conflict) => conflict.column('email_index').doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}

export async function setPasswordHash(tx: Db, id: string, hash: string): Promise<void> {
  await tx.updateTable('account').set({ password_hash: hash }).where('id', '=', id).execute();
}

export async function deactivateAccountRow(tx: Db, id: string): Promise<void> {
  await tx.updateTable('account').set({ deactivated_at: sql`clock_timestamp()` }).where('id', '=', id).execute();
}

/** Replaces all roles that hold everywhere. */
export async function setRoles(tx: Db, id: string, roles: readonly string[], grantedBy: string): Promise<void> {
  await tx
    .deleteFrom('role_grant')
    .where('account_id', '=', id)
    .where('region', '=', '*')
    .where('business_unit', '=', '*')
    .execute();
  if (roles.length === 0) return;
  await tx
    .insertInto('role_grant')
    .values(roles.map((role) => ({ account_id: id, role, granted_by: grantedBy })))
    .execute();
}

/** Replaces all rights beside the roles. */
export async function setRights(tx: Db, id: string, rights: readonly string[], grantedBy: string): Promise<void> {
  await tx.deleteFrom('right_grant').where('account_id', '=', id).execute();
  if (rights.length === 0) return;
  await tx
    .insertInto('right_grant')
    .values(rights.map((right_name) => ({ account_id: id, right_name, granted_by: grantedBy })))
    .execute();
}

/** One at a time makes the first admin: held until the transaction ends. */
export async function lockFirstAdmin(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('interlock first admin'))`.execute(tx);
}

const holds = (account: ReturnType<typeof sql>, role: string): ReturnType<typeof sql<boolean>> =>
  sql<boolean>`exists (select from role_grant g where g.account_id = ${account} and g.role = ${role} and g.region = '*' and g.business_unit = '*')`;

function select(db: Db) {
  return db
    .selectFrom('account')
    .selectAll('account')
    .select([
      sql<
        string[]
      >`array(select g.role from role_grant g where g.account_id = account.id and g.region = '*' and g.business_unit = '*' order by g.role)`.as(
        'roles',
      ),
      sql<
        string[]
      >`array(select r.right_name from right_grant r where r.account_id = account.id order by r.right_name)`.as(
        'rights',
      ),
    ]);
}
