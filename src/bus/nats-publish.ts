// Publishes into a stream and waits until the server has stored it; says in our words why it could not.
import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { assert } from '../core/assert.ts';
import type { CrashPoint } from '../core/crash-points.ts';
import { type Link, LinkBroken } from './nats-link.ts';
import type { StreamKeeper } from './nats-streams.ts';
import { messageBytesMax, type StreamName, streamNames } from './topology.ts';

export interface Publisher {
  /** The same id within the duplicate window is stored once. Rejects when it is unknown whether the server has it: publish again. */
  publish(stream: StreamName, subject: string, messageId: string, body: unknown, timeoutMs?: number): Promise<void>;
}

const publishMs = 5_000;
/** "Maximum bytes exceeded" of a stream, and "insufficient resources" of the server. */
const fullCodes = [10077, 10023];

/** Between tries while the server starts or its streams are being declared. */
const againMs = 50;

export function createPublisher(
  jetstream: JetStreamClient,
  keeper: StreamKeeper,
  link: Link,
  crashPoint?: CrashPoint,
): Publisher {
  const once = async (
    stream: StreamName,
    subject: string,
    messageId: string,
    payload: string,
    timeout: number,
  ): Promise<void> => {
    await link.whenUp(timeout);
    const storing = jetstream.publish(subject, payload, { msgID: messageId, timeout, expect: { streamName: stream } });
    const points = placesOf(stream);
    // Before the next read from the socket: it is sent, and no answer can have come.
    if (crashPoint && points) setImmediate(() => crashPoint(points.sent));
    const stored = await link.guard(storing);
    if (crashPoint && points) crashPoint(points.stored);
    keeper.saw(stream, stored.seq);
  };
  return {
    async publish(stream, subject, messageId, body, timeoutMs = publishMs) {
      const payload = JSON.stringify(body);
      assert(
        Buffer.byteLength(payload) <= messageBytesMax,
        `A message on ${subject} is larger than ${messageBytesMax} bytes`,
      );
      const until = performance.now() + timeoutMs;
      for (;;) {
        try {
          return await once(stream, subject, messageId, payload, Math.max(until - performance.now(), 1));
        } catch (error) {
          if (performance.now() >= until || !(await canBeHealed(error, stream, keeper)))
            throw explain(error, stream, subject);
          await sleep(againMs);
        }
      }
    },
  };
}

/** Health checks and facts are not what anybody waits for. */
function placesOf(stream: StreamName) {
  if (stream === streamNames.commands) return { sent: 'relay.command_sent', stored: 'relay.command_stored' } as const;
  return stream === streamNames.results
    ? ({ sent: 'worker.result_sent', stored: 'worker.result_stored' } as const)
    : null;
}

/** A broken connection, a stream that is gone and a full one: publishing the same id again is harmless. */
async function canBeHealed(error: unknown, stream: StreamName, keeper: StreamKeeper): Promise<boolean> {
  if (error instanceof LinkBroken) return true;
  if (isFull(error)) return await keeper.relieve(stream).catch(() => false);
  // What the client calls so means that nobody listens on the subject: no such stream, or a server that is not ready yet.
  if (!(error instanceof Error) || error.name !== 'JetStreamNotEnabled') return false;
  return await keeper.verify().then(
    () => true,
    () => true,
  );
}

const isFull = (error: unknown): boolean => error instanceof JetStreamApiError && fullCodes.includes(error.code);

function explain(error: unknown, stream: StreamName, subject: string): Error {
  const reason = error instanceof Error ? error.message : String(error);
  if (isFull(error))
    return new Error(
      `NATS stream ${stream} is full and its consumers have not acknowledged what is in it. Is a worker running for every connection?`,
      { cause: error },
    );
  return new Error(
    `NATS did not confirm a message on ${subject} (${reason}). It may or may not be stored; publishing it again is harmless.`,
    { cause: error },
  );
}
