// Subjects as lists: whoever moved last comes first, narrowed by where they stand; each reading of a list is audited.
import type { Position } from '../../core/cursor.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { countMoved, listMoved, type MovedFilter } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { auditListing, type Reader, type SubjectView, viewOf } from './read-subject.ts';
import { statesWithin } from './states-within.ts';

export interface ApplicationConditions {
  machine?: MachineName | undefined;
  /** A state, or a region with all its states. */
  state?: string | undefined;
  connection?: string | undefined;
  region?: string | undefined;
  businessUnit?: string | undefined;
  /** Undefined: open and ended ones. */
  ended?: boolean | undefined;
  movedWithinMs?: number | undefined;
}

export interface ApplicationPage {
  items: SubjectView[];
  next: Position | null;
  /** How many there are; null under a filter for which all of them would have to be read. */
  count: number | null;
}

export async function readApplications(
  context: Context,
  { after, rowsMax, ...conditions }: ApplicationConditions & { after: Position | null; rowsMax: number },
  reader: Reader,
): Promise<ApplicationPage> {
  const filter = filterOf(context, conditions);
  const found = await inSnapshot(context.database.reports, async (tx) => {
    const rows = await listMoved(tx, filter, after, rowsMax + 1);
    const page = rows.slice(0, rowsMax);
    const last = page.at(-1);
    return {
      items: page.map((row) => viewOf(context, row)),
      next: rows.length > rowsMax && last ? { at: last.state_since, id: last.id } : null,
      count: await countMoved(tx, filter),
    };
  });
  await auditListing(context, reader, conditions.machine ?? 'all', {
    ...(conditions.state === undefined ? {} : { state: conditions.state }),
    subjects: found.items.length,
  });
  return found;
}

/** The first under the filter; `more` when some were left. Whoever takes them along puts that on record. */
export async function readAllApplications(
  context: Context,
  conditions: ApplicationConditions,
  rowsMax: number,
): Promise<{ items: SubjectView[]; more: boolean }> {
  const rows = await listMoved(context.database.reports, filterOf(context, conditions), null, rowsMax + 1);
  return { items: rows.slice(0, rowsMax).map((row) => viewOf(context, row)), more: rows.length > rowsMax };
}

const filterOf = (context: Context, { state, businessUnit, ...rest }: ApplicationConditions): MovedFilter => ({
  ...rest,
  unit: businessUnit,
  ...(state === undefined ? {} : { states: statesWithin(context, rest.machine, state) }),
});
