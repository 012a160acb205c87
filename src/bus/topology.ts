// The layout on NATS: streams, subjects and consumers, with every setting and its reason.
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

const minute = 60_000;
const mebibyte = 1024 * 1024;

/** After so many deliveries a command is left to the sweeper, which drives it again from Postgres with a new attempt. */
const deliveriesMax = 5;
/** Results wait out an outage of the database: with the pause between deliveries this is about three quarters of an hour. */
const resultDeliveriesMax = 100;
/**
 * What a worker that was killed held is delivered again after this, and until then it takes up the connection's concurrency.
 * Shorter than a lease, so that the same attempt goes on before the sweeper makes a new one; work that lasts is kept by heartbeats.
 */
export const ackWaitMs = 20_000;
/** Three per `ackWaitMs`. */
export const heartbeatMs = 6_000;
/** How long the same message id is recognised. Longer than a lease and a recovery; attempts are in the id, so it need not cover retries. */
export const duplicateWindowMs = 10 * minute;
export const messageBytesMax = 256 * 1024;

export const streamNames = { commands: 'IL_CMD', results: 'IL_RES', feed: 'IL_EVENT', health: 'IL_HEALTH' } as const;
export type StreamName = (typeof streamNames)[keyof typeof streamNames];

type Declared = Pick<
  StreamConfig,
  'subjects' | 'retention' | 'discard' | 'storage' | 'max_age' | 'max_bytes' | 'max_msg_size' | 'duplicate_window'
> & { name: StreamName };

/** Replicas are not among the settings: what an operator sets for a cluster is kept. */
export const streams: readonly Declared[] = [
  // A command is worth nothing once its lease (30 s) and its deliveries are over: Postgres drives it again under a new attempt.
  stream(streamNames.commands, 'il.cmd.>', { max_age: nanos(15 * minute), max_bytes: 512 * mebibyte }),
  stream(streamNames.results, 'il.res.>', { max_age: nanos(24 * 60 * minute), max_bytes: 512 * mebibyte }),
  // Nobody's write waits for readers of the feed: it drops its oldest facts, which stay readable over the API.
  stream(streamNames.feed, 'il.event.>', {
    max_age: nanos(72 * 60 * minute),
    max_bytes: 256 * mebibyte,
    discard: DiscardPolicy.Old,
  }),
  // Written by health checks alone, so that they prove storage and disturb nobody.
  stream(streamNames.health, 'il.health', {
    max_age: nanos(15 * minute),
    max_bytes: mebibyte,
    discard: DiscardPolicy.Old,
  }),
];

/** Space all streams together may take; a server needs a `max_file_store` above it. */
export const streamBytesMax = streams.reduce((sum, one) => sum + one.max_bytes, 0);

/** Where a worker of this connection gets its answers; nobody else may listen there. */
export const workerInbox = (connection: string): string => `_INBOX_${token(connection)}`;
/** The durable consumer of a connection has its name. */
export const consumerName = (connection: string): string => token(connection);

/**
 * The last word says what kind of thing it is, and no more: a server keeps each subject in memory as long as a message of it lies in the stream,
 * and with an id in there that is one for each message (0.2 KiB, some hundreds of MiB in a busy quarter of an hour).
 */
export const commandSubject = (connection: string, mode: string): string => `${commandsOf(connection)}${token(mode)}`;
export const resultSubject = (connection: string, outcome: string): string =>
  `${resultsOf(connection)}${token(outcome)}`;
/** What the subjects of a connection begin with: what comes after it decides nothing. */
export const commandsOf = (connection: string): string => `il.cmd.${token(connection)}.`;
export const resultsOf = (connection: string): string => `il.res.${token(connection)}.`;
/** The type is one token, so that `il.event.*.<type>` selects a type over all machines. */
export const feedSubject = (machine: string, type: string): string => `il.event.${token(machine)}.${token(type)}`;

/** One durable consumer per connection, shared by all its workers; `concurrency` is what the vendor takes at once. */
export const commandConsumer = (connection: string, concurrency: number) =>
  consumer(consumerName(connection), `${commandsOf(connection)}>`, deliveriesMax, concurrency);

export const resultConsumerName = 'core';
/** One durable consumer for all results, shared by all processes that apply them. */
export const resultConsumer = (unacknowledgedMax: number) =>
  consumer(resultConsumerName, 'il.res.>', resultDeliveriesMax, unacknowledgedMax);

function stream(
  name: StreamName,
  subject: string,
  bounds: Pick<StreamConfig, 'max_age' | 'max_bytes'> & { discard?: DiscardPolicy },
): Declared {
  return {
    name,
    subjects: [subject],
    // Not work-queue: it forgets the ids of consumed messages over a restart.
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    storage: StorageType.File,
    max_msg_size: messageBytesMax,
    duplicate_window: nanos(duplicateWindowMs),
    ...bounds,
  };
}

/** No `backoff` list: it overrides `ack_wait` and does not apply to negative acknowledgements. */
function consumer(
  name: string,
  filter: string,
  deliveries: number,
  unacknowledgedMax: number,
): ConsumerConfig & { durable_name: string } {
  return {
    durable_name: name,
    filter_subject: filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    max_deliver: deliveries,
    max_ack_pending: unacknowledgedMax,
  };
}

const token = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, '-');
