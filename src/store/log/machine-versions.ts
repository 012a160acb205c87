// Released machine and dictionary versions as the database remembers them: frozen.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

/** Stores a version if it is new. Returns the hash on record: another one than given means that a released file was changed. */
export async function keepMachineVersion(
  db: Db,
  machine: string,
  version: number,
  hash: string,
  definition: unknown,
): Promise<string> {
  await db
    .insertInto('machine_version')
    .values({ machine, version, hash, definition: JSON.stringify(definition), layout: null })
    .onConflict((conflict) => conflict.columns(['machine', 'version']).doNothing())
    .execute();
  const row = await db
    .selectFrom('machine_version')
    .select('hash')
    .where('machine', '=', machine)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return row.hash;
}

/** Every version on record, oldest first. `released_at` is ISO 8601. */
export async function listMachineVersions(
  db: Db,
): Promise<{ machine: string; version: number; hash: string; released_at: string }[]> {
  const rows = await db
    .selectFrom('machine_version')
    .select(['machine', 'version', 'hash', 'released_at'])
    .orderBy('machine')
    .orderBy('version')
    .execute();
  return rows.map((row) => ({ ...row, released_at: row.released_at.toISOString() }));
}

/** Whether somebody who is not at an end stands in this version. */
export async function hasOpenSubjects(db: Db, machine: string, version: number): Promise<boolean> {
  const { open } = await db
    .selectFrom('state_count')
    .select(({ fn }) => fn.coalesce(fn.sum<string>('count'), sql<string>`0`).as('open'))
    .where('machine', '=', machine)
    .where('machine_version', '=', version)
    .where('ended', '=', false)
    .where('connection_id', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(open) > 0;
}

/** The stored layout of a version's diagram; null when it has not been laid out yet. */
export async function findLayout(db: Db, machine: string, version: number): Promise<unknown> {
  const row = await db
    .selectFrom('machine_version')
    .select('layout')
    .where('machine', '=', machine)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.layout ?? null;
}

/** Only where the very content is on record: a proposal may have the number of what is released later. */
export async function keepLayout(
  db: Db,
  machine: string,
  version: number,
  hash: string,
  layout: unknown,
): Promise<void> {
  await db
    .updateTable('machine_version')
    .set({ layout: JSON.stringify(layout) })
    .where('machine', '=', machine)
    .where('version', '=', version)
    .where('hash', '=', hash)
    .execute();
}

/** The number of a dictionary by its hash; a new one gets the next number. */
export async function keepDictionaryVersion(db: Db, hash: string, document: unknown): Promise<number> {
  const find = (): Promise<{ version: number } | undefined> =>
    db.selectFrom('dictionary_version').select('version').where('hash', '=', hash).executeTakeFirst();
  const known = await find();
  if (known) return known.version;
  const latest = await db
    .selectFrom('dictionary_version')
    .select((select) => select.fn.max('version').as('version'))
    .executeTakeFirst();
  await db
    .insertInto('dictionary_version')
    .values({ version: (latest?.version ?? 0) + 1, hash, document: JSON.stringify(document) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Another process may have taken the number for its own dictionary; then the next round finds a free one.
  return (await find())?.version ?? keepDictionaryVersion(db, hash, document);
}

/** Every dictionary on record, oldest first. `released_at` is ISO 8601. */
export async function listDictionaryVersions(
  db: Db,
): Promise<{ version: number; hash: string; released_at: string }[]> {
  const rows = await db
    .selectFrom('dictionary_version')
    .select(['version', 'hash', 'released_at'])
    .orderBy('version')
    .execute();
  return rows.map((row) => ({ ...row, released_at: row.released_at.toISOString() }));
}

/** The document of a dictionary version as it was recorded; undefined for a number that there never was. */
export async function findDictionaryDocument(db: Db, version: number): Promise<unknown> {
  const row = await db
    .selectFrom('dictionary_version')
    .select('document')
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.document;
}
