// Reads what was counted hour by hour, and beside it from the rows themselves what was not, or can still change.
import { type RawBuilder, sql } from 'kysely';
import { keptSteps, type Steps } from '../../core/figures/durations.ts';
import { addUp, type TallyLine, type TallyPart, type TallySum } from '../../core/figures/tally.ts';
import { limits } from '../../core/limits.ts';
import type { Db } from '../database/database.ts';
import type { ReportWindow } from './kpis.ts';
import { type TallyKind, type TallyUnit, type TallyWay, tallySources, writeMeasures } from './tally-kinds.ts';
import { type LinesWanted, linesOfRows } from './tally-lines.ts';
import { type Counted, sumsOf } from './tally-sums.ts';

/**
 * All lines of a window of full hours, exact at the moment of the transaction: days, hours and parts of hours that were counted, and the rest from rows.
 * `unit` 'hour': each part is an hour, else some are whole days of UTC. One reading must see one state, so call it in a snapshot.
 */
export async function readTally(
  db: Db,
  kind: TallyKind,
  window: ReportWindow,
  unit: 'hour' | 'day' = 'day',
): Promise<TallyPart[]> {
  const [counted = []] = await findCounted(db, kind, [window], unit);
  const rest = await readRest(db, kind, [window], [counted], { attempts: 'all' });
  return [...(await linesOf(db, kind, counted)), ...partsOf(rest), ...(await lateAttempts(db, kind, window))];
}

/** What lines come to by their keys, and each day by itself (`of` is the day); of one key there may be several. */
export type TallySums = Record<TallyWay, TallySum[]>;

/**
 * The same lines of periods that follow each other, added up in each of these ways; of what was counted that is done once, and done anew when
 * something more was counted. `attempts` 'none': what is said of attempts is not to be used.
 */
export async function readSums(
  db: Db,
  kind: TallyKind,
  periods: readonly ReportWindow[],
  ways: readonly TallyWay[],
  attempts: 'all' | 'none' = 'all',
): Promise<TallySums[]> {
  const counted = await findCounted(db, kind, periods, 'day');
  const rest = await readRest(db, kind, periods, counted, { attempts, ways });
  const found: TallySums[] = [];
  for (const [nth, period] of periods.entries()) {
    const own = counted[nth] ?? [];
    const late = attempts === 'all' ? await lateAttempts(db, kind, period) : [];
    let lines: Promise<TallyPart[]> | undefined;
    const sums: TallySums = { keys: addUp(late, (of) => of), days: addUp(late, (_, at) => [at.slice(0, 10)]) };
    for (const way of ways) sums[way].push(...(await sumsOf(way, kind, own, () => (lines ??= linesOf(db, kind, own)))));
    for (const row of rest) if (row.period === nth) sums[row.hour === null ? 'keys' : 'days'].push(sumOfRow(row));
    found.push(sums);
  }
  return found;
}

type Reading = Pick<LinesWanted, 'attempts' | 'ways'>;

/** What was not counted, or can still change. */
async function readRest(
  db: Db,
  kind: TallyKind,
  periods: readonly ReportWindow[],
  counted: readonly (readonly Counted[])[],
  reading: Reading,
): Promise<LineRow[]> {
  const rows: LineRow[] = [];
  for (const [period, window] of periods.entries())
    for (const { from, to } of rangesLeft(window, counted[period] ?? []))
      for (const row of await readLines(db, kind, { ...reading, where: within(kind, from, to) }))
        rows.push({ ...row, period });
  const laterPeriods = periods.slice(1).map(({ from }) => from);
  rows.push(...(await readLeftOut(db, kind, counted.flat(), { ...reading, laterPeriods })));
  return rows;
}

