// The database's clock: the only one that leases, the log and latencies know.
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Now, ISO 8601 UTC with microseconds. */
export async function databaseClock(db: Db): Promise<string> {
  const { rows } = await sql<{ now: string }>`select ${isoMicros(sql`clock_timestamp()`)} as now`.execute(db);
  const now = rows[0]?.now;
  if (!now) throw new Error('The database did not tell the time.');
  return now;
}

/** When the statement came: an index is looked into by it, where `clock_timestamp()` would be asked anew for each row of it. */
export const statementClock = sql<Date>`statement_timestamp()`;

/** A timestamp column as ISO 8601 text with all its microseconds, which a JavaScript Date would lose. */
export const isoMicros = (expression: ReturnType<typeof sql>): ReturnType<typeof sql<string>> =>
  sql<string>`to_char(${expression} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
