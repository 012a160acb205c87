// What somebody wants to see of what is stuck: read from the address, from a kept view or from a form, and written into links.
import { decodeCursor, type Position } from '../../../core/cursor.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import type { StuckConditions } from '../../../services/reports/read-stuck.ts';
import { stuckCauses } from '../../../store/reports/stuck-sources.ts';
import { shortText } from '../../forms.ts';

/** Minutes. */
export const ages = {
  '60': 'over an hour',
  '1440': 'over a day',
  '4320': 'over three days',
  '10080': 'over a week',
  '43200': 'over a month',
} as const;

export interface StuckView {
  conditions: StuckConditions;
  after: Position | null;
}

/** What makes no sense counts as not said. */
export function stuckViewOf(query: Readonly<Record<string, string | undefined>>): StuckView {
  const age = Number(Object.keys(ages).find((one) => one === query.age) ?? 0);
  return {
    conditions: {
      cause: stuckCauses.find((one) => one === query.cause),
      machine: machineNames.find((one) => one === query.machine),
      state: shortText(query.state),
      owner: shortText(query.owner),
      connection: shortText(query.connection),
      region: shortText(query.region),
      businessUnit: shortText(query.unit),
      ageMinMs: age === 0 ? undefined : age * 60_000,
    },
    after: decodeCursor(query.after ?? ''),
  };
}

/** The filter alone, as names and values of the address. */
export const stuckFields = ({ conditions: of }: StuckView): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      cause: of.cause,
      owner: of.owner,
      machine: of.machine,
      state: of.state,
      connection: of.connection,
      region: of.region,
      unit: of.businessUnit,
      age: of.ageMinMs === undefined ? undefined : String(of.ageMinMs / 60_000),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** `change` replaces; undefined takes away. */
export function stuckAt(
  view: StuckView,
  change: Readonly<Record<string, string | undefined>> = {},
  path = '/stuck',
): string {
  const all = Object.entries({ ...stuckFields(view), ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return all.length === 0 ? path : `${path}?${new URLSearchParams(all)}`;
}
