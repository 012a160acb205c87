// The sweeper: turns silence into something that is driven again. Expired leases, expired parking, circuits whose time is over.
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';
import { applyResults } from './apply-results.ts';
import { sendCommands } from './send-commands.ts';

/** One round; bounded. Returns how many things were set in motion. */
export async function sweep(context: Context): Promise<number> {
  const db = context.database.engine;
  const expired = await context.records.findExpiredLeases(db, limits.sweepRowsMax);
  if (expired.length > 0) context.crashPoint('sweeper.lease_expired');
  await applyResults(
    context,
    expired.map((one) => ({
      writeback: one.id,
      attempt: one.attempt,
      connection: one.connection,
      outcome: { kind: 'lost' as const },
      by: 'schedule' as const,
    })),
  );
  if (expired.length > 0) context.crashPoint('sweeper.lease_lost');
  const parked = await context.records.findExpiredParked(db, limits.sweepRowsMax);
  if (parked.length > 0) context.crashPoint('sweeper.parking_expired');
  await Promise.all(parked.map((event) => context.recorder().settle({ kind: 'expired', event })));
  const released = await context.records.findReleasable(db, limits.sweepRowsMax);
  await Promise.all(released.map((event) => context.recorder().settle({ kind: 'release', event })));
  const circuits = await context.records.halfOpenDueCircuits(db);
  for (const connection of circuits) context.log.info({ connection }, 'circuit half open: one writeback is tried');
  await context.records.mergeCounts(db, limits.mergeRowsMax);
  return expired.length + parked.length + released.length + circuits.length;
}

/** The bus lost its memory: everything that is leased is published again, under the same attempt, so that a copy that survived is a duplicate. */
export async function redriveAll(context: Context): Promise<void> {
  const leased = await context.records.findLeased(context.database.engine, limits.queueEventsMax);
  // So it is at every quiet start, where nothing was lost.
  if (leased.length === 0) return;
  context.log.warn(
    { writebacks: leased.length },
    'the bus lost commands, or refused them; everything in flight is driven again from the database',
  );
  sendCommands(context, leased);
}
