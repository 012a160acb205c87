// Compares every table of the database with the rows in memory, and lets the memory take over the times that the database's clock made.
import { sql } from 'kysely';
import type { Tables as DatabaseTables, Db } from '../../../../../src/store/database/database.ts';
import type { Tables } from '../rows.ts';
import { difference } from './compare.ts';

type Row = Record<string, unknown>;

interface Compared {
  table: keyof DatabaseTables;
  rows(tables: Tables): Iterable<object>;
  key: readonly string[];
  /** Columns that only the database has, or that each numbers by itself. */
  own?: readonly string[];
}

const compared: readonly Compared[] = [
  { table: 'connection', rows: (all) => all.connections.values(), key: ['id'] },
  { table: 'person', rows: (all) => all.persons.values(), key: ['id'] },
  { table: 'subject', rows: (all) => all.subjects.values(), key: ['id'] },
  { table: 'subject_ref', rows: (all) => all.refs.values(), key: ['system', 'machine', 'external_id'] },
  { table: 'element_value', rows: (all) => all.elements.values(), key: ['subject_id', 'element'] },
  { table: 'event', rows: (all) => all.events.values(), key: ['id'] },
  {
    table: 'transition',
    rows: (all) => [...all.transitions.values()].flat(),
    key: ['subject_id', 'version'],
    own: ['xid', 'epoch'],
  },
  { table: 'lane', rows: (all) => all.lanes.values(), key: ['subject_id', 'connection_id'] },
  { table: 'writeback', rows: (all) => all.writebacks.values(), key: ['id'] },
  { table: 'attempt', rows: (all) => all.attempts.values(), key: ['writeback_id', 'attempt', 'outcome'] },
  { table: 'echo', rows: (all) => all.echoes.values(), key: ['writeback_id'] },
  { table: 'incident', rows: (all) => all.incidents.values(), key: ['id'] },
  {
    table: 'kpi_hour',
    rows: (all) => all.counts.values(),
    key: ['hour', 'measure', 'machine', 'event_type', 'connection_id', 'count'],
    own: ['id'],
  },
];

/** Times that somebody gave, and no clock made. */
const given = 'occurred_at received_at recorded_at state_since sla_due_at parked_until dispatched_at'.split(' ');

/** What differs, a line each. `clocked`: columns that the use cases made of a clock; `except`: what need not be the same. */
export async function differencesOfTables(
  db: Db,
  tables: Tables,
  { clocked = [], except = [] }: { clocked?: readonly string[]; except?: readonly string[] } = {},
): Promise<string[]> {
  const exact = new Set(given.filter((column) => !clocked.includes(column)));
  const found: string[] = [];
  for (const { table, rows, key, own = [] } of compared) {
    const { rows: there } = await sql<Row>`select * from ${sql.table(table)}`.execute(db);
    const skipped = new Set([...own, ...except]);
    const nameOf = (row: Row): string => key.map((column) => asKey(row[column])).join(' ');
    const theirs = inOrder(there, nameOf);
    const ours = inOrder([...rows(tables)] as Row[], nameOf);
    for (let n = 0; n < Math.max(theirs.length, ours.length); n += 1) {
      const [of, from] = [theirs[n], ours[n]];
      const name = of ? nameOf(of) : nameOf(from as Row);
      if (!of || !from || nameOf(of) !== nameOf(from))
        return [...found, `${table}: the database has ${theirs.length} rows, the memory ${ours.length}; see ${name}`];
      found.push(...columns(of, from, skipped, exact).map((line) => `${table} ${name} ${line}`));
    }
  }
  return found;
}

const inOrder = (rows: Row[], nameOf: (row: Row) => string): Row[] =>
  rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

/** The memory has numbers where the database has times and large counts. */
const asKey = (value: unknown): string => String(value instanceof Date ? value.getTime() : value);

