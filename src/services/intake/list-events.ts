// Events by what became of them: a page of one kind, how many there are of each, the reasons, and stages that wait to be mapped.
import type { Position } from '../../core/cursor.ts';
import { type Disposition, dispositions } from '../../core/deciding/intake.ts';
import { countDispositions } from '../../store/reports/dispositions.ts';
import {
  countEvents,
  countReasons,
  type EventFilter,
  type ListedEvent,
  listEvents,
  type WaitingStage,
  waitingStages,
} from '../../store/reports/event-lists.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';

export interface EventPage {
  items: ListedEvent[];
  next: Position | null;
  /** Under everything of the filter but disposition and reason. */
  counts: Record<Disposition, number>;
  received: number;
  reasons: { code: string; count: number }[];
  stages: WaitingStage[];
}

/** All of one moment. Repetitions leave no row of their own, so only without a filter they are counted, and never listed. */
export async function readEventPage(
  context: Context,
  filter: EventFilter,
  after: Position | null,
  rowsMax: number,
): Promise<EventPage> {
  return inSnapshot(context.database.reports, async (tx) => {
    const rows = filter.disposition === 'duplicate' ? [] : await listEvents(tx, filter, after, rowsMax + 1);
    const items = rows.slice(0, rowsMax);
    const last = items.at(-1);
    const { window, disposition, code: _code, ...narrowed } = filter;
    const whole = Object.values(narrowed).every((one) => one === undefined);
    const found = whole
      ? (await countDispositions(tx, [window]))[0]
      : Object.fromEntries(await countEvents(tx, filter));
    const counts = Object.fromEntries(dispositions.map((one) => [one, found?.[one] ?? 0])) as Record<
      Disposition,
      number
    >;
    return {
      items,
      next: rows.length > rowsMax && last ? { at: last.received_at, id: last.id } : null,
      counts,
      received: Object.values(counts).reduce((sum, one) => sum + one, 0),
      reasons: disposition === 'refused' || disposition === 'quarantined' ? await countReasons(tx, filter) : [],
      stages: disposition === 'quarantined' ? await waitingStages(tx) : [],
    };
  });
}
