// Delivers one connection's commands to a handler, at most so many at a time, and acknowledges what the handler finished.
import type { JsMsg } from '@nats-io/jetstream';
import type { CrashPoint } from '../core/crash-points.ts';
import { type Command, commandSchema } from '../core/delivery/message.ts';
import { type Inbound, readMessage } from './nats-message.ts';
import { commandsOf, heartbeatMs } from './topology.ts';

export interface CommandOptions {
  concurrency: number;
  handler(command: Command): Promise<void>;
  redeliveryMs: number;
  acknowledge(message: JsMsg): void;
  onPoison(message: JsMsg): void;
  crashPoint: CrashPoint | undefined;
}

/** The server holds back beyond `concurrency` too; the queue here is for what it repeats after a reconnect. */
export function deliverCommands(options: CommandOptions): Inbound {
  const { crashPoint } = options;
  const waiting: JsMsg[] = [];
  const running = new Set<JsMsg>();

  const start = async (message: JsMsg): Promise<void> => {
    const command = readMessage(message, commandSchema, ({ connection }) => commandsOf(connection));
    if (command === null) {
      options.onPoison(message);
      // Without a reason: servers before 2.10 do not understand one and would keep the message.
      message.term();
      return;
    }
    running.add(message);
    const heartbeat = setInterval(() => message.working(), heartbeatMs);
    try {
      await options.handler(command);
      options.acknowledge(message);
      // On the next turn it has left.
      if (crashPoint) setImmediate(() => crashPoint('worker.command_acknowledged'));
    } catch {
      // The handler has reported it. A bare negative acknowledgement would burn all deliveries within milliseconds.
      message.nak(options.redeliveryMs * message.info.deliveryCount);
    } finally {
      clearInterval(heartbeat);
      running.delete(message);
    }
    const next = waiting.shift();
    if (next) void start(next);
  };

  return {
    onMessage(message) {
      if (running.size >= options.concurrency) waiting.push(message);
      else void start(message);
    },
    isBusy: () => running.size > 0,
    abandonWaiting: () => {
      for (const message of waiting.splice(0)) message.nak();
    },
  };
}