/** What was left out and is unfinished still is found among all of that; the rest, which is little, by its keys. */
async function readLeftOut(
  db: Db,
  kind: TallyKind,
  counted: readonly Counted[],
  reading: Reading & Pick<LinesWanted, 'laterPeriods'>,
): Promise<LineRow[]> {
  const { unfinished, table, asked } = tallySources[kind];
  const some = counted.filter(({ leaves_out }) => leaves_out);
  if (some.length === 0 || !unfinished) return [];
  const { columns, ofUnfinished } = asked ?? { columns: sql`*`, ofUnfinished: sql`*` };
  const from = sql`(
    with unfinished as materialized (select ${ofUnfinished} from ${table} where ${unfinished}),
      wanted as materialized (select unnest(left_out) as id from tally where ${among(kind, some)}),
      others as materialized (
        select u.* from (select id from wanted except select id from unfinished) w
        cross join lateral (select ${columns} from ${table} where id = w.id offset 0) u)
    select * from others union all select * from unfinished where id in (select id from wanted)) r`;
  return readLines(db, kind, { ...reading, where: sql`true`, from });
}

const among = (kind: TallyKind, counted: readonly Counted[]): RawBuilder<unknown> =>
  sql`kind = ${kind} and (unit, tally.begins) in (
    select unit, begins from unnest(${counted.map(({ unit }) => unit)}::text[], ${counted.map(({ begins }) => begins)}::timestamptz[]) c(unit, begins))`;

export const within = (kind: TallyKind, from: string, to: string): RawBuilder<unknown> =>
  sql`${tallySources[kind].at} >= ${from}::timestamptz and ${tallySources[kind].at} < ${to}::timestamptz`;

const isoSeconds = sql`to_char(begins at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') as begins`;

/** Rows starts, ends and nth, which is 1 for the first. */
export const eachOf = (periods: readonly ReportWindow[]): RawBuilder<unknown> =>
  sql`unnest(${periods.map(({ from }) => from)}::timestamptz[], ${periods.map(({ to }) => to)}::timestamptz[]) with ordinality periods(starts, ends, nth)`;

/** Of each period: days, hours that are in none of them, and parts that are in none of these, as far as nothing of them has changed since. */
async function findCounted(
  db: Db,
  kind: TallyKind,
  periods: readonly ReportWindow[],
  unit: 'hour' | 'day',
): Promise<Counted[][]> {
  const { rows } = await sql<Counted & { period: number }>`
    with periods as (select * from ${eachOf(periods)}),
    days as materialized (select nth, unit, begins, d.xmin, left_out <> '{}' as leaves_out from periods join tally d on kind = ${kind} and unit = 'day' and ${unit === 'day'}
        and begins >= starts and begins <= ends - interval '24 hours'
        and not exists (select from tally_stale m where m.kind = d.kind and m.begins >= d.begins and m.begins < d.begins + interval '24 hours' and m.at > d.as_of))
    select nth::int - 1 as period, unit, ${isoSeconds}, xmin::text as counted_by, leaves_out, (select oid::text from pg_database where datname = current_database()) as database from (
      select nth, unit, begins, xmin, leaves_out from days union all
      select nth, unit, begins, h.xmin, left_out <> '{}' from periods join tally h on kind = ${kind} and unit = 'hour' and begins >= starts and begins < ends
        and not exists (select from days d where d.begins = date_bin('1 day', h.begins, 'epoch'))
        and not exists (select from tally_stale m where m.kind = h.kind and m.begins = h.begins and m.at > h.as_of)
      union all
      select nth, unit, begins, p.xmin, left_out <> '{}' from periods join tally p on kind = ${kind} and unit = 'part' and begins >= starts and begins < ends
        and not exists (select from tally h where h.kind = p.kind and h.unit = 'hour' and h.begins = date_bin('1 hour', p.begins, 'epoch'))
        and not exists (select from tally_stale m where m.kind = p.kind and m.begins = date_bin('1 hour', p.begins, 'epoch') and m.at > p.as_of)) t order by begins`.execute(
    db,
  );
  return periods.map((_, nth) => rows.filter(({ period }) => period === nth));
}

async function linesOf(db: Db, kind: TallyKind, counted: readonly Counted[]): Promise<TallyPart[]> {
  if (counted.length === 0) return [];
  const { rows } = await sql<{ unit: TallyUnit; begins: string; lines: TallyLine[] }>`
    select unit, ${isoSeconds}, lines from tally where ${among(kind, counted)}
    order by tally.begins`.execute(db);
  return rows.map(({ unit, begins, lines }) => ({ at: unit === 'part' ? hourOf(begins) : begins, lines }));
}

