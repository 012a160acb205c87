// Keeps the indexes of a database that is being filled for later, when each is made from all rows at once.
import type pg from 'pg';

/**
 * Turns the indexes of these tables off as `create index concurrently` has them at first: nothing is written to them, and nothing
 * is read from them. Gives their names. A superuser's.
 */
export async function deferIndexes(client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string }>(
    `update pg_index i set indisready = false, indisvalid = false from pg_class c
     where c.oid = i.indexrelid and i.indrelid = any($1::regclass[]) returning i.indrelid::regclass::text as table, c.relname as name`,
    [tables],
  );
  // Those of the first tables first, which are the largest: so both clients end together.
  return rows.sort((a, b) => tables.indexOf(a.table) - tables.indexOf(b.table)).map(({ name }) => name);
}

/** Makes them, one with each client at a time; a unique one is held to its rows. */
export async function makeIndexes(clients: readonly pg.Client[], names: readonly string[]): Promise<void> {
  const waiting = [...names];
  await Promise.all(
    clients.map(async (client) => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
        await client.query(`reindex index ${name}`);
    }),
  );
}
