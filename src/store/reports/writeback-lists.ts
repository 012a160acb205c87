// Writebacks by status, page by page: each list in the order of an index that holds it, however many there are.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { after, allOf, ordered } from './paging.ts';
import { type WritebackReport, writebackColumns, writebackTables } from './writebacks.ts';

export interface WritebackFilter {
  status?: WritebackStatus | undefined;
  connection?: string | undefined;
  machine?: string | undefined;
  eventType?: string | undefined;
  reason?: string | undefined;
  /** What it must show. */
  state?: string | undefined;
  /** Only those that were made so long ago, or earlier. */
  ageMinMs?: number | undefined;
}

export interface WritebackQuery extends WritebackFilter {
  after: Position | null;
  rowsMax: number;
}

/** The outcome and the HTTP status of its last attempt; null before there was one. */
export type ListedWriteback = WritebackReport & { outcome: string | null; http_status: number | null };

export interface WritebackPage {
  rows: ListedWriteback[];
  /** Where to go on; null at the end. A page may hold few rows, or none, and have a next one: so far it has looked. */
  next: Position | null;
}

/** How each list goes: waiting ones as they come due, all others with the latest first. */
interface Way {
  at: 'due_at' | 'leased_at' | 'settled_at' | 'created_at';
  direction: 'asc' | 'desc';
  /** Its index begins with the connection. */
  byConnection: boolean;
}
const ways: Readonly<Record<WritebackStatus, Way>> = {
  dead: { at: 'settled_at', direction: 'desc', byConnection: true },
  ready: { at: 'due_at', direction: 'asc', byConnection: true },
  leased: { at: 'leased_at', direction: 'asc', byConnection: false },
  waived: { at: 'settled_at', direction: 'desc', byConnection: false },
  superseded: { at: 'settled_at', direction: 'desc', byConnection: false },
  confirmed: { at: 'created_at', direction: 'desc', byConnection: false },
};
const newestFirst: Way = { at: 'created_at', direction: 'desc', byConnection: false };

/** Rows of one page that are looked at where no index knows the status: the next page goes on there. */
const lookedAtMax = 5_000;

export async function listWritebacks(db: Db, query: WritebackQuery): Promise<WritebackPage> {
  const way = query.status === undefined ? newestFirst : ways[query.status];
  const places =
    way.at === 'created_at' ? lookingBack(query) : way.byConnection ? perConnection(query, way) : inOrder(query, way);
  const { rows } = await sql<ListedWriteback & { list_at: string }>`
    select ${writebackColumns}, a.outcome, a.http_status, ${isoMicros(sql`p.list_at`)} as list_at
    from (${places}) p join ${writebackTables} on w.id = p.id
    left join lateral (select outcome, http_status from attempt t where t.writeback_id = w.id order by t.settled_at desc limit 1) a on true
    order by ${ordered('p.list_at', 'p.id', way.direction)}`.execute(db);
  const page = rows.slice(0, query.rowsMax);
  const last = page.at(-1);
  if (rows.length > query.rowsMax && last) return { rows: page, next: { at: last.list_at, id: last.id } };
  return { rows: page, next: way.at === 'created_at' ? await lookedUpTo(db, query) : null };
}

/** One row more than the page, each connection's by its own index. */
function perConnection(query: WritebackQuery, way: Way): RawBuilder<unknown> {
  return sql`
    select q.id, q.list_at from connection c cross join lateral (
      ${inOrder(query, way, sql`w.connection_id = c.id`)}) q
    where ${query.connection === undefined ? sql`true` : sql`c.id = ${query.connection}`}
    order by ${ordered('q.list_at', 'q.id', way.direction)} limit ${query.rowsMax + 1}`;
}

function inOrder(query: WritebackQuery, way: Way, more?: RawBuilder<unknown>): RawBuilder<unknown> {
  const at = `w.${way.at}`;
  return sql`
    select w.id, ${sql.ref(at)} as list_at from writeback w
    where ${allOf([more, statusIs(query), ...conditions(query), ...beyond(at, query.after, way.direction)])}
    order by ${ordered(at, 'w.id', way.direction)} limit ${query.rowsMax + 1}`;
}

