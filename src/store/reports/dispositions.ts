// What became of the events of a window.
import { sql } from 'kysely';
import { type Disposition, dispositions } from '../../core/deciding/intake.ts';
import type { Db } from '../database/database.ts';
import type { ReportWindow } from './kpis.ts';
import { eachOf, readSums } from './tallies.ts';

export type DispositionCounts = { received: number } & Record<Disposition, number>;

/**
 * Events received in each of the periods, which follow each other, by what has become of them by now; `received` is their sum. A repetition
 * leaves no row of its own, only a count per hour, so a period must begin and end on full hours.
 */
export async function countDispositions(db: Db, periods: readonly ReportWindow[]): Promise<DispositionCounts[]> {
  const found = await readSums(db, 'events', periods, ['keys']);
  const { rows: duplicates } = await sql<{ count: number }>`
    select (select coalesce(sum(count), 0)::int from kpi_hour where measure = 'event.duplicate' and hour >= starts and hour < ends) as count
    from ${eachOf(periods)} order by nth`.execute(db);
  return found.map(({ keys }, nth) => {
    const counts = { received: 0, ...Object.fromEntries(dispositions.map((one) => [one, 0])) } as DispositionCounts;
    const add = (disposition: Disposition, count: number): void => {
      counts[disposition] += count;
      counts.received += count;
    };
    for (const {
      of,
      counts: [count = 0],
    } of keys)
      add(of[0] as Disposition, count);
    add('duplicate', duplicates[nth]?.count ?? 0);
    return counts;
  });
}