function columns(of: Row, from: Row, skipped: ReadonlySet<string>, exact: ReadonlySet<string>): string[] {
  return Object.entries(of).flatMap(([column, value]) => {
    if (skipped.has(column)) return [];
    const ours = from[column];
    if (ours === undefined) return [`${column} is not in memory`];
    if (value instanceof Date && typeof ours === 'number' && exact.has(column))
      return value.getTime() === Math.floor(ours) ? [] : [`${column}: ${value.toISOString()}, in memory ${ours}`];
    const same =
      value instanceof Date && typeof ours === 'number'
        ? difference(value, new Date(ours), column)
        : column === 'count'
          ? difference(Number(value), ours, column)
          : difference(value, ours, column);
    return same ? [same] : [];
  });
}

const clocks = [
  { table: 'writeback', key: 'id', columns: ['created_at', 'due_at', 'leased_at', 'lease_until', 'settled_at'] },
  { table: 'subject_ref', key: "system || e'\\n' || machine || e'\\n' || external_id", columns: ['linked_at'] },
  { table: 'event', key: 'id', columns: ['probe_sent_at', 'probe_due_at', 'parked_until'] },
  { table: 'connection', key: 'id', columns: ['circuit_until', 'blocked_until'] },
  { table: 'incident', key: 'id', columns: ['seen_at'] },
] as const;

/** Two clocks never agree on the order of rows that one statement wrote, so the memory keeps the database's. Throws when they are not even near. */
export async function takeOverClocks(db: Db, tables: Tables): Promise<void> {
  await eachClock(db, tables, (row, name, time, place) => {
    const off = difference(asDate(time), asDate(row?.[name]), place);
    if (off) throw new Error(off);
    if (row) row[name] = time;
  });
}

/** Lets what is due wait for hours more or less in both, no two for the same; the memory is told by the database. */
export async function moveClocks(
  db: Db,
  tables: Tables,
  change: 'what is soon comes late' | 'a day passes',
): Promise<void> {
  const soon = change === 'what is soon comes late';
  const by = soon
    ? "interval '10 hours' + ('x' || substr(md5(id), 1, 4))::bit(16)::int * interval '1 us'"
    : "interval '-24 hours'";
  const which = soon ? "between clock_timestamp() and clock_timestamp() + interval '5 hours'" : 'is not null';
  for (const { table, columns: names } of clocks) {
    const waiting = names.filter((one) => one.endsWith('_until') || one.endsWith('due_at'));
    if (waiting.length === 0) continue;
    const moved = waiting.map((one) => `${one} = case when ${one} ${which} then ${one} + ${by} else ${one} end`);
    const any = waiting.map((one) => `${one} ${which}`);
    await sql`update ${sql.table(table)} set ${sql.raw(moved.join(', '))} where ${sql.raw(any.join(' or '))}`.execute(
      db,
    );
  }
  await eachClock(db, tables, (row, name, time) => {
    if (row) row[name] = time;
  });
}

async function eachClock(
  db: Db,
  tables: Tables,
  each: (row: Row | undefined, name: string, time: unknown, place: string) => void,
): Promise<void> {
  const ours: Record<(typeof clocks)[number]['table'], ReadonlyMap<string, object>> = {
    writeback: tables.writebacks,
    subject_ref: tables.refs,
    event: tables.events,
    connection: tables.connections,
    incident: tables.incidents,
  };
  for (const { table, key, columns: names } of clocks) {
    const times = names.map((name) => `(extract(epoch from ${name}) * 1000)::float8 as ${name}`).join(', ');
    const { rows } = await sql<Row>`select ${sql.raw(key)} as key, ${sql.raw(times)} from ${sql.table(table)}`.execute(
      db,
    );
    for (const { key: of, ...theirs } of rows)
      for (const [name, time] of Object.entries(theirs))
        each(ours[table].get(of as string) as Row | undefined, name, time, `${table} ${of} ${name}`);
  }
}

const asDate = (ms: unknown): Date | null => (typeof ms === 'number' ? new Date(ms) : null);
