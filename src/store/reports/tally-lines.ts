// The statement that makes lines of rows.
import { type RawBuilder, sql } from 'kysely';
import { type AttemptsUpTo, type TallyKind, type TallyWay, tallySources } from './tally-kinds.ts';

/** Which rows, and how they are put together: by the hour, or in all of these ways at once. */
export interface LinesWanted {
  where: RawBuilder<unknown>;
  attempts: AttemptsUpTo;
  /** Instead of the whole table, with the alias. */
  from?: RawBuilder<unknown>;
  ways?: readonly TallyWay[];
}

/** Columns hour (or day; null where a line is of the whole time), of, counts and durations. Moments are sorted much faster than texts, so groups are by the moment. */
export function linesOfRows(kind: TallyKind, { where, attempts, from, ways }: LinesWanted): RawBuilder<unknown> {
  const { table, at, joined, only, keys, counts, durations } = tallySources[kind];
  const hour = sql`date_trunc('hour', ${at}, 'UTC')`;
  const day = sql`date_trunc('day', ${at}, 'UTC')`;
  const told = (moment: RawBuilder<unknown>) =>
    sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;
  const each = sql.join(keys);
  const byDay = ways?.includes('days') === true;
  const groups = byDay ? sql`grouping sets ((${day}), (${each}))` : ways ? each : sql`${hour}, ${each}`;
  const when = byDay ? told(day) : ways ? sql`null` : told(hour);
  const of = byDay
    ? sql`case when grouping(${day}) = 0 then '[]'::json else json_build_array(${each}) end`
    : sql`json_build_array(${each})`;
  return sql`
    select ${when} as hour, ${of} as of, json_build_array(${sql.join(counts)}) as counts, ${durations.length > 0 ? sql`json_build_array(${sql.join(durations)})` : sql`'[]'::json`} as durations
    from ${from ?? sql`${table} r`} ${joined(attempts)} where ${where} and ${only ?? sql`true`} group by ${groups}`;
}