function lookingBack(query: WritebackQuery): RawBuilder<unknown> {
  return sql`
    select w.id, w.created_at as list_at from (${latest(query.after, sql`*`, sql`limit ${lookedAtMax}`)}) w
    where ${allOf([statusIs(query), ...conditions(query)])} order by ${ordered('w.created_at', 'w.id', 'desc')} limit ${query.rowsMax + 1}`;
}

const latest = (position: Position | null, columns: RawBuilder<unknown>, limit: RawBuilder<unknown>) => sql`
  select ${columns} from writeback w where ${allOf(beyond('w.created_at', position, 'desc'))}
  order by ${ordered('w.created_at', 'w.id', 'desc')} ${limit}`;

/** The last row that was looked at, if there may be more behind it. */
async function lookedUpTo(db: Db, query: WritebackQuery): Promise<Position | null> {
  const columns = sql`w.id, ${isoMicros(sql`w.created_at`)} as at`;
  const { rows } = await sql<Position>`
    select at, id from (${latest(query.after, columns, sql`limit 1 offset ${lookedAtMax - 1}`)}) q`.execute(db);
  return rows[0] ?? null;
}

/** The moment alone is said too, so that an index on it serves. */
const beyond = (at: string, position: Position | null, direction: 'asc' | 'desc'): (RawBuilder<unknown> | null)[] =>
  position === null
    ? []
    : [
        sql`${sql.ref(at)} ${sql.raw(direction === 'asc' ? '>=' : '<=')} ${position.at}::timestamptz`,
        after(at, 'w.id', position, direction),
      ];

/** Written into the statement, so that partial indexes can serve it. */
const statusIs = ({ status }: WritebackFilter): RawBuilder<unknown> | null =>
  status === undefined ? null : sql`w.status = ${sql.lit(status)}`;

const conditions = (filter: WritebackFilter): (RawBuilder<unknown> | null)[] => [
  filter.connection === undefined ? null : sql`w.connection_id = ${filter.connection}`,
  filter.machine === undefined ? null : sql`w.machine = ${filter.machine}`,
  filter.eventType === undefined ? null : sql`w.event_type = ${filter.eventType}`,
  filter.reason === undefined ? null : sql`w.reason = ${filter.reason}`,
  filter.state === undefined ? null : sql`w.target_state = ${filter.state}`,
  filter.ageMinMs === undefined
    ? null
    : sql`w.created_at <= statement_timestamp() - ${filter.ageMinMs} * interval '1 ms'`,
];

/** Ids of dead writebacks, those given up first leading. */
export async function findDead(db: Db, filter: Omit<WritebackFilter, 'status'>, rowsMax: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select w.id from writeback w where ${allOf([statusIs({ status: 'dead' }), ...conditions(filter)])} order by w.settled_at, w.id limit ${rowsMax}`.execute(
    db,
  );
  return rows.map((row) => row.id);
}

export interface OpenCounts {
  dead: number;
  ready: number;
  leased: number;
}

/** How many are given up, waiting and on their way. */
export async function countOpen(db: Db): Promise<OpenCounts> {
  const { rows } = await sql<OpenCounts>`
    select (select count(*)::int from writeback where status = 'dead') as dead, (select count(*)::int from writeback where status = 'ready') as ready,
      (select count(*)::int from writeback where status = 'leased') as leased`.execute(db);
  return rows[0] ?? { dead: 0, ready: 0, leased: 0 };
}

/** Why dead ones were given up, the most frequent first. */
export async function deadReasons(db: Db, rowsMax: number): Promise<{ reason: string; count: number }[]> {
  const { rows } = await sql<{ reason: string; count: number }>`
    select reason, count(*)::int as count from writeback where status = 'dead' group by 1 order by 2 desc, 1 limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
