// How many rows were written in each table, as the server counts them.
import { sql } from 'kysely';
import type { Db } from './database.ts';

export async function writtenCounts(db: Db, tables: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; written: string }>`
    select c.relname as name, (pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid))::text as written
    from pg_class c where c.oid = any(select to_regclass('public.' || t) from unnest(${[...tables]}::text[]) t)`.execute(
    db,
  );
  return new Map(rows.map(({ name, written }) => [name, written]));
}
