// One reading of the database at one moment, so that the parts of a report belong together.
import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';

/** Runs `work` in a read-only transaction that sees a single state of everything. `sortBytes`: memory for large sorts, which would else go to disk. */
export function inSnapshot<T>(db: Db, work: (tx: Tx) => Promise<T>, sortBytes?: number): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      if (sortBytes !== undefined)
        await sql`select set_config('work_mem', ${`${Math.ceil(sortBytes / 1024)}kB`}, true)`.execute(tx);
      return work(tx);
    });
}
