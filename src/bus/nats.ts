// The bus on NATS JetStream: what several processes and workers in other languages share.
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CrashPoint } from '../core/crash-points.ts';
import { commandId, resultId } from '../core/delivery/message.ts';
import { limits } from '../core/limits.ts';
import { createAcknowledger } from './nats-acknowledge.ts';
import { deliverCommands } from './nats-commands.ts';
import { openConnection, publicName, versionWarning } from './nats-connection.ts';
import { createConsumers } from './nats-consumers.ts';
import { rememberFloors } from './nats-floors.ts';
import { keepConsumer } from './nats-keep-consumer.ts';
import { followLink, type Link } from './nats-link.ts';
import { type Owed, rememberOwed } from './nats-owed.ts';
import { createPublisher, type Publisher } from './nats-publish.ts';
import { deliverResults } from './nats-results.ts';
import { keepStreams } from './nats-streams.ts';
import type { Bus } from './port.ts';
import {
  commandConsumer,
  commandSubject,
  feedSubject,
  resultConsumer,
  resultSubject,
  streamNames,
} from './topology.ts';

export interface NatsBusOptions {
  url: string;
  log(line: string): void;
  /** Pause before a rejected message is delivered again; grows with each delivery. */
  redeliveryMs?: number;
  /** How long an absent server is waited for at the start. */
  patienceMs?: number;
  crashPoint?: CrashPoint | undefined;
}

const apiMs = 5_000;
const healthMs = 2_000;
/** How often the streams are looked at without a reason: bounds how long lost memory goes unnoticed. */
const verifyMs = 5_000;
/** Room for one group being applied and one gathering, for a few processes. */
const unacknowledgedResultsMax = limits.batchResultsMax * 4;

/** Connects and declares the streams. Rejects, naming the address and the remedy, when NATS cannot be used. */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const connection = await openConnection(options.url, options.patienceMs ?? 15_000);
  const js = jetstream(connection, { timeout: apiMs });
  const manager = await jetstreamManager(connection, { timeout: apiMs, checkAPI: false });
  const amnesiaCallbacks: (() => void)[] = [];
  const { acknowledge, repeat } = createAcknowledger(connection);
  const redrive = (): void => {
    for (const callback of amnesiaCallbacks) callback();
  };
  const owed = rememberOwed(() => {
    options.log('bus: NATS takes commands again; everything leased is published again');
    redrive();
  });
  const link = watchLink(
    connection,
    () => keeper.verify(),
    () => {
      repeat();
      owed.taken();
    },
    options.log,
  );
  const floors = rememberFloors(manager);
  const around = { manager, link, floors, log: options.log };
  const consumers = createConsumers(js, around);
  const keeper = keepStreams(manager, link, (lost) => {
    options.log(
      `bus: NATS lost its memory (${lost.join(', ')}: new, or shorter than before); everything leased is driven again`,
    );
    floors.forget();
    consumers.restart();
    redrive();
  });
  await keeper.verify().catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const publisher = createPublisher(js, keeper, link, options.crashPoint);
  const watch = setInterval(() => void keeper.verify().catch(() => {}), verifyMs);
  watch.unref();
  const delivery = {
    redeliveryMs: options.redeliveryMs ?? 1_000,
    acknowledge,
    onPoison: countPoison(options.log),
    crashPoint: options.crashPoint,
  };

  return {
    kind: 'nats',
    description: describe(connection, options.url),
    ...publishing(publisher, owed),
    consumeCommands: (name, concurrency, handler, signal) =>
      consumers.consume(
        streamNames.commands,
        commandConsumer(name, concurrency),
        deliverCommands({ ...delivery, concurrency, handler }),
        signal,
      ),
    keepQueue: (name, concurrency, signal) =>
      keepConsumer({ ...around, stream: streamNames.commands, config: commandConsumer(name, concurrency) }, signal),
    consumeResults: (handler, signal) =>
      consumers.consume(
        streamNames.results,
        resultConsumer(unacknowledgedResultsMax),
        deliverResults({ ...delivery, handler }),
        signal,
      ),
    checkHealth: () => checkHealth(connection, publisher),
    onAmnesia: (callback) => void amnesiaCallbacks.push(callback),
    [Symbol.asyncDispose]: once(async () => {
      clearInterval(watch);
      await consumers.stop(limits.stopMs);
      // A server that is away cannot be drained.
      await Promise.race([connection.drain().catch(() => {}), sleep(2_000, null, { ref: false })]);
      await connection.close();
    }),
  };
}

function publishing({ publish }: Publisher, owed: Owed): Pick<Bus, 'publishCommand' | 'publishResult' | 'publishFeed'> {
  return {
    async publishCommand(command) {
      try {
        const subject = commandSubject(command.connection, command.mode);
        await publish(streamNames.commands, subject, commandId(command), command);
        owed.taken();
      } catch (error) {
        owed.refused();
        throw error;
      }
    },
    publishResult: (result) =>
      publish(streamNames.results, resultSubject(result.connection, result.outcome.kind), resultId(result), result),
    publishFeed: (machine, event) => publish(streamNames.feed, feedSubject(machine, event.type), event.id, event),
  };
}

function watchLink(
  connection: NatsConnection,
  verify: () => Promise<void>,
  onRestored: () => void,
  log: (line: string) => void,
): Link {
  return followLink(connection, {
    onDown: () => log('bus: the connection to NATS is lost; reconnecting'),
    onUp: () => {
      log('bus: connected to NATS again');
      // After the streams: their answer shows that JetStream itself is up again.
      void verify()
        .catch(() => {})
        .then(onRestored);
    },
  });
}

async function checkHealth(connection: NatsConnection, publisher: Publisher): Promise<void> {
  if (connection.isClosed()) throw new Error('The connection to NATS is closed for good. Restart this process.');
  // Over all that a publish does to succeed after all.
  const late = sleep(healthMs, null, { ref: false }).then(() => {
    throw new Error(`NATS stored nothing within ${healthMs / 1_000} s.`);
  });
  await Promise.race([
    publisher.publish(streamNames.health, 'il.health', `health.${process.pid}.${performance.now()}`, {}, healthMs),
    late,
  ]);
}

function describe(connection: NatsConnection, url: string): string {
  const version = connection.info?.version ?? 'unknown';
  const warning = versionWarning(version);
  return `NATS JetStream at ${publicName(url)}, nats-server ${version}${warning === null ? '' : `. ${warning}`}`;
}

function countPoison(log: (line: string) => void): (message: JsMsg) => void {
  let count = 0;
  return (message) => {
    count += 1;
    log(
      `bus: dropped a malformed message on ${message.subject}; ${count} since the start. Somebody else than Interlock or its workers publishes there.`,
    );
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
