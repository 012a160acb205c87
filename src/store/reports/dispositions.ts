// What became of the events of a window.
import { sql } from 'kysely';
import { type Disposition, dispositions } from '../../core/intake.ts';
import type { Db } from '../database.ts';
import type { ReportWindow } from './kpis.ts';

export type DispositionCounts = { received: number } & Record<Disposition, number>;

/**
 * Events received in the window by what has become of them by now; `received` is their sum. A repetition leaves no row
 * of its own, only a count per hour, so the window must begin and end on full hours.
 */
export async function countDispositions(db: Db, window: ReportWindow): Promise<DispositionCounts> {
  const { rows } = await sql<{ disposition: Disposition; count: number }>`
    select disposition, count(*)::int as count from event where received_at >= ${window.from}::timestamptz and received_at < ${window.to}::timestamptz group by disposition
    union all
    select 'duplicate', coalesce(sum(count), 0)::int from kpi_hour where measure = 'event.duplicate' and hour >= ${window.from}::timestamptz and hour < ${window.to}::timestamptz`.execute(
    db,
  );
  const counts = { received: 0, ...Object.fromEntries(dispositions.map((one) => [one, 0])) } as DispositionCounts;
  for (const row of rows) {
    counts[row.disposition] += row.count;
    counts.received += row.count;
  }
  return counts;
}
