// Counts whole hours, the days that they make and the parts of those that are not over, of what can change no more; and finds what is due.
import { sql } from 'kysely';
import { addUp, lineOf, type TallyLine } from '../../core/figures/tally.ts';
import { limits } from '../../core/limits.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import { partsOf, readLines, unitMs, within } from '../reports/tallies.ts';
import { type TallyKind, type TallyUnit, tallySources } from '../reports/tally-kinds.ts';

/** The latest moment that everything begun before it has ended by, ISO 8601: a transaction's age is bounded by far less. */
export async function tallyMoment(db: Db): Promise<string> {
  const { rows } = await sql<{ at: string }>`
    select ${isoMicros(sql`(clock_timestamp() - ${limits.tallyTransactionMs} * interval '1 ms')`)} as at`.execute(db);
  return rows[0]?.at ?? '';
}

/**
 * Beginnings of hours that are over and not counted, or counted with something left out that can change no more, or of which something changed
 * since after all; the latest first.
 * `offset 0`: what was left out and is not among all that is unfinished is looked up by its keys, never by reading the table.
 */
export async function dueHours(db: Db, kind: TallyKind, asOf: string, rowsMax: number): Promise<string[]> {
  const { table, id, first, open, unfinished } = tallySources[kind];
  const changes = open(asOf);
  const settled =
    changes && id && unfinished
      ? sql`union all select begins from tally h where h.kind = ${kind} and h.unit = 'hour' and h.left_out <> '{}' and exists (
          select from unnest(h.left_out) o(id) cross join lateral (select ${changes} as changes from ${table} r where ${id} = o.id offset 0) r
          where o.id not in (select id from ${table} where ${unfinished}) and not r.changes)`
      : sql``;
  const { rows } = await sql<{ begins: string }>`
    select ${isoMicros(sql`begins`)} as begins from (
      select begins from (select (${first}) as first) r cross join lateral generate_series(
          date_trunc('hour', greatest(r.first, ${asOf}::timestamptz - ${limits.tallyDays} * interval '1 day'), 'UTC'),
          date_trunc('hour', ${asOf}::timestamptz - ${limits.tallyAfterMs} * interval '1 ms', 'UTC') - interval '1 hour', interval '1 hour') begins
      where r.first is not null and not exists (select from tally h where h.kind = ${kind} and h.unit = 'hour' and h.begins = begins.begins)
      ${settled}
      union select begins from tally h where h.kind = ${kind} and h.unit = 'hour' and exists (
        select from tally_stale m where m.kind = h.kind and m.begins = h.begins and m.at > h.as_of and m.at <= ${asOf}::timestamptz)) due order by due.begins desc limit ${rowsMax}`.execute(
    db,
  );
  return rows.map(({ begins }) => begins);
}

/** Beginnings of parts that are over, of hours that are not counted; or counted before something of their hour changed after all. The latest first. */
export async function dueParts(db: Db, kind: TallyKind, asOf: string, rowsMax: number): Promise<string[]> {
  const part = sql`${limits.tallyPartMs} * interval '1 ms'`;
  const moment = sql`${asOf}::timestamptz`;
  const { rows } = await sql<{ begins: string }>`
    select ${isoMicros(sql`p.begins`)} as begins from generate_series(
        date_trunc('hour', ${moment} - ${limits.tallyAfterMs} * interval '1 ms', 'UTC'), date_bin(${part}, ${moment}, 'epoch') - ${part}, ${part}) p(begins)
      left join tally t on t.kind = ${kind} and t.unit = 'part' and t.begins = p.begins
    where not exists (select from tally h where h.kind = ${kind} and h.unit = 'hour' and h.begins = date_trunc('hour', p.begins, 'UTC'))
      and (t.begins is null or exists (
        select from tally_stale m where m.kind = ${kind} and m.begins = date_trunc('hour', p.begins, 'UTC') and m.at > t.as_of and m.at <= ${moment}))
    order by p.begins desc limit ${rowsMax}`.execute(db);
  return rows.map(({ begins }) => begins);
}

/** Forgets the parts of hours that are counted. */
export async function dropParts(db: Db, kind: TallyKind): Promise<void> {
  await sql`
    delete from tally p where p.kind = ${kind} and p.unit = 'part'
      and exists (select from tally h where h.kind = p.kind and h.unit = 'hour' and h.begins = date_trunc('hour', p.begins, 'UTC'))`.execute(
    db,
  );
}

/** Forgets the marks that every count of their hour came after. */
export async function dropStaleMarks(db: Db, kind: TallyKind, asOf: string): Promise<void> {
  await sql`
    delete from tally_stale m where m.kind = ${kind} and m.at <= ${asOf}::timestamptz
      and not exists (select from tally h where h.kind = m.kind and h.unit in ('hour', 'part') and date_trunc('hour', h.begins, 'UTC') = m.begins and h.as_of < m.at)`.execute(
    db,
  );
}

