// Connections as people and clients may see them: names of secrets, never their values.
import { type ConnectionRow, findConnection, listConnections } from '../../store/connections/connections.ts';
import type { ConnectionDirection, ConnectionScope, ConnectionWorker } from '../../store/schema/schema.ts';
import type { Context } from '../context.ts';
import { type Connection, paceOf } from './connections.ts';

export interface ConnectionView extends Pick<Connection, 'concurrency' | 'rate' | 'sweepShare'> {
  id: string;
  adapter: string;
  kind: string;
  status: string;
  settings: Record<string, unknown>;
  scope: ConnectionScope;
  worker: ConnectionWorker;
  direction: ConnectionDirection;
  /** Names of the secrets that are set. */
  secrets: string[];
  /** Next secrets are accepted beside the current ones. */
  rotating: boolean;
  circuit: string;
  circuitReason: string | null;
  createdAt: string;
  updatedAt: string;
}

/** All that are not removed. */
export async function readConnections(context: Context): Promise<ConnectionView[]> {
  return (await listConnections(context.database.reports)).map((row) => viewOf(context, row));
}

/** Null for a name that was never used; a removed connection is still shown. */
export async function readConnection(context: Context, id: string): Promise<ConnectionView | null> {
  const row = await findConnection(context.database.reports, id);
  return row ? viewOf(context, row) : null;
}

const viewOf = (context: Context, row: Omit<ConnectionRow, 'blocked'>): ConnectionView => ({
  id: row.id,
  adapter: row.adapter,
  kind: row.kind,
  status: row.status,
  settings: row.settings,
  scope: row.scope,
  ...paceOf(row),
  worker: row.worker,
  direction: row.direction,
  secrets: row.secrets_current ? Object.keys(context.vault.unsealSecrets(row.id, row.secrets_current)) : [],
  rotating: row.secrets_next !== null,
  circuit: row.circuit,
  circuitReason: row.circuit_reason,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});
