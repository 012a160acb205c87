// What a worker outside asks once, before its first command: where its queue is, what its connection is set to, which contract is served.
import { ackWaitMs, consumerName, streamNames, workerInbox } from '../../bus/topology.ts';
import { limits } from '../../core/limits.ts';
import type { Connection } from '../connections/connections.ts';

/** Versions of the worker contract (messages, subjects and these answers) that this release serves. */
export const contracts: readonly number[] = [1];

export interface WorkerSetup {
  contract: number;
  connection: string;
  adapter: string;
  /** Without secrets: a worker outside has its vendor credentials from its owner. */
  settings: Record<string, unknown>;
  concurrency: number;
  rate: { requests: number; perMs: number } | null;
  stream: string;
  consumer: string;
  /** Results go to this, a full stop, and the id of the command. */
  resultSubject: string;
  inboxPrefix: string;
  ackWaitMs: number;
  leaseMs: number;
}

export const workerSetup = (connection: Connection, contract: number): WorkerSetup => ({
  contract,
  connection: connection.id,
  adapter: connection.adapter.name,
  settings: connection.settings as Record<string, unknown>,
  concurrency: connection.concurrency,
  rate: connection.rate,
  stream: streamNames.commands,
  consumer: consumerName(connection.id),
  resultSubject: `il.res.${consumerName(connection.id)}`,
  inboxPrefix: workerInbox(connection.id),
  ackWaitMs,
  leaseMs: limits.leaseMs,
});
