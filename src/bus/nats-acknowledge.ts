// Acknowledges, and says it again after a reconnect: a server that crashed comes back with a consumer state that lacks the last acks.
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ackWaitMs } from './topology.ts';

export interface Acknowledger {
  acknowledge(message: JsMsg): void;
  /**
   * Without it, what the server believes to be in work fills `max_ack_pending`, and nothing is delivered until `ack_wait` is over:
   * a standstill, seen with 2.9.10 after kill -9.
   */
  repeat(): void;
}

/** Older acks are useless: by then the server has delivered the message again. */
const keptMs = ackWaitMs;
const keptMax = 10_000;
const acknowledgement = '+ACK';

export function createAcknowledger(connection: NatsConnection): Acknowledger {
  const recent: { at: number; reply: string }[] = [];
  return {
    acknowledge(message) {
      message.ack();
      recent.push({ at: performance.now(), reply: replyOf(message) });
      // In one piece, not one by one: removing from the front of a long list for each message would cost more than the list saves.
      if (recent.length >= keptMax * 2) recent.splice(0, keptMax);
    },
    repeat() {
      const since = performance.now() - keptMs;
      for (const { at, reply } of recent) if (at > since) connection.publish(reply, acknowledgement);
    },
  };
}

/** The client has it and does not declare it; a message acknowledges only once by its own method. */
const replyOf = (message: JsMsg): string => (message as JsMsg & { reply: string }).reply;
