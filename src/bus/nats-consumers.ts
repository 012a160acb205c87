// All consumers of one connection to NATS: begun, restarted and ended together.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerConfig, JetStreamClient } from '@nats-io/jetstream';
import { type ConsumerOptions, type RunningConsumer, runConsumer } from './nats-consumer.ts';
import type { Inbound } from './nats-message.ts';
import type { StreamName } from './topology.ts';

export interface Consumers {
  /** Runs until the signal. */
  consume(
    stream: StreamName,
    config: ConsumerConfig & { durable_name: string },
    inbound: Inbound,
    signal: AbortSignal,
  ): void;
  restart(): void;
  /** Pulls no more, gives back what nobody has begun, and waits for what is being worked on, at most `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

export function createConsumers(
  jetstream: JetStreamClient,
  around: Pick<ConsumerOptions, 'manager' | 'link' | 'floors' | 'log'>,
): Consumers {
  const all = new Map<RunningConsumer, Inbound>();
  const end = (consumer: RunningConsumer, inbound: Inbound): void => {
    consumer.stop();
    inbound.abandonWaiting();
  };
  return {
    consume(stream, config, inbound, signal) {
      if (signal.aborted) return;
      const consumer = runConsumer({ ...around, jetstream, stream, config, ...inbound });
      all.set(consumer, inbound);
      signal.addEventListener('abort', () => end(consumer, inbound), { once: true });
    },
    restart() {
      for (const consumer of all.keys()) consumer.restart();
    },
    async stop(withinMs) {
      for (const [consumer, inbound] of all) end(consumer, inbound);
      const until = performance.now() + withinMs;
      while ([...all.values()].some((inbound) => inbound.isBusy()) && performance.now() < until) await sleep(10);
    },
  };
}
