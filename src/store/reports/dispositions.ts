// What became of the events of a window.
import { sql } from 'kysely';
import { type Disposition, dispositions } from '../../core/intake.ts';
import { addUp } from '../../core/tally.ts';
import type { Db } from '../database.ts';
import type { ReportWindow } from './kpis.ts';
import { readSums } from './tallies.ts';

export type DispositionCounts = { received: number } & Record<Disposition, number>;

/**
 * Events received in the window by what has become of them by now; `received` is their sum. A repetition leaves no row
 * of its own, only a count per hour, so the window must begin and end on full hours.
 */
export async function countDispositions(db: Db, window: ReportWindow): Promise<DispositionCounts> {
  const counts = { received: 0, ...Object.fromEntries(dispositions.map((one) => [one, 0])) } as DispositionCounts;
  const add = (disposition: Disposition, count: number): void => {
    counts[disposition] += count;
    counts.received += count;
  };
  const [parts = []] = await readSums(db, 'events', window, ['keys']);
  for (const { of, counts: found } of addUp(parts, (of) => of)) add(of[0] as Disposition, found[0] ?? 0);
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(count), 0)::int as count from kpi_hour where measure = 'event.duplicate' and hour >= ${window.from}::timestamptz and hour < ${window.to}::timestamptz`.execute(
    db,
  );
  add('duplicate', rows[0]?.count ?? 0);
  return counts;
}
