// Which events somebody wants to see; read from the address, written into links.
import { type Disposition, dispositions } from '../../../core/deciding/intake.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import { reportWindow } from '../../../services/reports/read-kpis.ts';
import type { EventFilter } from '../../../store/reports/event-lists.ts';
import { type Period, periods } from '../../flow/view.ts';
import type { OwnVisit } from '../../route.ts';

/** What needs somebody comes first; the rest is there so that the sum can be checked. */
export const eventTabs: readonly Disposition[] = [
  'refused',
  'quarantined',
  'parked',
  ...dispositions.filter((one) => one !== 'refused' && one !== 'quarantined' && one !== 'parked'),
];

export interface EventsView {
  tab: Disposition;
  period: Period;
  narrowed: { connection?: string; machine?: string; claim?: string; code?: string; stage?: string };
}

/** Of a query or of a form; anything that makes no sense counts as not said. */
export function eventsView(given: (name: string) => string | undefined): EventsView {
  const text = (name: string): string | undefined => {
    const value = given(name)?.trim();
    return value === undefined || value === '' || value.length > 200 || /[\p{Cc}\p{Cs}]/u.test(value)
      ? undefined
      : value;
  };
  const [connection, claim, code, stage] = ['connection', 'claim', 'code', 'stage'].map(text);
  const machine = machineNames.find((one) => one === text('machine'));
  return {
    tab: eventTabs.find((one) => one === text('tab')) ?? 'refused',
    period: (Object.keys(periods) as Period[]).find((one) => one === text('period')) ?? '24h',
    narrowed: {
      ...(connection === undefined ? {} : { connection }),
      ...(machine === undefined ? {} : { machine }),
      ...(claim === undefined ? {} : { claim }),
      ...(code === undefined ? {} : { code }),
      ...(stage === undefined ? {} : { stage }),
    },
  };
}

/** The same view as conditions; full hours, as every report counts them. */
export function eventFilter({ tab, period, narrowed }: EventsView, { desk }: OwnVisit): EventFilter {
  const now = desk.context.now();
  const window = reportWindow(new Date(now - periods[period] * 86_400_000).toISOString(), undefined, now);
  if (!window) throw new Error(`No report covers ${period}.`);
  return { window, disposition: tab, ...narrowed };
}

/** The address of this view with something else in it; a change begins at its first page. */
export function eventsHref(
  { tab, period, narrowed }: EventsView,
  change: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = { tab, ...(period === '24h' ? {} : { period }), ...narrowed, ...change };
  const query = new URLSearchParams(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return `/events?${query}`;
}
