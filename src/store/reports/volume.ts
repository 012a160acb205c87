// Events over time by what became of them.
import { sql } from 'kysely';
import type { Disposition } from '../../core/deciding/intake.ts';
import { addUp } from '../../core/figures/tally.ts';
import type { Db } from '../database/database.ts';
import type { ReportWindow } from './kpis.ts';
import { readTally } from './tallies.ts';

export type Bucket = 'hour' | 'day';

export interface VolumeRow {
  /** Beginning of the hour or the day, UTC: `2026-11-22 03:00`. */
  at: string;
  disposition: Disposition;
  count: number;
}

/** Adds up to `countDispositions` of the same window. */
export async function volumeOver(db: Db, window: ReportWindow, bucket: Bucket): Promise<VolumeRow[]> {
  const { rows: repeated } = await sql<VolumeRow>`
    select to_char(date_trunc(${bucket}, hour at time zone 'utc'), 'YYYY-MM-DD HH24:MI') as at, 'duplicate' as disposition, sum(count)::int as count from kpi_hour
    where measure = 'event.duplicate' and hour >= ${window.from}::timestamptz and hour < ${window.to}::timestamptz group by 1`.execute(
    db,
  );
  const begin = (at: string): string =>
    bucket === 'hour' ? at.slice(0, 16).replace('T', ' ') : `${at.slice(0, 10)} 00:00`;
  const sums = addUp(await readTally(db, 'events', window, bucket), ([disposition = ''], at) => [
    begin(at),
    disposition,
  ]);
  const rows = sums.map(({ of: [at = '', disposition], counts: [count = 0] }) => ({
    at,
    disposition: disposition as Disposition,
    count,
  }));
  return [...rows, ...repeated].sort((a, b) => compare(a.at, b.at) || compare(a.disposition, b.disposition));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