const hourMs = 3_600_000;
export const unitMs: Readonly<Record<TallyUnit, number>> = { part: limits.tallyPartMs, hour: hourMs, day: 24 * hourMs };
const hourOf = (begins: string): string => `${begins.slice(0, 13)}:00:00.000Z`;
/** A statement has its time: what was not counted yet, as after an upgrade, is read day by day. */
const rangeMs = 24 * hourMs;

/** What of the window is in none of the parts. */
function rangesLeft(window: ReportWindow, counted: readonly Counted[]): ReportWindow[] {
  const left: ReportWindow[] = [];
  let at = Date.parse(window.from);
  const gap = (until: number): void => {
    for (; at < until; at += rangeMs)
      left.push({ from: new Date(at).toISOString(), to: new Date(Math.min(at + rangeMs, until)).toISOString() });
  };
  for (const { begins, unit } of counted) {
    gap(Date.parse(begins));
    at = Date.parse(begins) + unitMs[unit];
  }
  gap(Date.parse(window.to));
  return left;
}

export interface LineRow {
  /** Which of the periods, the first is 0. */
  period: number;
  /** Or the day; null where the line is of the whole time. */
  hour: string | null;
  of: string[];
  counts: number[];
  durations: string[];
}

export const readLines = async (db: Db, kind: TallyKind, wanted: LinesWanted): Promise<LineRow[]> =>
  (await sql<LineRow>`${linesOfRows(kind, wanted)}`.execute(db)).rows;

/** By the hour, or the day. */
export function partsOf(rows: readonly LineRow[]): TallyPart[] {
  const parts = new Map<string, TallyLine[]>();
  for (const { hour, of, counts, durations } of rows) {
    const lines = parts.get(hour ?? '') ?? [];
    parts.set(hour ?? '', lines);
    lines.push([of, counts, durations.map((list) => keptSteps(stepsOf(list)))]);
  }
  return [...parts].map(([at, lines]) => ({ at, lines }));
}

const sumOfRow = ({ hour, of, counts, durations }: LineRow): TallySum => ({
  of: hour === null ? of : [hour.slice(0, 10)],
  counts,
  durations: durations.map(stepsOf),
});

/** Of steps one by one, with commas between. */
function stepsOf(list: string): Steps {
  const steps: Steps = [];
  if (list !== '') for (const step of list.split(',')) steps[Number(step)] = (steps[Number(step)] ?? 0) + 1;
  return steps;
}

/** Attempts of writebacks that are counted, where the attempt itself is not: its outcome came afterwards. They are few, and all else is found by their keys. */
async function lateAttempts(db: Db, kind: TallyKind, window: ReportWindow): Promise<TallyPart[]> {
  if (kind !== 'writes') return [];
  const { rows } = await sql<{ hour: string; of: string[]; attempts: number }>`
    select to_char(date_trunc('hour', w.created_at, 'UTC') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') as hour, json_build_array(w.machine, w.event_type, w.connection_id) as of,
      count(distinct (a.writeback_id, a.attempt))::int as attempts
    from (select writeback_id, attempt, settled_at from attempt where settled_at - dispatched_at > interval '15 min' and settled_at >= ${window.from}::timestamptz offset 0) a
      cross join lateral (select id, machine, event_type, connection_id, created_at from writeback where id = a.writeback_id offset 0) w
      cross join lateral (select as_of, left_out from tally where kind = 'writes' and (unit, begins) in
          (('hour', date_trunc('hour', w.created_at, 'UTC')), ('part', date_bin(${limits.tallyPartMs} * interval '1 ms', w.created_at, 'epoch')))
        order by unit limit 1) t
    where a.settled_at >= t.as_of
      and w.created_at >= ${window.from}::timestamptz and w.created_at < ${window.to}::timestamptz and w.id <> all(t.left_out)
      and not exists (select from attempt b where b.writeback_id = a.writeback_id and b.attempt = a.attempt and b.settled_at < t.as_of offset 0)
    group by 1, w.machine, w.event_type, w.connection_id`.execute(db);
  return rows.map(({ hour, of, attempts }) => ({
    at: hour,
    lines: [[of, writeMeasures.map((measure) => (measure === 'attempts' ? attempts : 0)), []]],
  }));
}
