// The bus inside one process: for evaluation and tests. Nothing is durable; what is lost with the process, the sweeper drives again.

import {
  type Command,
  commandId,
  commandSchema,
  type Result,
  resultId,
  resultSchema,
} from '../core/delivery/message.ts';
import { limits } from '../core/limits.ts';
import { createLocalQueue, type LocalQueue } from './local-queue.ts';
import type { Bus } from './port.ts';

export interface LocalBusOptions {
  log(line: string): void;
  /** Why there is no other bus, for the start banner. */
  reason?: string;
  /** Pause before a rejected message is delivered again; grows with each delivery. */
  redeliveryMs?: number;
}

export function createLocalBus(options: LocalBusOptions): Bus {
  const redeliveryMs = options.redeliveryMs ?? 1_000;
  const queueOf = <Item>(name: string, idOf: (item: Item) => string): LocalQueue<Item> =>
    createLocalQueue<Item>({ name, idOf, redeliveryMs, log: options.log });
  const commands = new Map<string, LocalQueue<Command>>();
  const commandsOf = (connection: string): LocalQueue<Command> => {
    const queue = commands.get(connection) ?? queueOf<Command>(`commands of ${connection}`, commandId);
    commands.set(connection, queue);
    return queue;
  };
  const results = queueOf<Result>('results', resultId);
  let closed = false;

  return {
    kind: 'local',
    description: `in this process${options.reason === undefined ? '' : `: ${options.reason}`}. For evaluation; one process only`,
    // Parsed as on NATS, so that a message of the wrong shape is found in tests and not by a worker in another language.
    publishCommand: async (command) => commandsOf(command.connection).publish(commandSchema.parse(command)),
    publishResult: async (result) => results.publish(resultSchema.parse(result)),
    publishFeed: async () => {},
    consumeCommands: (connection, concurrency, handler, signal) =>
      commandsOf(connection).consume({
        atOnce: concurrency,
        groupMax: 1,
        handler: ([command]) => handler(command!),
        signal,
      }),
    keepQueue: (connection) =>
      options.log(
        `bus: nobody outside this process can serve ${connection}: set NATS_URL to a server that its worker reaches`,
      ),
    consumeResults: (handler, signal) =>
      results.consume({ atOnce: 1, groupMax: limits.batchResultsMax, handler, signal }),
    async checkHealth() {
      if (closed) throw new Error('The bus of this process is closed.');
    },
    // What is lost here is lost with the process, and then nobody is left to be told.
    onAmnesia: () => {},
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...commands.values(), results].map((queue) => queue.close()));
    },
  };
}
