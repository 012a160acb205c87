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
import type { Floors } from './nats-floors.ts';
import type { Link } from './nats-link.ts';
import { differs, isMissing } from './nats-streams.ts';
import type { StreamName } from './topology.ts';

export interface ConsumerOptions {
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  link: Link;
  floors: Floors;
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
/** How often a consumer is asked how it is: what was done since the last time is gone through again when it has to be made anew. */
const lookMs = 2_000;
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

/** Makes the consumer, from where it had come to, or brings its settings to what is wanted. */
export async function declareConsumer({
  manager,
  floors,
  stream,
  config,
}: Pick<ConsumerOptions, 'manager' | 'floors' | 'stream' | 'config'>): Promise<ConsumerInfo> {
  const found = await manager.consumers.info(stream, config.durable_name).catch((error: unknown) => {
    if (isMissing(error, JetStreamApiCodes.ConsumerNotFound)) return null;
    throw error;
  });
  if (found === null)
    return await manager.consumers.add(stream, { ...config, ...(await floors.start(stream, config.durable_name)) });
  floors.saw(stream, found);
  // Where it began is over, and cannot be changed.
  const { deliver_policy: _, ...settings } = config;
  if (!differs(settings, found.config)) return found;
  return await manager.consumers.update(stream, config.durable_name, settings);
}

/** Resolves when the pull ended: because it was stopped, or because it was stopped here for a reason. */
async function lastUntilTrouble(options: ConsumerOptions, messages: ConsumerMessages): Promise<void> {
  let trouble: string | null = null;
  const give = (reason: string): void => {
    trouble ??= reason;
    messages.stop();
  };
  let fineAt = performance.now();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const info = await options.link.guard(
        options.manager.consumers.info(options.stream, options.config.durable_name),
      );
      options.floors.saw(options.stream, info);
      if (info.num_pending === 0 || info.num_ack_pending > 0 || options.isBusy()) fineAt = performance.now();
      else if (performance.now() - fineAt > silenceMs) give('messages wait and none comes');
    } catch {
      // Whatever it is, the pull hears of it too.
    } finally {
      looking = false;
    }
  };
  const watch = setInterval(() => void look(), lookMs);
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
