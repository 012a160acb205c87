// A connection as the command line shows it: the same members as in the API, never a secret.
import type { findConnection } from '../../store/connections.ts';
import { fields } from '../layout.ts';
import type { Session } from '../session.ts';

type Row = NonNullable<Awaited<ReturnType<typeof findConnection>>>;

export interface ConnectionView {
  id: string;
  adapter: string;
  kind: string;
  status: string;
  settings: Record<string, unknown>;
  scope: Record<string, string[]>;
  webhookUrl: string;
  /** Names of those that are set. */
  secrets: string[];
  rotating: boolean;
  circuit: string;
  circuitReason: string | null;
  createdAt: string;
  updatedAt: string;
}

export function viewConnection({ context, publicUrl }: Session, row: Row): ConnectionView {
  return {
    id: row.id,
    adapter: row.adapter,
    kind: row.kind,
    status: row.status,
    settings: row.settings,
    scope: row.scope as Record<string, string[]>,
    webhookUrl: webhookUrl(publicUrl, row.id),
    secrets: row.secrets_current ? Object.keys(context.vault.unsealSecrets(row.id, row.secrets_current)) : [],
    rotating: row.secrets_next !== null,
    circuit: row.circuit,
    circuitReason: row.circuit_reason,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Where the vendor is to send its webhooks. */
export const webhookUrl = (publicUrl: string, id: string): string => `${publicUrl}/hooks/${id}`;

export function describeConnection(view: ConnectionView): string {
  const scope = Object.entries(view.scope).map(([name, values]) => `${name} ${values.join(', ')}`);
  return fields([
    ['name', view.id],
    ['adapter', `${view.adapter} (${view.kind})`],
    ['status', view.status],
    ['webhook address', view.webhookUrl],
    ['gets', scope.join('; ') || 'everything'],
    [
      'secrets',
      `${view.secrets.join(', ') || 'none'}${view.rotating ? '; a rotation is under way: next secrets are good too' : ''}`,
    ],
    ['circuit', `${view.circuit}${view.circuitReason ? `: ${view.circuitReason}` : ''}`],
    ['changed', view.updatedAt],
    ['settings', JSON.stringify(view.settings)],
  ]);
}
