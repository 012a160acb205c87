// What results write, in memory: settled writebacks and attempts as src/store/engine/results.ts has them.
import type { AttemptRow as NewAttempt, SettledRow } from '../../../../src/store/engine/results.ts';
import { endLane } from './lanes.ts';
import { type AttemptRow, attemptKey, type WritebackRow } from './rows.ts';
import { append, put, refuseNulls, refuseUnknown, type Store } from './store.ts';
import { toMs } from './times.ts';
import { changeWriteback } from './writebacks.ts';

const nullable = new Set(['reason', 'http_status', 'precondition', 'reported_ms']);

export const resultStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    saveResults(settled: readonly SettledRow[], attempts: readonly NewAttempt[]): string[] {
      for (const to of settled) {
        const row = tables.writebacks.get(to.id);
        if (!row) continue;
        const over = to.status !== 'ready' && to.status !== 'leased';
        changeWriteback(store, row, {
          status: to.status,
          mode: to.mode,
          overwrites: [...to.overwrites],
          disputed: to.disputed,
          tries: to.tries,
          checks: to.checks,
          conflicts: to.conflicts,
          contradictions: to.contradictions,
          reason: to.reason,
          settled_by: to.settled_by as WritebackRow['settled_by'],
          lease_until: null,
          due_at: to.status === 'ready' ? store.now() + to.delay_ms : null,
          settled_at: over ? store.now() : null,
        });
        if (to.ends_lane) endLane(store, row);
      }
      const added: string[] = [];
      for (const given of attempts) {
        const row: AttemptRow = {
          writeback_id: given.writeback_id,
          attempt: given.attempt,
          outcome: given.outcome,
          mode: given.mode,
          reason: given.reason,
          contradicted: given.contradicted,
          http_status: given.http_status,
          precondition: given.precondition,
          dispatched_at: toMs(given.dispatched_at),
          settled_at: store.now(),
          reported_ms: given.reported_ms,
        };
        refuseNulls(row, nullable);
        const key = attemptKey(row.writeback_id, row.attempt, row.outcome);
        if (tables.attempts.has(key)) continue;
        put(store, tables.attempts, key, row);
        append(store, indexes.attemptsOf, row.writeback_id, row);
        added.push(row.writeback_id);
      }
      for (const writeback of added) refuseUnknown(tables.writebacks, writeback, 'attempt_writeback_id_fkey');
      return added;
    },
  };
};
