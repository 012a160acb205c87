// Where the list behind an alert is, as far as this console has such a page.
import type { AlertView } from '../services/alerts/read-alerts.ts';
import type { Visit } from './route.ts';

/** An address of ours, or null. */
export function alertPlace({ desk }: Pick<Visit, 'desk'>, { condition, connection }: AlertView): string | null {
  const has = (path: string): boolean => desk.routes.some((route) => route.method === 'GET' && route.path === path);
  const place = (path: string, more: Record<string, string | undefined>): string | null => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
    return has(path) ? `${path}${query.size > 0 ? `?${query}` : ''}` : null;
  };
  switch (condition.watches) {
    case 'stuck':
      return place('/stuck', { cause: condition.cause, owner: condition.owner, connection: condition.connection });
    case 'dead_letters':
      return place('/writebacks', { status: 'dead', connection: connection ?? undefined });
    case 'quarantined':
      return place('/incidents', { kind: 'quarantined_event', connection: connection ?? undefined });
    case 'agreement':
      return place('/agreement', { connection: connection ?? undefined });
    case 'circuit_open':
      return has('/connections/:connection') && connection !== null
        ? `/connections/${connection}`
        : place('/connections', {});
    case 'confirmed_rate':
    case 'latency_p95':
      return place('/overview', { period: '24h' });
    case 'seal_lag':
      return null;
  }
}
