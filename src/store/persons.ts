// Persons: nothing but their keys; whoever destroys these has erased the person.
import type { Db, Tx } from './database.ts';
import { insertRows } from './insert-rows.ts';

export interface NewPerson {
  id: string;
  data_key: Buffer;
  commit_key: Buffer;
  master_key_id: string;
  email_index: Buffer | null;
}

export async function insertPersons(tx: Tx, persons: readonly NewPerson[]): Promise<void> {
  await insertRows(tx, 'person', persons as never);
}

/** The id of the master key that the newest person's keys are wrapped by; null where there is nobody yet. */
export async function latestMasterKey(db: Db): Promise<string | null> {
  const row = await db.selectFrom('person').select('master_key_id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.master_key_id ?? null;
}

/** Wrapped keys by person; both null for one who was erased. */
export async function keysOf(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { data_key: Buffer | null; commit_key: Buffer | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('person')
    .select(['id', 'data_key', 'commit_key'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
