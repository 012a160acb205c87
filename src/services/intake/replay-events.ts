// Replays several quarantined events, one after the other, each with its own result.
import { limits } from '../../core/limits.ts';
import type { EventFilter } from '../../store/reports/event-lists.ts';
import { replayable } from '../../store/reports/replayable.ts';
import type { Context } from '../context.ts';
import { type Replay, type ReplayWish, replayEvent } from './replay-event.ts';

export interface Replayed {
  event: string;
  result: Replay;
}

/** At most `limits.bulkReplayMax`, in the order given: what came first is heard first. */
export async function replayEvents(context: Context, events: readonly string[], wish: ReplayWish): Promise<Replayed[]> {
  const results: Replayed[] = [];
  for (const event of [...new Set(events)].slice(0, limits.bulkReplayMax))
    results.push({ event, result: await replayEvent(context, event, wish) });
  return results;
}

/** The oldest that match and were never replayed; `more` when some were left. */
export async function replayMatching(
  context: Context,
  filter: EventFilter,
  wish: ReplayWish,
): Promise<{ results: Replayed[]; more: boolean }> {
  const events = await replayable(context.database.reports, filter, limits.bulkReplayMax + 1);
  return {
    results: await replayEvents(context, events.slice(0, limits.bulkReplayMax), wish),
    more: events.length > limits.bulkReplayMax,
  };
}
