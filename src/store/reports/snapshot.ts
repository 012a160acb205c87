// One reading of the database at one moment, so that the parts of a report belong together.
import { sql } from 'kysely';
import type { Database, Db, Tx } from '../database/database.ts';

/** Runs `work` in a read-only transaction that sees a single state of everything. */
export const inSnapshot = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);

/** Runs both at once, each on a connection of its own, and both see the same state: what takes long is halved. */
export const inOneSnapshot = <A, B>(
  { reports, beside }: Pick<Database, 'reports' | 'beside'>,
  one: (tx: Tx) => Promise<A>,
  other: (tx: Tx) => Promise<B>,
): Promise<[A, B]> =>
  inSnapshot(reports, async (tx) => {
    const { rows } = await sql<{ name: string }>`select pg_export_snapshot() as name`.execute(tx);
    const [exported] = rows;
    if (!exported) throw new Error('PostgreSQL named no snapshot.');
    const joined = inSnapshot(beside, async (side) => {
      await sql`set transaction snapshot ${sql.lit(exported.name)}`.execute(side);
      return other(side);
    });
    return Promise.all([one(tx), joined]);
  });
