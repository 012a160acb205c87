// How each connection does: what came from it, what waits for it, how reading and polling go; every query bounded, all connections at once.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { MissingMapping } from '../schema/reconcile.ts';

export interface Heard {
  connection_id: string;
  last_at: string;
  /** From the moment the sender says it happened to the moment it arrived: median and 95th percentile, ms. */
  lag_ms: number[];
}

/** What came within the last hour, by the connection that sent it: no more, since a busy day is a tenth of a year's events. */
export async function heardOf(db: Db): Promise<Heard[]> {
  // The statement's time, unlike the clock's, can be looked up in an index.
  const { rows } = await sql<Heard>`
    select substr(source, 12) as connection_id, ${isoMicros(sql`max(received_at)`)} as last_at,
      percentile_cont(array[0.5, 0.95]) within group (order by greatest(0, extract(epoch from received_at - occurred_at) * 1000)::double precision) as lag_ms
    from event where received_at > statement_timestamp() - interval '1 hour' and source like 'connection:%' group by source`.execute(
    db,
  );
  return rows;
}

export interface CountedHours {
  connection_id: string;
  events: number;
  confirmed: number;
  dead: number;
  waived: number;
  /** The last full hour in which anything came, and in which anything was confirmed. */
  heard_hour: string | null;
  confirmed_hour: string | null;
}

/** What was counted in these hours, by connection; the same counts as of the figures. */
export async function countedHours(db: Db, hours: number): Promise<CountedHours[]> {
  const sum = (measure: string) =>
    sql`coalesce(sum(count) filter (where measure = ${sql.lit(measure)}), 0)::int as ${sql.ref(measure.split('.').at(-1) ?? '')}`;
  const last = (measure: string, name: string) =>
    sql`${isoMicros(sql`max(hour) filter (where measure = ${sql.lit(measure)} and count > 0)`)} as ${sql.ref(name)}`;
  const { rows } = await sql<CountedHours & { received: number }>`
    select case when connection_id like 'connection:%' then substr(connection_id, 12) else connection_id end as connection_id, ${sum('event.received')},
      ${sum('writeback.confirmed')}, ${sum('writeback.dead')}, ${sum('writeback.waived')}, ${last('event.received', 'heard_hour')}, ${last('writeback.confirmed', 'confirmed_hour')}
    from kpi_hour where hour > statement_timestamp() - ${hours} * interval '1 hour' and measure in ('event.received', 'writeback.confirmed', 'writeback.dead', 'writeback.waived')
    group by 1`.execute(db);
  return rows.map(({ received, ...row }) => ({ ...row, events: received }));
}

export interface OpenWrites {
  connection_id: string;
  waiting: number;
  dead: number;
  leased: number;
  /** When the one that is due first was made. */
  oldest_at: string | null;
  /** Lanes that wait for a stage or a field that is gone. */
  lanes_gone: number;
}

export async function openWritesOf(db: Db): Promise<OpenWrites[]> {
  const { rows } = await sql<OpenWrites>`
    with leased as materialized (select connection_id, count(*)::int as n from writeback where status = 'leased' group by 1)
    select c.id as connection_id, (select count(*)::int from writeback w where w.connection_id = c.id and w.status = 'ready') as waiting,
      (select count(*)::int from writeback w where w.connection_id = c.id and w.status = 'dead') as dead, coalesce(l.n, 0) as leased,
      (select ${isoMicros(sql`w.created_at`)} from writeback w where w.connection_id = c.id and w.status = 'ready' order by w.due_at limit 1) as oldest_at,
      (select count(*)::int from lane h where h.connection_id = c.id and h.held_reason = 'mapping_gone') as lanes_gone
    from connection c left join leased l on l.connection_id = c.id`.execute(db);
  return rows;
}

export interface Confirmed {
  connection_id: string;
  confirmed_at: string;
  confirmed: number;
  /** From acceptance to the moment it was shown: median and 95th percentile, ms. */
  shown_ms: number[];
}

/** What was shown among the newest `attemptsMax` attempts, by connection. */
export async function lastConfirmed(db: Db, attemptsMax: number): Promise<Confirmed[]> {
  const { rows } = await sql<Confirmed>`
    select w.connection_id, ${isoMicros(sql`max(a.settled_at)`)} as confirmed_at, count(*)::int as confirmed,
      percentile_cont(array[0.5, 0.95]) within group (order by extract(epoch from w.settled_at - w.created_at)::double precision * 1000) as shown_ms
    from (select writeback_id, outcome, settled_at from attempt order by settled_at desc limit ${attemptsMax}) a join writeback w on w.id = a.writeback_id
    where a.outcome in ('confirmed', 'confirmed_already') and w.status = 'confirmed' group by 1`.execute(db);
  return rows;
}

export interface Watched {
  connection_id: string;
  circuit_until: string | null;
  blocked_until: string | null;
  gone_states: string[];
  polled_at: string | null;
  poll_failures: number | null;
  poll_failure: string | null;
  rounds: number | null;
  round_ended_at: string | null;
  catalogue_read_at: string | null;
  catalogue_changed_at: string | null;
  catalogue_failures: number | null;
  missing: MissingMapping[] | null;
  /** Fields that came and are kept out. */
  unknown_fields: number;
  /** The first end of an access token that is kept; null where none is. */
  token_until: string | null;
}

/** What the loops that watch each connection know. */
export async function watchedOf(db: Db): Promise<Watched[]> {
  const { rows } = await sql<Watched>`
    select c.id as connection_id, ${isoMicros(sql`c.circuit_until`)} as circuit_until,
      case when c.blocked_until > statement_timestamp() then ${isoMicros(sql`c.blocked_until`)} end as blocked_until, c.gone_states,
      ${isoMicros(sql`p.polled_at`)} as polled_at, p.failures as poll_failures, p.failure as poll_failure, r.rounds, ${isoMicros(sql`r.round_ended_at`)} as round_ended_at,
      ${isoMicros(sql`g.read_at`)} as catalogue_read_at, ${isoMicros(sql`g.changed_at`)} as catalogue_changed_at, g.failures as catalogue_failures, g.missing,
      (select count(*)::int from unknown_field u where u.connection_id = c.id) as unknown_fields,
      (select ${isoMicros(sql`min(t.good_until)`)} from vendor_token t where t.connection_id = c.id and t.good_until > statement_timestamp()) as token_until
    from connection c left join poll p on p.connection_id = c.id left join reconciliation r on r.connection_id = c.id left join catalogue g on g.connection_id = c.id`.execute(
    db,
  );
  return rows;
}

/** Open incidents that name a connection, by kind. */
export async function openIncidentsOf(
  db: Db,
): Promise<{ connection_id: string; kind: string; count: number; stages: string[] }[]> {
  const { rows } = await sql<{ connection_id: string; kind: string; count: number; stages: string[] }>`
    select connection_id, kind, count(*)::int as count, coalesce((array_agg(distinct detail ->> 'stage') filter (where kind = 'unmapped_stage' and detail ->> 'stage' is not null))[1:20], '{}') as stages
    from incident where settled_at is null and connection_id is not null group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

/** Payloads of one connection that nobody understood, the latest first. */
export async function quarantinedOf(
  db: Db,
  connection: string,
  rowsMax: number,
): Promise<{ id: string; code: string | null; received_at: string }[]> {
  const { rows } = await sql<{ id: string; code: string | null; received_at: string }>`
    select id, code, ${isoMicros(sql`received_at`)} as received_at from event
    where disposition = 'quarantined' and source = ${`connection:${connection}`} order by event.received_at desc limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
