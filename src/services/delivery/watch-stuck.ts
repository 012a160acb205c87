// Looks again and again for lanes that do not move and says why: in a metric that alerts are made of, and in the log when it begins.
import { limits } from '../../core/limits.ts';
import { countStuckWrites, type StuckWrites } from '../../store/reports/stuck-writes.ts';
import type { Context } from '../context.ts';

/** Call once; the answer is one round. */
export function watchStuck(context: Pick<Context, 'database' | 'metrics' | 'log'>): () => Promise<void> {
  let latest: StuckWrites[] = [];
  context.metrics.follow(
    'interlock_lanes_stuck',
    'Lanes whose first writeback is dead, held, failing or late',
    ['connection', 'reason'],
    () => latest.map(({ connection, reason, lanes }) => ({ labels: { connection, reason }, value: lanes })),
  );
  return async () => {
    // The look itself comes late by as much as its pause.
    const slowMs = 2 * limits.leaseMs - 2 * limits.stuckPollMs;
    const found = await countStuckWrites(context.database.reports, { slowMs, triesMin: 2 });
    for (const { connection, reason, lanes } of found) {
      if (latest.some((one) => one.connection === connection && one.reason === reason)) continue;
      context.log.warn({ connection, reason, writebacks: lanes }, 'lanes do not move');
    }
    latest = found;
  };
}
