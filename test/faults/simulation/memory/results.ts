// What results write, in memory: settled writebacks and attempts as src/store/results.ts has them.
import type { AttemptRow as NewAttempt, SettledRow } from '../../../../src/store/results.ts';
import { attemptKey, type WritebackRow } from './rows.ts';
import { put, refuseNulls, refuseUnknown, type Store } from './store.ts';
import { toMs } from './times.ts';
import { changeWriteback } from './writebacks.ts';

const nullable = new Set(['reason', 'http_status', 'precondition', 'reported_ms']);

export const resultStatements = (store: Store) => {
  const { tables } = store;
  return {
    saveSettled(rows: readonly SettledRow[]) {
      for (const { id, delay_ms, settled_by, ...to } of rows) {
        const row = tables.writebacks.get(id);
        if (!row) continue;
        const over = to.status !== 'ready' && to.status !== 'leased';
        changeWriteback(store, row, {
          ...to,
          overwrites: [...to.overwrites],
          settled_by: settled_by as WritebackRow['settled_by'],
          lease_until: null,
          due_at: to.status === 'ready' ? store.now() + delay_ms : null,
          settled_at: over ? store.now() : null,
        });
      }
    },

    insertAttempts(rows: readonly NewAttempt[]) {
      const added = rows.filter((given) => {
        const row = { ...given, dispatched_at: toMs(given.dispatched_at), settled_at: store.now() };
        refuseNulls(row, nullable);
        const key = attemptKey(row.writeback_id, row.attempt, row.outcome);
        if (tables.attempts.has(key)) return false;
        put(store, tables.attempts, key, row);
        return true;
      });
      for (const row of added) refuseUnknown(tables.writebacks, row.writeback_id, 'attempt_writeback_id_fkey');
      return added.map((row) => row.writeback_id);
    },
  };
};
