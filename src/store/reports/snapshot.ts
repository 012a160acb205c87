// One reading of the database at one moment, so that the parts of a report belong together.
import type { Db, Tx } from '../database.ts';

/** Runs `work` in a read-only transaction that sees a single state of everything. */
export function inSnapshot<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}