/** Counts the hours from one to another of the same day, as of a moment after them, and the day when all its hours are counted. In a snapshot. */
export async function tallyHours(tx: Tx, kind: TallyKind, span: TallySpan, asOf: string): Promise<void> {
  const counted = new Map((await countSpan(tx, kind, span, asOf)).map((row) => [row.begins, row]));
  const hours: TallyRow[] = [];
  for (let ms = Date.parse(span.from); ms < Date.parse(span.to); ms += unitMs.hour) {
    const hour = new Date(ms).toISOString();
    hours.push(counted.get(hour) ?? { begins: hour, left_out: [], lines: [] });
  }
  await save(tx, kind, 'hour', asOf, hours);
  await tallyDay(tx, kind, `${span.from.slice(0, 10)}T00:00:00.000Z`);
}

/** Counts one part of an hour, as of a moment after it. In a snapshot. */
export async function tallyPart(
  tx: Tx,
  kind: TallyKind,
  { from, pieceMs }: Omit<TallySpan, 'to'>,
  asOf: string,
): Promise<void> {
  const to = new Date(Date.parse(from) + unitMs.part).toISOString();
  const [{ left_out, lines } = { left_out: [], lines: [] }] = await countSpan(tx, kind, { from, to, pieceMs }, asOf);
  await save(tx, kind, 'part', asOf, [{ begins: from, left_out, lines }]);
}

/** By the hour; those of which there is nothing are missing. */
async function countSpan(tx: Tx, kind: TallyKind, { from, to, pieceMs }: TallySpan, asOf: string): Promise<TallyRow[]> {
  if (pieceMs === undefined) return countRange(tx, kind, from, to, asOf);
  const pieces = new Map<string, TallyRow[]>();
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += pieceMs) {
    const [begins, ends] = [new Date(ms).toISOString(), new Date(ms + pieceMs).toISOString()];
    for (const row of await countRange(tx, kind, begins, ends, asOf))
      pieces.set(row.begins, [...(pieces.get(row.begins) ?? []), row]);
  }
  return [...pieces].map(([begins, rows]) => together(begins, rows));
}

/** What began in any of these, under one beginning. */
const together = (begins: string, rows: readonly TallyRow[]): TallyRow => ({
  begins,
  left_out: rows.flatMap((row) => row.left_out),
  lines: addUp(
    rows.map(({ begins: at, lines }) => ({ at, lines })),
    (of) => of,
  ).map(lineOf),
});

/** By the hour; those of which there is nothing are missing. */
async function countRange(tx: Tx, kind: TallyKind, from: string, to: string, asOf: string): Promise<TallyRow[]> {
  const { table, at, id, open } = tallySources[kind];
  const range = within(kind, from, to);
  const changes = open(asOf);
  const settled = changes ? sql`${range} and not ${changes}` : range;
  const hours = new Map<string, TallyRow>();
  for (const part of partsOf(await readLines(tx, kind, { where: settled, attempts: asOf })))
    hours.set(part.at, { begins: part.at, left_out: [], lines: part.lines });
  if (!changes || !id) return [...hours.values()];
  const { rows } = await sql<{ begins: string; ids: string[] }>`
    select ${begins(sql`date_trunc('hour', ${at}, 'UTC')`)} as begins, array_agg(${id} order by ${id}) as ids from ${table} r where ${range} and ${changes} group by 1`.execute(
    tx,
  );
  for (const row of rows)
    hours.set(row.begins, { begins: row.begins, left_out: row.ids, lines: hours.get(row.begins)?.lines ?? [] });
  return [...hours.values()];
}

const begins = (moment: ReturnType<typeof sql>) =>
  sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;

async function tallyDay(tx: Tx, kind: TallyKind, day: string): Promise<void> {
  const { rows } = await sql<TallyRow & { as_of: string }>`
    select ${begins(sql`begins`)} as begins, left_out, lines, ${isoMicros(sql`as_of`)} as as_of from tally
    where kind = ${kind} and unit = 'hour' and begins >= ${day}::timestamptz and begins < ${day}::timestamptz + interval '24 hours'`.execute(
    tx,
  );
  if (rows.length < 24) return;
  // As good as the oldest count in it.
  const asOf = rows.map((row) => row.as_of).reduce((one, other) => (one < other ? one : other));
  await save(tx, kind, 'day', asOf, [together(day, rows)]);
}

/** ISO 8601, half open. Where `pieceMs` is given, each so long piece is a statement of its own. */
export interface TallySpan {
  from: string;
  to: string;
  pieceMs?: number | undefined;
}

interface TallyRow {
  begins: string;
  left_out: string[];
  lines: readonly TallyLine[];
}

async function save(tx: Tx, kind: TallyKind, unit: TallyUnit, asOf: string, rows: readonly TallyRow[]): Promise<void> {
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
