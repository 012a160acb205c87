// A connection as the command line shows it: what the services let people see, and where the vendor sends its webhooks.
import type { ConnectionView } from '../../services/connections/read-connections.ts';
import { fields } from '../layout.ts';
import type { Session } from '../session.ts';

export type Shown = ConnectionView & { webhookUrl: string };

export const shown = ({ publicUrl }: Session, view: ConnectionView): Shown => ({
  ...view,
  webhookUrl: `${publicUrl}/hooks/${view.id}`,
});

/** Null for a name that was never used. */
export async function showConnection(session: Session, name: string): Promise<Shown | null> {
  const { readConnection } = await import('../../services/connections/read-connections.ts');
  const view = await readConnection(session.context, name);
  return view && shown(session, view);
}

export function describeConnection(view: Shown): string {
  const scope = Object.entries(view.scope).map(([name, values]) => `${name} ${values.join(', ')}`);
  const rate = view.rate ? `, ${view.rate.requests} requests in ${view.rate.perMs} ms` : '';
  const rotating = view.rotating ? '; a rotation is under way: next secrets are good too' : '';
  return fields([
    ['name', view.id],
    ['adapter', `${view.adapter} (${view.kind})`],
    ['status', view.status],
    ['webhook address', view.webhookUrl],
    ['gets', scope.join('; ') || 'everything'],
    ['pace', `${view.concurrency} at once${rate}`],
    ['worker', view.worker === 'outside' ? 'outside: a worker of your own carries its commands out' : 'of Interlock'],
    ['direction', directions[view.direction]],
    ['secrets', `${view.secrets.join(', ') || 'none'}${rotating}`],
    ['circuit', `${view.circuit}${view.circuitReason ? `: ${view.circuitReason}` : ''}`],
    ['changed', view.updatedAt],
    ['settings', JSON.stringify(view.settings)],
  ]);
}

const directions = {
  both: 'both ways',
  in: 'in: nothing is ever written there',
  out: 'out: it observes, and nothing that it says is taken for a cause',
} as const;
