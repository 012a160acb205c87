// Hands results over in groups: whatever has come while the last group was being applied is the next one.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import type { CrashPoint } from '../core/crash-points.ts';
import { type Result, resultSchema } from '../core/delivery/message.ts';
import { limits } from '../core/limits.ts';
import { type Inbound, readMessage } from './nats-message.ts';
import { heartbeatMs, resultsOf } from './topology.ts';

export interface ResultOptions {
  handler(results: Result[]): Promise<void>;
  redeliveryMs: number;
  acknowledge(message: JsMsg): void;
  onPoison(message: JsMsg): void;
  crashPoint: CrashPoint | undefined;
}

interface Held {
  message: JsMsg;
  result: Result;
}

const redeliveryMsMax = 30_000;

export function deliverResults(options: ResultOptions): Inbound {
  const { crashPoint } = options;
  const waiting: Held[] = [];
  let applying: Held[] | null = null;

  const applyGroup = async (group: Held[]): Promise<void> => {
    const heartbeat = setInterval(
      () => [...group, ...waiting].forEach(({ message }) => void message.working()),
      heartbeatMs,
    );
    try {
      await options.handler(group.map((held) => held.result));
      for (const { message } of group) options.acknowledge(message);
      // On the next turn it has left.
      if (crashPoint) setImmediate(() => crashPoint('results.acknowledged'));
    } catch {
      for (const { message } of group)
        message.nak(
          Math.min(options.redeliveryMs * 2 ** Math.min(message.info.deliveryCount - 1, 10), redeliveryMsMax),
        );
    } finally {
      clearInterval(heartbeat);
    }
  };

  const applyAll = async (): Promise<void> => {
    applying = [];
    // What came in the same read of the socket belongs together.
    await nextTurn();
    while (waiting.length > 0) {
      applying = waiting.splice(0, limits.batchResultsMax);
      await applyGroup(applying);
    }
    applying = null;
  };

  return {
    onMessage(message) {
      const result = readMessage(message, resultSchema, ({ connection }) => resultsOf(connection));
      if (result === null) {
        options.onPoison(message);
        message.term();
        return;
      }
      waiting.push({ message, result });
      if (applying === null) void applyAll();
    },
    isBusy: () => applying !== null,
    abandonWaiting: () => {
      for (const { message } of waiting.splice(0)) message.nak();
    },
  };
}
