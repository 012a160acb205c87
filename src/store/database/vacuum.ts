// Has PostgreSQL drop the old versions of rows, which an update only hides: as the role that logs in, since the tables are hers.
import { Kysely, PostgresDialect, sql } from 'kysely';
import { createPool } from './pool.ts';

export type Vacuumed =
  /** Old versions of what was committed before `before` (ISO 8601 with microseconds) are gone. */
  | { kind: 'vacuumed'; before: string }
  /** The role does not own the tables; autovacuum does the same, in its own time. */
  | { kind: 'not_allowed' };

/** Longer than any of our transactions may be idle: what began before `before` has committed by then. */
const marginMs = 10_000;

/** Vacuums these tables; the service goes on meanwhile. */
export async function vacuumTables(connectionString: string, tables: readonly string[]): Promise<Vacuumed> {
  const pool = createPool({
    connectionString,
    name: 'vacuum',
    max: 1,
    connectMs: 5_000,
    statementMs: 30 * 60_000,
    lockMs: 5_000,
    idleInTransactionMs: 5_000,
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { rows } = await sql<{ allowed: boolean; before: string }>`
      select bool_and(pg_has_role(current_user, c.relowner, 'usage'))
          or coalesce((select pg_has_role(current_user, oid, 'usage') from pg_roles where rolname = 'pg_maintain'), false) as allowed,
        -- Whoever has an open snapshot may still see the old versions, so they stay.
        (least(clock_timestamp(), (select min(coalesce(xact_start, backend_start)) from pg_stat_activity
          where datname = current_database() and backend_xmin is not null and pid <> pg_backend_pid())) - ${marginMs} * interval '1 ms')::text as before
      from pg_class c where c.oid in (select to_regclass(name) from unnest(${[...tables]}::text[]) name)`.execute(db);
    const server = rows[0];
    if (!server?.allowed) return { kind: 'not_allowed' };
    await sql`vacuum ${sql.join(tables.map((table) => sql.table(table)))}`.execute(db);
    return { kind: 'vacuumed', before: server.before };
  } finally {
    await db.destroy();
  }
}
