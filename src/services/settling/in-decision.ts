// Runs what a person decided in one transaction, and once more when it lost a race for a lock.
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import { classifyDatabaseError } from '../../store/database/errors.ts';
import type { Context } from '../context.ts';

export async function inDecision<T>(context: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await context.database.engine.transaction().execute(work);
    } catch (error) {
      if (classifyDatabaseError(error) !== 'contended' || round > limits.transactionRetriesMax) throw error;
    }
  }
}
