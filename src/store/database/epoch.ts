// Which life of the database cluster this is: transaction ids begin anew in another one, so rows are counted by epochs.
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Db } from './database.ts';
import { createPool } from './pool.ts';

/** The database itself: what a checkpoint records of it. */
export interface Cluster {
  systemIdentifier: string;
  timeline: number;
}

export async function readCluster(db: Db): Promise<Cluster> {
  const { rows } = await sql<Cluster>`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
      ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int as timeline`.execute(db);
  if (!rows[0]) throw new Error('The database did not say which cluster it is.');
  return rows[0];
}

/** The epoch that new rows of the log get. */
export const currentEpoch = sql<number>`(select pg_get_expr(d.adbin, d.adrelid)::int from pg_attrdef d
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.adrelid = 'transition'::regclass and a.attname = 'epoch')`;

/**
 * Begins a new epoch when the log comes from another cluster: a dump that was restored, a server that was upgraded. Call it
 * as the owner of the tables, before anything is recorded. Gives the new epoch, null when nothing had to change.
 */
export async function settleEpoch(connectionString: string): Promise<number | null> {
  const pool = createPool({
    connectionString,
    name: 'epoch',
    max: 1,
    connectMs: 10_000,
    statementMs: 12_000,
    lockMs: 10_000,
    idleInTransactionMs: 12_000,
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { rows } = await sql<{ current: number; due: number }>`
      select ${currentEpoch} as current, greatest(${currentEpoch}, ${byCheckpoint}, ${byRows}) as due`.execute(db);
    const { current = 1, due = 1 } = rows[0] ?? {};
    if (due === current) return null;
    await sql`alter table transition alter column epoch set default ${sql.lit(due)}`.execute(db);
    return due;
  } catch (error) {
    throw new Error(
      `The database comes from another PostgreSQL cluster, and a new epoch of the log could not be begun: ${(error as Error).message}. Run "interlock migrate" as the owner of the tables.`,
      { cause: error },
    );
  } finally {
    await db.destroy();
  }
}

/** The last checkpoint was made on another cluster. */
const byCheckpoint = sql`coalesce((select epoch + (system_identifier <> (select system_identifier::text from pg_control_system()))::int
  from checkpoint order by n desc limit 1), 1)`;

/** A row names a transaction that this cluster has not come to. */
const byRows = sql`coalesce((select epoch + (xid >= pg_snapshot_xmax(pg_current_snapshot()))::int
  from transition order by epoch desc, xid desc limit 1), 1)`;
