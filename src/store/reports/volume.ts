// Events over time by what became of them.
import { sql } from 'kysely';
import type { Disposition } from '../../core/intake.ts';
import type { Db } from '../database.ts';
import type { ReportWindow } from './kpis.ts';

export type Bucket = 'hour' | 'day';

export interface VolumeRow {
  /** Beginning of the hour or the day, UTC: `2026-11-22 03:00`. */
  at: string;
  disposition: Disposition;
  count: number;
}

/** Adds up to `countDispositions` of the same window. */
export async function volumeOver(db: Db, window: ReportWindow, bucket: Bucket): Promise<VolumeRow[]> {
  const begin = (column: string) =>
    sql`to_char(date_trunc(${bucket}, ${sql.ref(column)} at time zone 'utc'), 'YYYY-MM-DD HH24:MI')`;
  const { rows } = await sql<VolumeRow>`
    select ${begin('received_at')} as at, disposition, count(*)::int as count from event
    where received_at >= ${window.from}::timestamptz and received_at < ${window.to}::timestamptz group by 1, 2
    union all
    select ${begin('hour')}, 'duplicate', sum(count)::int from kpi_hour
    where measure = 'event.duplicate' and hour >= ${window.from}::timestamptz and hour < ${window.to}::timestamptz group by 1
    order by 1, 2`.execute(db);
  return rows;
}
