// Takes results off the bus and brings them to where they belong: attempts to their writebacks, readings to the events that asked.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../core/delivery/message.ts';
import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { resultTopics } from '../changes.ts';
import type { Context } from '../context.ts';
import { recordReadings } from '../reconcile/reconcile-answers.ts';
import { type Arrival, applyResults } from './apply-results.ts';

export function consumeResults(context: Context, signal: AbortSignal): void {
  context.bus.consumeResults(async (results) => {
    const startedAt = performance.now();
    await bringHome(context, results);
    await sleep(Math.max(0, startedAt + limits.resultTickMs - performance.now()));
  }, signal);
}

export async function bringHome(context: Context, results: readonly Result[]): Promise<void> {
  context.crashPoint('results.received');
  const arrivals: Arrival[] = [];
  const readings: Result[] = [];
  const probes: Promise<unknown>[] = [];
  for (const result of results) {
    const { outcome } = result;
    if (isId('rdg', result.id)) {
      readings.push(result);
    } else if (result.mode === 'probe') {
      if (outcome.kind === 'shows')
        probes.push(
          context.recorder().settle({
            kind: 'probe',
            event: result.id,
            attempt: result.attempt,
            connection: result.connection,
            seen: outcome.seen,
          }),
        );
    } else if (outcome.kind !== 'shows') {
      arrivals.push({
        writeback: result.id,
        attempt: result.attempt,
        connection: result.connection,
        outcome,
        by: 'readback',
        reported: result.reported,
      });
    }
  }
  // Together: were one awaited after the other, a failure of both would leave the second unheard, which ends a process.
  await Promise.all([applyResults(context, arrivals), recordReadings(context, readings), ...probes]);
  context.changes.tell(...resultTopics);
  context.crashPoint('results.applied');
}
