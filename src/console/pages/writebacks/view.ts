// What somebody wants to see of the writebacks: a status and what narrows it; read from the address or a form, written into links.
import { decodeCursor, type Position } from '../../../core/cursor.ts';
import type { WritebackStatus } from '../../../core/delivery/settle.ts';
import type { WritebackFilter } from '../../../store/reports/writeback-lists.ts';

export const statuses: readonly WritebackStatus[] = ['dead', 'ready', 'leased', 'confirmed', 'waived', 'superseded'];
export const ages = {
  '': 'any age',
  '3600000': 'over an hour',
  '86400000': 'over a day',
  '604800000': 'over a week',
} as const;

export interface WritebacksView {
  filter: WritebackFilter & { status: WritebackStatus };
  after: Position | null;
}

/** What the address, or a form that was sent from it, asks for; what makes no sense counts as not said. */
export function viewOfQuery(query: Readonly<Record<string, string | undefined>>): WritebacksView {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return value === undefined || value === '' || value.length > 500 ? undefined : value;
  };
  return {
    filter: {
      status: statuses.find((one) => one === query.status) ?? 'dead',
      connection: text('connection'),
      eventType: text('transition'),
      reason: text('reason_is'),
      state: text('state'),
      ageMinMs: Object.keys(ages).includes(query.age ?? '') && query.age ? Number(query.age) : undefined,
    },
    after: decodeCursor(query.after ?? ''),
  };
}

export const fieldsOf = ({ filter }: WritebacksView): [name: string, value: string][] =>
  Object.entries({
    status: filter.status,
    connection: filter.connection,
    transition: filter.eventType,
    reason_is: filter.reason,
    state: filter.state,
    age: filter.ageMinMs === undefined ? undefined : String(filter.ageMinMs),
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);

export function hrefOf(view: WritebacksView, change: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...Object.fromEntries(fieldsOf(view)), ...change });
  return `/writebacks?${query}`;
}

/** A wish that could not be carried out: what is wrong with it, and what was entered. */
export interface Refused {
  fault: string;
  reason: string;
  ticked: ReadonlySet<string>;
}
