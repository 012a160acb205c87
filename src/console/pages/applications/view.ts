// Which subjects somebody wants to see: read from the address or from a kept view, and written into links.
import { decodeCursor, type Position } from '../../../core/cursor.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import type { ApplicationConditions } from '../../../services/reports/read-applications.ts';
import { shortText } from '../../forms.ts';

/** Hours. */
export const movedWithin = {
  '1': 'in the last hour',
  '24': 'in the last day',
  '168': 'in the last week',
  '720': 'in the last 30 days',
} as const;

export const endedWords = { '': 'open', yes: 'ended', all: 'open and ended' } as const;

export interface ApplicationsView {
  conditions: ApplicationConditions;
  after: Position | null;
}

/** What makes no sense counts as not said; open ones unless the others are asked for. */
export function applicationsViewOf(query: Readonly<Record<string, string | undefined>>): ApplicationsView {
  const hours = Number(Object.keys(movedWithin).find((one) => one === query.moved) ?? 0);
  return {
    conditions: {
      machine: machineNames.find((one) => one === query.machine),
      state: shortText(query.state),
      connection: shortText(query.connection),
      region: shortText(query.region),
      businessUnit: shortText(query.unit),
      ended: query.ended === 'yes' ? true : query.ended === 'all' ? undefined : false,
      movedWithinMs: hours === 0 ? undefined : hours * 3_600_000,
    },
    after: decodeCursor(query.after ?? ''),
  };
}

/** The filter alone, as names and values of the address. */
export const applicationsFields = ({ conditions: of }: ApplicationsView): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      machine: of.machine,
      state: of.state,
      connection: of.connection,
      region: of.region,
      unit: of.businessUnit,
      ended: of.ended === false ? undefined : of.ended ? 'yes' : 'all',
      moved: of.movedWithinMs === undefined ? undefined : String(of.movedWithinMs / 3_600_000),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** `change` replaces; undefined takes away. */
export function applicationsAt(
  view: ApplicationsView,
  change: Readonly<Record<string, string | undefined>> = {},
  path = '/applications',
): string {
  const all = Object.entries({ ...applicationsFields(view), ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return all.length === 0 ? path : `${path}?${new URLSearchParams(all)}`;
}
