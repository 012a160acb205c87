// What somebody wants to see of the audit log, as it stands in the address.
import type { AuditFilter } from '../../../services/write-audit.ts';
import { shortText } from '../../forms.ts';

export const auditPeriods = {
  '24h': ['The last 24 hours', 1],
  '7d': ['The last 7 days', 7],
  '30d': ['The last 30 days', 30],
  '90d': ['The last 90 days', 90],
  all: ['From the beginning', null],
} as const;
export type AuditPeriod = keyof typeof auditPeriods;

export interface AuditView {
  actor?: string;
  action?: string;
  kind?: string;
  object?: string;
  period?: AuditPeriod;
  after?: string;
}

const names = ['actor', 'action', 'kind', 'object'] as const;

export function auditViewOf(query: Readonly<Record<string, string>>): AuditView {
  const view: AuditView = {};
  for (const name of names) {
    const text = shortText(query[name]?.trim());
    if (text !== undefined) view[name] = text;
  }
  const period = (Object.keys(auditPeriods) as AuditPeriod[]).find((one) => one === query.period);
  if (period) view.period = period;
  const after = shortText(query.after);
  return after === undefined ? view : { ...view, after };
}

/** Without the place of the page: what narrows the list. */
export function fieldsOf({ after: _, ...view }: AuditView): Record<string, string> {
  return Object.fromEntries(Object.entries(view).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function conditionsOf(view: AuditView, now: number): Omit<AuditFilter, 'after' | 'limit'> {
  const days = auditPeriods[view.period ?? 'all'][1];
  return {
    ...(view.actor === undefined ? {} : { actorId: view.actor }),
    ...(view.action === undefined ? {} : { action: view.action }),
    ...(view.kind === undefined ? {} : { objectKind: view.kind }),
    ...(view.object === undefined ? {} : { objectId: view.object }),
    ...(days === null ? {} : { from: new Date(now - days * 86_400_000).toISOString() }),
  };
}

/** The same view at another address or with some of it changed; a page begins at its newest again. */
export function auditAt(view: AuditView, change: AuditView = {}, path = '/audit'): string {
  const query = new URLSearchParams({ ...fieldsOf(view), ...(change as Record<string, string>) }).toString();
  return query === '' ? path : `${path}?${query}`;
}
