// Keeps one durable consumer pulling: declares it, pulls, and starts over whenever it ends, falls silent or the server changed under it.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConsumerConfig,
  type ConsumerInfo,
  type ConsumerMessages,
  JetStreamApiCodes,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { Link } from './nats-link.ts';
import { differs, isMissing } from './nats-streams.ts';
import type { StreamName } from './topology.ts';

export interface ConsumerOptions {
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  link: Link;
  stream: StreamName;
  config: ConsumerConfig & { durable_name: string };
  /** Called for each message; must not throw. */
  onMessage(message: JsMsg): void;
  /** True while messages are being worked on: then silence is no sign of trouble. */
  isBusy(): boolean;
  log(line: string): void;
}

export interface RunningConsumer {
  /** Drops the pull that is open and makes a new one. */
  restart(): void;
  /** No message is handed over afterwards. */
  stop(): void;
}

const pullMs = 20_000;
const waitMs = 60_000;
const silenceMs = 30_000;
const troubles = new Set([
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
  'heartbeats_missed',
]);

export function runConsumer(options: ConsumerOptions): RunningConsumer {
  let stopped = false;
  let current: ConsumerMessages | null = null;
  const run = async (): Promise<void> => {
    for (let delay = 100; !stopped; ) {
      const before = performance.now();
      try {
        await options.link.whenUp(waitMs);
        current = await pull(options);
        if (stopped) current.stop();
        await lastUntilTrouble(options, current);
      } catch (error) {
        if (!stopped)
          options.log(
            `bus: consumer ${options.config.durable_name} of ${options.stream} will be set up again (${error instanceof Error ? error.message : String(error)})`,
          );
      }
      // A consumer that held for a while starts over at once; one that does not come up is tried less and less often.
      delay = performance.now() - before > 5_000 ? 100 : Math.min(delay * 2, 3_000);
      if (!stopped) await sleep(delay);
    }
  };
  void run();
  return {
    restart: () => current?.stop(),
    stop() {
      stopped = true;
      current?.stop();
    },
  };
}

async function pull(options: ConsumerOptions): Promise<ConsumerMessages> {
  const info = await options.link.guard(declareConsumer(options));
  return await options.jetstream.consumers.getConsumerFromInfo(info).consume({
    max_messages: options.config.max_ack_pending ?? 1,
    expires: pullMs,
    idle_heartbeat: 5_000,
    callback: options.onMessage,
  });
}

/** Makes the consumer, or brings its settings to what is wanted. */
export async function declareConsumer({
  manager,
  stream,
  config,
}: Pick<ConsumerOptions, 'manager' | 'stream' | 'config'>): Promise<ConsumerInfo> {
  const found = await manager.consumers.info(stream, config.durable_name).catch((error: unknown) => {
    if (isMissing(error, JetStreamApiCodes.ConsumerNotFound)) return null;
    throw error;
  });
  if (found === null) return await manager.consumers.add(stream, config);
  if (!differs(config, found.config)) return found;
  return await manager.consumers.update(stream, config.durable_name, config);
}

/** Resolves when the pull ended: because it was stopped, or because it was stopped here for a reason. */
async function lastUntilTrouble(options: ConsumerOptions, messages: ConsumerMessages): Promise<void> {
  let trouble: string | null = null;
  const give = (reason: string): void => {
    trouble ??= reason;
    messages.stop();
  };
  const watch = setInterval(() => {
    if (options.isBusy()) return;
    options.manager.consumers.info(options.stream, options.config.durable_name).then(
      (info) =>
        info.num_pending > 0 && !options.isBusy() && info.num_ack_pending === 0 && give('messages wait and none comes'),
      () => {},
    );
  }, silenceMs);
  const listen = async (): Promise<void> => {
    for await (const notice of messages.status()) if (troubles.has(notice.type)) give(notice.type);
  };
  void listen();
  try {
    const ended = await messages.closed();
    if (ended instanceof Error) throw ended;
    if (trouble !== null) throw new Error(trouble);
  } finally {
    clearInterval(watch);
  }
}
