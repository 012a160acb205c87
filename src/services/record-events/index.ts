// The accept path: requests that arrive while one transaction is in flight form the next one (group commit).
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../../core/deciding/intake.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import { classifyDatabaseError } from '../../store/database/errors.ts';
import type { Context } from '../context.ts';
import { impersonal } from '../intake/impersonal-intake.ts';
import type { BatchAnswer, BatchItem } from './items.ts';
import { Ledger } from './ledger.ts';
import { load } from './load.ts';
import { planBatch } from './plan.ts';
import { publishBatch } from './publish.ts';
import type { Recorder } from './recorder.ts';
import { save } from './save.ts';

export type { Recorder } from './recorder.ts';

/** The service cannot take the event now, or cannot say whether it took it: the sender tries again with the same id. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

interface Job {
  item: BatchItem;
  resolve(answer: BatchAnswer): void;
  reject(error: unknown): void;
}

export function createRecorder(context: Context): Recorder {
  const queue: Job[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, limits.batchEventsMax);
      await runSplitting(context, batch);
      await returning(queue, batch.length);
    }
    running = false;
  };
  const submit = (item: BatchItem): Promise<BatchAnswer> =>
    new Promise((resolve, reject) => {
      if (queue.length >= limits.queueEventsMax) return reject(new Unavailable('Too many events are waiting'));
      queue.push({ item, resolve, reject });
      if (running) return;
      running = true;
      setImmediate(() => void drain());
    });
  return {
    record: async (intake) => (await submit({ kind: 'intake', intake: impersonal(context.vault, intake) })) as Recorded,
    bring: async (item) => (await submit({ ...item, intake: impersonal(context.vault, item.intake) })) as Recorded,
    settle: submit,
    waiting: () => queue.length,
  };
}

/** Many who were answered together mostly come again together: for a moment they are waited for. Few callers never wait. */
async function returning(queue: readonly Job[], answered: number): Promise<void> {
  if (answered < limits.gatherEventsMin) return;
  const wanted = Math.min(queue.length + answered, limits.batchEventsMax);
  for (let pauses = 0; pauses < limits.gatherPausesMax && queue.length < wanted; pauses += 1) await sleep(1);
}

/** A batch that fails is split, so that one bad event cannot fail its neighbours. */
async function runSplitting(context: Context, jobs: Job[]): Promise<void> {
  try {
    const answers = await runBatch(
      context,
      jobs.map((job) => job.item),
    );
    for (const [index, job] of jobs.entries()) job.resolve(answers[index] ?? null);
  } catch (error) {
    const failure = classifyDatabaseError(error);
    if (failure !== 'rejected' || jobs.length === 1) {
      context.log.warn({ failure, events: jobs.length, ...traceOf(error) }, 'a batch could not be recorded');
      for (const job of jobs)
        job.reject(
          failure === 'rejected' ? error : new Unavailable('The database did not confirm the event', { cause: error }),
        );
      return;
    }
    const half = Math.ceil(jobs.length / 2);
    await runSplitting(context, jobs.slice(0, half));
    await runSplitting(context, jobs.slice(half));
  }
}

async function runBatch(context: Context, items: readonly BatchItem[]): Promise<BatchAnswer[]> {
  const startedAt = performance.now();
  for (let round = 1; ; round += 1) {
    try {
      const { ledger, answers } = await recordInOneTransaction(context, items);
      context.metrics.accepted(items.length, performance.now() - startedAt);
      context.crashPoint('ingest.committed');
      publishBatch(context, ledger);
      context.crashPoint('ingest.published');
      return answers;
    } catch (error) {
      if (classifyDatabaseError(error) !== 'contended' || round > limits.transactionRetriesMax) throw error;
      await new Promise((resolve) => setTimeout(resolve, context.random() * 20 * round));
    }
  }
}

async function recordInOneTransaction(
  context: Context,
  items: readonly BatchItem[],
): Promise<{ ledger: Ledger; answers: BatchAnswer[] }> {
  return context.database.transact('ingest', async (tx) => {
    const batch = { context, loaded: await load(context, tx, items), ledger: new Ledger() };
    const answers = planBatch(batch, items);
    await save(context, tx, batch.loaded, batch.ledger);
    context.crashPoint('ingest.before_commit');
    return { ledger: batch.ledger, answers };
  });
}
