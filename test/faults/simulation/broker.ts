// A simulated broker: keeps commands and results until they are acknowledged, may deliver them again, and may lose everything.
import type { Bus } from '../../../src/bus/port.ts';
import { type Command, commandId, type Result, resultId } from '../../../src/core/delivery/message.ts';

export interface Broker {
  commands: Map<string, Command>;
  results: Set<Result>;
  /** Epoch of the store: what was delivered before an amnesia is acknowledged into the void. */
  incarnation: number;
  ackCommand(command: Command): void;
  ackResults(results: readonly Result[]): void;
  loseEverything(): void;
  /** Publishes of a command that was stored already. */
  duplicates: number;
  /** What a process sees of it; `refuses` says whether a publish fails, and whether it was stored all the same. */
  busFor(refuses: () => 'no' | 'lost' | 'stored'): Bus;
}

export function createBroker(): Broker {
  const seen = new Set<string>();
  const broker: Broker = {
    commands: new Map(),
    results: new Set(),
    incarnation: 1,
    duplicates: 0,
    ackCommand: (command) => void broker.commands.delete(commandId(command)),
    ackResults: (results) => {
      for (const one of results) broker.results.delete(one);
    },
    loseEverything() {
      broker.commands.clear();
      broker.results.clear();
      seen.clear();
      broker.incarnation += 1;
    },
    busFor: (refuses) => ({
      kind: 'nats',
      description: 'simulated',
      publishCommand: async (command) =>
        store(`command ${commandId(command)}`, refuses(), () => broker.commands.set(commandId(command), command)),
      publishResult: async (result) =>
        store(`result ${resultId(result)}`, refuses(), () => broker.results.add({ ...result })),
      publishFeed: async () => {},
      consumeCommands: () => {},
      keepQueue: () => {},
      consumeResults: () => {},
      checkHealth: async () => {},
      onAmnesia: () => {},
      async [Symbol.asyncDispose]() {},
    }),
  };
  const store = (key: string, refused: 'no' | 'lost' | 'stored', keep: () => unknown): void => {
    if (refused !== 'lost') {
      if (seen.has(key)) broker.duplicates += 1;
      else keep();
      seen.add(key);
    }
    if (refused !== 'no') throw new Error('The broker did not say that it took the message.');
  };
  return broker;
}
