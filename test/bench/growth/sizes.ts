// What the large database takes on disk, and what of that is dead: before and after a vacuum, so that what the load left behind is known.
import pg from 'pg';

export interface TableSize {
  table: string;
  rows: number;
  dead: number;
  tableBytes: number;
  indexBytes: number;
  /** Shares of updates that wrote no index, and of rows that were updated. */
  hotShare: number | null;
  /** When autovacuum was there last. */
  autovacuums: number;
}

/** One statement on a connection of its own. */
export async function inDatabase<Row extends pg.QueryResultRow>(
  connectionString: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The largest first. Dead rows as pgstattuple's quick look finds them where there is one, else as the statistics have them. */
export async function sizesOf(connectionString: string): Promise<TableSize[]> {
  return await inDatabase<TableSize>(
    connectionString,
    `select c.relname as table, greatest(c.reltuples, 0)::float8 as rows, s.n_dead_tup::float8 as dead, pg_table_size(c.oid)::float8 as "tableBytes",
       pg_indexes_size(c.oid)::float8 as "indexBytes", (s.n_tup_hot_upd::float8 / nullif(s.n_tup_upd, 0)) as "hotShare", s.autovacuum_count::int as autovacuums
     from pg_class c join pg_stat_user_tables s on s.relid = c.oid where c.relkind = 'r' order by pg_total_relation_size(c.oid) desc limit 14`,
  );
}

export interface Vacuumed {
  table: string;
  seconds: number;
}

/** Vacuums what is largest, one after the other. */
export async function vacuumed(connectionString: string): Promise<Vacuumed[]> {
  const found: Vacuumed[] = [];
  for (const { table } of await sizesOf(connectionString)) {
    const began = performance.now();
    await inDatabase(connectionString, `vacuum ${table}`);
    found.push({ table, seconds: (performance.now() - began) / 1_000 });
  }
  return found;
}
