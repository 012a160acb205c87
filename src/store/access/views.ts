// Views of lists that people keep: a page, a name, the filter as it stands in the address, and whether others see it.
import type { Db } from '../database/database.ts';
import type { ConsoleViewTable } from '../schema/console.ts';

export type ViewPage = ConsoleViewTable['page'];

export interface ViewRow {
  id: string;
  account_id: string;
  /** What whose view it is is called. */
  owner_name: string;
  name: string;
  query: string;
  shared: boolean;
}

/** An account's own, by name. */
export function ownViews(db: Db, account: string, page: ViewPage, rowsMax: number): Promise<ViewRow[]> {
  return select(db).where('v.account_id', '=', account).where('v.page', '=', page).limit(rowsMax).execute();
}

/** Those that others share, by name. */
export function viewsOfOthers(db: Db, account: string, page: ViewPage, rowsMax: number): Promise<ViewRow[]> {
  return select(db)
    .where('v.shared', '=', true)
    .where('v.page', '=', page)
    .where('v.account_id', '<>', account)
    .where('a.deactivated_at', 'is', null)
    .limit(rowsMax)
    .execute();
}

/** False when the account has one of that name already. */
export async function insertView(
  tx: Db,
  view: Pick<ViewRow, 'id' | 'account_id' | 'name' | 'query' | 'shared'> & { page: ViewPage },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('console_view')
    .values(view)
    .onConflict((conflict) => conflict.columns(['account_id', 'page', 'name']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Undefined when it is not this account's. */
export function lockView(tx: Db, account: string, id: string): Promise<{ page: ViewPage; name: string } | undefined> {
  return tx
    .selectFrom('console_view')
    .select(['page', 'name'])
    .where('id', '=', id)
    .where('account_id', '=', account)
    .forUpdate()
    .executeTakeFirst();
}

/** Whether another view of the account has the name. */
export async function nameIsTaken(
  tx: Db,
  account: string,
  page: ViewPage,
  name: string,
  but: string,
): Promise<boolean> {
  const found = await tx
    .selectFrom('console_view')
    .select('id')
    .where('account_id', '=', account)
    .where('page', '=', page)
    .where('name', '=', name)
    .where('id', '<>', but)
    .executeTakeFirst();
  return found !== undefined;
}

export async function updateView(tx: Db, id: string, change: { name: string; shared: boolean }): Promise<void> {
  await tx.updateTable('console_view').set(change).where('id', '=', id).execute();
}

export async function deleteView(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('console_view').where('id', '=', id).execute();
}

const select = (db: Db) =>
  db
    .selectFrom('console_view as v')
    .innerJoin('account as a', 'a.id', 'v.account_id')
    .select(['v.id', 'v.account_id', 'a.name as owner_name', 'v.name', 'v.query', 'v.shared'])
    .orderBy('v.name')
    .orderBy('v.id');
