// Counts whole hours, and the days that they make, of what can change no more; and finds the hours that are due.
import { sql } from 'kysely';
import { limits } from '../core/limits.ts';
import { addUp, lineOf, type TallyLine } from '../core/tally.ts';
import { isoMicros } from './clock.ts';
import type { Db, Tx } from './database.ts';
import { partsOf, readLines, within } from './reports/tallies.ts';
import { type TallyKind, tallySources } from './reports/tally-kinds.ts';

/** The latest moment that everything begun before it has ended by, ISO 8601: a transaction's age is bounded by far less. */
export async function tallyMoment(db: Db): Promise<string> {
  const { rows } = await sql<{ at: string }>`
    select ${isoMicros(sql`(clock_timestamp() - ${limits.tallyTransactionMs} * interval '1 ms')`)} as at`.execute(db);
  return rows[0]?.at ?? '';
}

/**
 * Beginnings of hours that are over and not counted, or counted with something left out that can change no more, or of which something changed
 * since after all; the latest first.
 * `offset 0`: what was left out is looked up by its keys, never by reading the table.
 */
export async function dueHours(db: Db, kind: TallyKind, asOf: string, rowsMax: number): Promise<string[]> {
  const { from, at, id, open } = tallySources[kind];
  const changes = open(asOf);
  const settled =
    changes && id
      ? sql`union all select begins from tally h where h.kind = ${kind} and h.unit = 'hour' and exists (
          select from unnest(h.left_out) o(id) cross join lateral (select ${changes} as changes from ${from} where ${id} = o.id offset 0) r where not r.changes)`
      : sql``;
  const { rows } = await sql<{ begins: string }>`
    select ${isoMicros(sql`begins`)} as begins from (
      select begins from (select min(${at}) as first from ${from}) r cross join lateral generate_series(
          date_trunc('hour', greatest(r.first, ${asOf}::timestamptz - ${limits.tallyDays} * interval '1 day'), 'UTC'),
          date_trunc('hour', ${asOf}::timestamptz - ${limits.tallyAfterMs} * interval '1 ms', 'UTC') - interval '1 hour', interval '1 hour') begins
      where not exists (select from tally h where h.kind = ${kind} and h.unit = 'hour' and h.begins = begins.begins)
      ${settled}
      union select begins from tally h where h.kind = ${kind} and h.unit = 'hour' and exists (
        select from tally_stale m where m.kind = h.kind and m.begins = h.begins and m.at > h.as_of and m.at <= ${asOf}::timestamptz)) due order by due.begins desc limit ${rowsMax}`.execute(
    db,
  );
  return rows.map(({ begins }) => begins);
}

/** Forgets the marks that every count of their hour came after. */
export async function dropStaleMarks(db: Db, kind: TallyKind, asOf: string): Promise<void> {
  await sql`
    delete from tally_stale m where m.kind = ${kind} and m.at <= ${asOf}::timestamptz
      and not exists (select from tally h where h.kind = m.kind and h.unit = 'hour' and h.begins = m.begins and h.as_of < m.at)`.execute(
    db,
  );
}

/** Counts the hours from one to another of the same day, as of a moment after them, and the day when all its hours are counted. In a snapshot. */
export async function tallyHours(tx: Tx, kind: TallyKind, from: string, to: string, asOf: string): Promise<void> {
  const { from: table, at, id, open } = tallySources[kind];
  const range = within(kind, from, to);
  const changes = open(asOf);
  const settled = changes ? sql`${range} and not ${changes}` : range;
  const lines = new Map(partsOf(await readLines(tx, kind, settled, asOf)).map((part) => [part.at, part.lines]));
  const left = new Map<string, string[]>();
  if (changes && id) {
    const { rows } = await sql<{ begins: string; ids: string[] }>`
      select ${begins(sql`date_trunc('hour', ${at}, 'UTC')`)} as begins, array_agg(${id} order by ${id}) as ids from ${table} where ${range} and ${changes} group by 1`.execute(
      tx,
    );
    for (const row of rows) left.set(row.begins, row.ids);
  }
  const hours: TallyRow[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += hourMs) {
    const hour = new Date(ms).toISOString();
    hours.push({ begins: hour, left_out: left.get(hour) ?? [], lines: lines.get(hour) ?? [] });
  }
  await save(tx, kind, 'hour', asOf, hours);
  await tallyDay(tx, kind, `${from.slice(0, 10)}T00:00:00.000Z`);
}

const hourMs = 3_600_000;
const begins = (moment: ReturnType<typeof sql>) =>
  sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;

async function tallyDay(tx: Tx, kind: TallyKind, day: string): Promise<void> {
  const { rows } = await sql<TallyRow & { as_of: string }>`
    select ${begins(sql`begins`)} as begins, left_out, lines, ${isoMicros(sql`as_of`)} as as_of from tally
    where kind = ${kind} and unit = 'hour' and begins >= ${day}::timestamptz and begins < ${day}::timestamptz + interval '24 hours'`.execute(
    tx,
  );
  if (rows.length < 24) return;
  const hours = rows.map((row) => ({ at: row.begins, lines: row.lines }));
  const lines = addUp(hours, (of) => of).map(lineOf);
  // As good as the oldest count in it.
  const asOf = rows.map((row) => row.as_of).reduce((one, other) => (one < other ? one : other));
  await save(tx, kind, 'day', asOf, [{ begins: day, left_out: rows.flatMap((row) => row.left_out), lines }]);
}

interface TallyRow {
  begins: string;
  left_out: string[];
  lines: readonly TallyLine[];
}

async function save(
  tx: Tx,
  kind: TallyKind,
  unit: 'hour' | 'day',
  asOf: string,
  rows: readonly TallyRow[],
): Promise<void> {
  await sql`
    insert into tally (kind, unit, begins, as_of, left_out, lines)
    select ${kind}, ${unit}, begins, ${asOf}::timestamptz, left_out, lines
    from json_to_recordset(${JSON.stringify(rows)}::json) as n(begins timestamptz, left_out text[], lines json)
    on conflict (kind, unit, begins) do update set as_of = excluded.as_of, left_out = excluded.left_out, lines = excluded.lines`.execute(
    tx,
  );
}

/** One process at a time counts; the end of the transaction gives it back. */
export async function takeTallying(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${tallyingLock}) as taken`.execute(
    tx,
  );
  return rows[0]?.taken ?? false;
}

/** Any number that nothing else of ours locks. */
const tallyingLock = 471_100_017;
