// Keeps the streams declared and notices when the server has lost its memory: a new stream, or fewer messages, where there were more.
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { Link } from './nats-link.ts';
import { type StreamName, streamNames, streams } from './topology.ts';

export interface StreamKeeper {
  /** Declares what is missing. Callers share a round that is under way. Rejects when the server does not answer. */
  verify(): Promise<void>;
  /** The server has acknowledged this sequence: having less later means that it forgot. */
  saw(stream: StreamName, sequence: number): void;
  /** Deletes what every consumer has acknowledged. True if something went; for a stream that is full. */
  relieve(stream: StreamName): Promise<boolean>;
}

/** After nothing could be deleted. */
const reliefPauseMs = 1_000;

interface Known {
  created: string;
  lastSequence: number;
}

export function keepStreams(
  manager: JetStreamManager,
  link: Link,
  onAmnesia: (lost: StreamName[]) => void,
): StreamKeeper {
  const known = new Map<StreamName, Known>();
  const relievedAt = new Map<StreamName, number>();
  let underWay: Promise<void> | null = null;

  /** True when the stream is not the one we knew. */
  const verifyOne = async (declared: (typeof streams)[number]): Promise<boolean> => {
    // Taken before the question: a publish may be acknowledged while the answer is on its way.
    const before = known.get(declared.name)?.lastSequence ?? 0;
    const info = await link.guard(declare(manager, declared));
    if (declared.discard === DiscardPolicy.New && info.state.bytes > declared.max_bytes / 2)
      // Early, and here: a worker outside that finds its stream full can make no room itself.
      await purgeAcknowledged(manager, declared.name).catch(() => false);
    const entry = known.get(declared.name);
    const lost = entry !== undefined && (info.created !== entry.created || info.state.last_seq < before);
    known.set(declared.name, {
      created: info.created,
      lastSequence: lost ? info.state.last_seq : Math.max(info.state.last_seq, entry?.lastSequence ?? 0),
    });
    return lost;
  };

  const verifyAll = async (): Promise<void> => {
    // Asked while the connection is down, the client would wait for its timeout, and the round after the reconnect with it.
    await link.whenUp(0);
    const rounds = await Promise.allSettled(streams.map(verifyOne));
    const lost = streams
      .map((declared) => declared.name)
      .filter((_, at) => rounds[at]?.status === 'fulfilled' && rounds[at].value);
    if (lost.some((name) => name === streamNames.commands || name === streamNames.results)) onAmnesia(lost);
    for (const round of rounds) if (round.status === 'rejected') throw round.reason;
  };

  return {
    verify() {
      underWay ??= verifyAll().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    saw(stream, sequence) {
      const entry = known.get(stream);
      if (entry && sequence > entry.lastSequence) entry.lastSequence = sequence;
    },
    async relieve(stream) {
      // Whatever is published meanwhile waits: asking for each message would make a full server a busy one too.
      if (performance.now() - (relievedAt.get(stream) ?? Number.NEGATIVE_INFINITY) < reliefPauseMs) return false;
      const relieved = await purgeAcknowledged(manager, stream);
      if (!relieved) relievedAt.set(stream, performance.now());
      return relieved;
    },
  };
}

async function declare(manager: JetStreamManager, declared: (typeof streams)[number]): Promise<StreamInfo> {
  const found = await manager.streams.info(declared.name).catch((error: unknown) => {
    if (isMissing(error, JetStreamApiCodes.StreamNotFound)) return null;
    throw error;
  });
  if (found === null) return await manager.streams.add(declared).catch(explain(declared.name));
  if (!differs(declared, found.config)) return found;
  return await manager.streams.update(declared.name, declared).catch(explain(declared.name));
}

export const isMissing = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code;

/** True when a setting we ask for is not what the server has; what the server knows beyond that is left alone. */
export function differs(wanted: object, found: object): boolean {
  return Object.entries(wanted).some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify((found as Record<string, unknown>)[name]),
  );
}

async function purgeAcknowledged(manager: JetStreamManager, stream: StreamName): Promise<boolean> {
  let floor = Number.POSITIVE_INFINITY;
  for await (const consumer of manager.consumers.list(stream)) floor = Math.min(floor, consumer.ack_floor.stream_seq);
  if (!Number.isFinite(floor) || floor === 0) return false;
  return (await manager.streams.purge(stream, { seq: floor + 1 })).purged > 0;
}

const explain =
  (stream: string) =>
  (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `NATS refused the stream ${stream} (${reason}). Give the server room (jetstream.max_file_store) and this account the right to manage il.> streams.`,
    );
  };
