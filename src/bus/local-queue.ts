// One bounded queue with the manners of a JetStream consumer: acknowledged, delivered again, deduplicated by id.
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../core/limits.ts';

export interface LocalQueue<Item> {
  /** Throws when the queue is full. An id seen before is taken and not delivered. */
  publish(item: Item): void;
  /** Several consumers share the queue. */
  consume(consumer: Consumer<Item>): void;
  /** Hands nothing over any more and waits for what is being worked on, at most `limits.stopMs`. */
  close(): Promise<void>;
}

interface Consumer<Item> {
  /** Handler calls at once. */
  atOnce: number;
  /** Items per handler call. */
  groupMax: number;
  handler(items: Item[]): Promise<void>;
  signal: AbortSignal;
}

interface Queued<Item> {
  item: Item;
  deliveries: number;
  at: number;
}

interface Attached<Item> extends Consumer<Item> {
  running: number;
}

const itemsMax = 20_000;
const idsMax = 100_000;
const deliveriesMax = 5;
const expiryMs = 15 * 60_000;

export function createLocalQueue<Item>(options: {
  name: string;
  idOf(item: Item): string;
  redeliveryMs: number;
  log(line: string): void;
}): LocalQueue<Item> {
  const waiting: Queued<Item>[] = [];
  const seen = createMemory();
  const consumers = new Set<Attached<Item>>();
  let running = 0;
  let scheduled = false;
  let closed = false;

  /** On the next turn: what is published together is handed over together. */
  const schedule = (): void => {
    if (scheduled || closed) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      for (const consumer of consumers) handOver(consumer);
    });
  };

  const handOver = (consumer: Attached<Item>): void => {
    while (!closed && !consumer.signal.aborted && consumer.running < consumer.atOnce && waiting.length > 0) {
      const group = waiting.splice(0, consumer.groupMax);
      consumer.running += 1;
      running += 1;
      void work(consumer, group).finally(() => {
        consumer.running -= 1;
        running -= 1;
        schedule();
      });
    }
  };

  const work = async (consumer: Attached<Item>, group: Queued<Item>[]): Promise<void> => {
    for (const queued of group) queued.deliveries += 1;
    try {
      await consumer.handler(group.map((queued) => queued.item));
    } catch {
      // The handler has reported it.
      for (const queued of group) redeliver(queued);
    }
  };

  const redeliver = (queued: Queued<Item>): void => {
    if (queued.deliveries >= deliveriesMax) {
      options.log(
        `bus: gave up on one of the ${options.name} after ${deliveriesMax} deliveries; the sweeper drives it again`,
      );
      return;
    }
    const timer = setTimeout(() => {
      waiting.push(queued);
      schedule();
    }, options.redeliveryMs * queued.deliveries);
    timer.unref();
  };

  const makeRoom = (): void => {
    const before = Date.now() - expiryMs;
    while (waiting.length >= itemsMax && (waiting[0]?.at ?? before) < before) waiting.shift();
    if (waiting.length >= itemsMax)
      throw new Error(`The queue of ${options.name} is full (${itemsMax}). Is a worker running for every connection?`);
  };

  return {
    publish(item) {
      if (closed) throw new Error('The bus of this process is closed.');
      const id = options.idOf(item);
      if (seen.has(id)) return;
      makeRoom();
      seen.add(id);
      waiting.push({ item, deliveries: 0, at: Date.now() });
      schedule();
    },
    consume(consumer) {
      if (consumer.signal.aborted) return;
      const attached: Attached<Item> = { ...consumer, running: 0 };
      consumers.add(attached);
      consumer.signal.addEventListener('abort', () => consumers.delete(attached));
      schedule();
    },
    async close() {
      closed = true;
      const until = Date.now() + limits.stopMs;
      while (running > 0 && Date.now() < until) await sleep(5);
    },
  };
}

/** Ids of the last while, the oldest forgotten first. */
function createMemory(): { has(id: string): boolean; add(id: string): void } {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      for (const oldest of ids) {
        if (ids.size <= idsMax) break;
        ids.delete(oldest);
      }
    },
  };
}
