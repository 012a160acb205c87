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
  /** Beginnings of the periods after the first one, ISO 8601; each is put together by itself. */
  laterPeriods?: readonly string[];
}

/** Columns period, hour (or day; null where a line is of the whole period), of, counts and durations. Moments are sorted much faster than texts, so groups are by the moment. */
export function linesOfRows(kind: TallyKind, wanted: LinesWanted): RawBuilder<unknown> {
  const { where, attempts, from, ways, laterPeriods = [] } = wanted;
  const { table, at, joined, only, keys, counts, durations } = tallySources[kind];
  const hour = sql`date_bin('1 hour', ${at}, 'epoch')`;
  const day = sql`date_bin('1 day', ${at}, 'epoch')`;
  const several = laterPeriods.length > 0;
  // In the statement's text, so that the group is seen to be what is selected.
  const period = several ? sql`width_bucket(${at}, ${sql.lit(`{${laterPeriods.join()}}`)}::timestamptz[])` : sql`0`;
  const told = (moment: RawBuilder<unknown>) =>
    sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;
  const each = sql.join(several ? [period, ...keys] : keys);
  const eachDay = sql.join(several ? [period, day] : [day]);
  const byDay = ways?.includes('days') === true;
  const groups = byDay ? sql`grouping sets ((${eachDay}), (${each}))` : ways ? each : sql`${hour}, ${each}`;
  const when = byDay ? told(day) : ways ? sql`null` : told(hour);
  const of = byDay
    ? sql`case when grouping(${day}) = 0 then '[]'::json else json_build_array(${sql.join(keys)}) end`
    : sql`json_build_array(${sql.join(keys)})`;
  return sql`
    select ${period} as period, ${when} as hour, ${of} as of, json_build_array(${sql.join(counts)}) as counts, ${durations.length > 0 ? sql`json_build_array(${sql.join(durations)})` : sql`'[]'::json`} as durations
    from ${from ?? sql`${table} r`} ${joined(attempts)} where ${where} and ${only ?? sql`true`} group by ${groups}`;
}
