// A simulated process of ours: the real use cases over the shared memory, with a life that can end in the middle of anything.
import type { Adapter } from '../../../src/adapters/port.ts';
import type { NewId } from '../../../src/core/ids.ts';
import type { SystemKind } from '../../../src/core/machine/definition.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import type { Connections } from '../../../src/services/connections/connections.ts';
import type { Context } from '../../../src/services/context.ts';
import { createContext } from '../../../src/services/create-context.ts';
import type { WorkInHand } from '../../../src/services/delivery/work-in-hand.ts';
import type { Metrics } from '../../../src/services/metrics.ts';
import type { Broker } from './broker.ts';
import type { Choices } from './choices.ts';
import type { Memory } from './memory/memory.ts';
import { openSimulatedVault } from './vault.ts';

export interface Process {
  name: string;
  role: 'core' | 'worker';
  alive: boolean;
  context: Context;
  /** Ends of the commands it is carrying out. */
  handlers: Set<() => void>;
  /** Its connection to the database is gone. */
  disconnect(): void;
}

export interface Surroundings {
  memory: Memory;
  broker: Broker;
  choices: Choices;
  now(): number;
  publishFate(process: Process): 'no' | 'lost' | 'stored';
  adapters(process: Process): ReadonlyMap<string, Adapter>;
  newId: NewId;
  deadline(ms: number): AbortSignal;
  count(name: string): void;
  /** Connections whose commands the process carries, as far as it knows alone. */
  serves: readonly string[];
}

const never = new AbortController().signal;
const { machines, dictionary } = loadDefinitions();
const noHttp = { request: async () => Promise.reject(new Error('A simulated vendor is not called over HTTP.')) };

export function startProcess(around: Surroundings, name: string): Process {
  const { memory, choices, now } = around;
  const session = memory.connect();
  const process = {
    name,
    role: name.startsWith('core') ? 'core' : 'worker',
    alive: true,
    handlers: new Set(),
    disconnect: () => session.end(),
  } as unknown as Process;
  const adapters = around.adapters(process);
  process.context = createContext({
    database: session.database,
    records: memory.records,
    bus: around.broker.busFor(() => around.publishFate(process)),
    connections: connectionsOf(memory, adapters),
    machines,
    dictionary,
    dictionaryVersion: 1,
    vault: openSimulatedVault(),
    metrics: countingMetrics(around.count),
    log: { info() {}, warn: (_, message) => around.count(message), error: (_, message) => around.count(message) },
    vendorHttp: { guarded: noHttp, open: noHttp },
    every: () => {},
    reorderWindowMs: 60_000,
    parkedMs: 15 * 60_000,
    now,
    deadline: around.deadline,
    random: () => choices.fraction(),
    newId: around.newId,
  });
  serve(process.context.workInHand, around);
  return process;
}

function serve(hand: WorkInHand, { serves, count }: Surroundings): void {
  for (const connection of serves) hand.serve(connection, never);
  const { take } = hand;
  hand.take = (wanted) => {
    const found = take(wanted);
    if (found !== null) count(found === 'stale' ? 'work at hand stale' : 'work at hand');
    return found;
  };
}

const connectionsOf = (memory: Memory, adapters: ReadonlyMap<string, Adapter>): Connections => ({
  load: async (db) =>
    (await memory.records.listConnections(db)).map((row) => ({
      id: row.id,
      adapter: adapters.get(row.adapter) as Adapter,
      settings: {},
      kind: row.kind as SystemKind,
      scope: row.scope,
      concurrency: 8,
      rate: null,
      sweepShare: 0,
      worker: 'interlock' as const,
      direction: row.direction,
      wave: null,
      status: row.status as 'active' | 'paused',
      circuit: row.circuit,
      blocked: row.blocked,
      gone: row.gone_states,
      changedAt: row.updated_at,
      sealedSecrets: null,
    })),
});

const ignore = (): void => {};

const countingMetrics = (count: (name: string) => void): Metrics => {
  return {
    accepted: ignore,
    disposition: (disposition: string) => count(disposition),
    attempt: (_: string, outcome: string) => count(`attempt ${outcome}`),
    rejected: ignore,
    resultRejected: () => count('forged_result'),
    publishFailed: () => count('publish_failed'),
    feedLost: ignore,
    request: ignore,
    shed: ignore,
    unknownElements: ignore,
    unknownFields: ignore,
    echoNearMiss: ignore,
    acceptP95Ms: () => 0,
    acceptMsPerEvent: () => Number.NaN,
  } as unknown as Metrics;
};
