// The configured connections, ready for use: settings checked by their adapter, kept in memory, fresh in every transaction.
import type { Adapter } from '../adapters/port.ts';
import { findAdapter } from '../adapters/registry.ts';
import type { MachineName, SystemKind } from '../core/machine-definition.ts';
import type { ConnectionRow } from '../store/connections.ts';
import type { Db } from '../store/database.ts';
import type { Records } from '../store/records.ts';
import type { ConnectionScope, ConnectionWorker } from '../store/schema.ts';

export interface Connection {
  id: string;
  adapter: Adapter;
  kind: SystemKind;
  settings: unknown;
  scope: ConnectionScope;
  /** Commands that may be on their way at once. */
  concurrency: number;
  /** Requests to the vendor; null: as many as come. */
  rate: { requests: number; perMs: number } | null;
  /** Who carries its commands out. */
  worker: ConnectionWorker;
  status: 'active' | 'paused';
  circuit: 'closed' | 'open' | 'half_open';
  /** Rate limited by the vendor at the moment of reading. */
  blocked: boolean;
}

/** Whom a transition concerns: the attributes that a connection's scope is about. */
export interface Audience {
  machine: MachineName;
  region: string | null;
  businessUnit: string | null;
  requisitionType: string | null;
}

export interface Connections {
  /** All that are not removed, as the given transaction sees them. */
  load(db: Db): Promise<Connection[]>;
}

/** Parsing settings is the dear part, so it is kept per (connection, moment of its last change). */
export function createConnections(list: Records['listConnections']): Connections {
  const parsed = new Map<string, { changedAt: number; adapter: Adapter; settings: unknown }>();
  const settle = (row: ConnectionRow): { adapter: Adapter; settings: unknown } => {
    const known = parsed.get(row.id);
    if (known && known.changedAt === row.updated_at.getTime()) return known;
    const adapter = findAdapter(row.adapter);
    const fresh = { changedAt: row.updated_at.getTime(), adapter, settings: adapter.settings.parse(row.settings) };
    parsed.set(row.id, fresh);
    return fresh;
  };
  return {
    load: async (db) =>
      (await list(db)).map((row) => ({
        id: row.id,
        ...settle(row),
        kind: row.kind as SystemKind,
        scope: row.scope,
        ...paceOf(row),
        worker: row.worker,
        status: row.status as 'active' | 'paused',
        circuit: row.circuit,
        blocked: row.blocked,
      })),
  };
}

/** True when a transition of this audience into `state` must show at the connection. */
export function subscribes(connection: Connection, audience: Audience, state: string): boolean {
  const { scope } = connection;
  return (
    within(scope.machines, audience.machine) &&
    within(scope.regions, audience.region) &&
    within(scope.businessUnits, audience.businessUnit) &&
    within(scope.requisitionTypes, audience.requisitionType) &&
    connection.adapter.shows(connection.settings, audience.machine, state)
  );
}

const within = (allowed: readonly string[] | undefined, value: string | null): boolean =>
  allowed === undefined || (value !== null && allowed.includes(value));

/** What the vendor allows: as the connection says, else as the adapter knows. */
export function paceOf(row: Pick<ConnectionRow, 'adapter' | 'pace'>): Pick<Connection, 'concurrency' | 'rate'> {
  const { capabilities } = findAdapter(row.adapter);
  const { concurrency, requests, perMs } = row.pace;
  return {
    concurrency: concurrency ?? capabilities.concurrency,
    rate: requests !== undefined && perMs !== undefined ? { requests, perMs } : capabilities.rateLimit,
  };
}
