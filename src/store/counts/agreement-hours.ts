// How far each system agreed with the canonical state, hour by hour: the last count of each hour is kept.
import { sql } from 'kysely';
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface AgreementHour {
  connection_id: string;
  pairs: number;
  agreeing: number;
  causes: Partial<Record<DisagreementCause, number>>;
}

/** Writes this hour's count over the one before it; all of one count have one moment. */
export async function saveAgreement(db: Db, counts: readonly AgreementHour[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    insert into agreement_hour (connection_id, hour, pairs, agreeing, causes, counted_at)
    select connection_id, date_trunc('hour', statement_timestamp()), pairs, agreeing, causes, statement_timestamp()
    from json_to_recordset(${JSON.stringify(counts)}::json) as n(connection_id text, pairs int, agreeing int, causes jsonb) order by connection_id
    on conflict (connection_id, hour) do update set pairs = excluded.pairs, agreeing = excluded.agreeing, causes = excluded.causes,
      counted_at = excluded.counted_at`.execute(db);
}

/** ISO 8601 with microseconds. */
export type CountedAgreement = AgreementHour & { counted_at: string };

/** The newest count of every connection that is not removed. */
export async function latestAgreement(db: Db): Promise<CountedAgreement[]> {
  const { rows } = await sql<CountedAgreement>`
    select c.id as connection_id, a.pairs, a.agreeing, a.causes, ${isoMicros(sql`a.counted_at`)} as counted_at
    from connection c cross join lateral (select * from agreement_hour h where h.connection_id = c.id order by h.hour desc limit 1) a
    where c.status <> 'removed' order by c.id`.execute(db);
  return rows;
}

/** `countedAt`: ISO 8601 with microseconds. */
export interface AgreementRound {
  countedAt: string;
  ageMs: number;
  counts: AgreementHour[];
}

/** The newest round of counting, of all connections that had anything to show then. */
export async function lastAgreementRound(db: Db): Promise<AgreementRound | null> {
  const { rows } = await sql<CountedAgreement & { age_ms: number }>`
    select connection_id, pairs, agreeing, causes, ${isoMicros(sql`counted_at`)} as counted_at,
      extract(epoch from statement_timestamp() - counted_at)::double precision * 1000 as age_ms
    from (select a.*, max(counted_at) over () as newest
      from connection c cross join lateral (select * from agreement_hour h where h.connection_id = c.id order by h.hour desc limit 1) a) a
    where counted_at = newest order by connection_id`.execute(db);
  const [first] = rows;
  if (!first) return null;
  const counts = rows.map(({ connection_id, pairs, agreeing, causes }) => ({ connection_id, pairs, agreeing, causes }));
  return { countedAt: first.counted_at, ageMs: first.age_ms, counts };
}

/** Share of each day's last count: of the last `days` days, the oldest first; days without a count are not there. */
export async function agreementByDay(
  db: Db,
  days: number,
): Promise<{ connection_id: string; day: string; pairs: number; agreeing: number }[]> {
  const { rows } = await sql<{ connection_id: string; day: string; pairs: number; agreeing: number }>`
    select distinct on (connection_id, day) connection_id, to_char(day, 'YYYY-MM-DD') as day, pairs, agreeing
    from (select *, (hour at time zone 'utc')::date as day from agreement_hour where hour > clock_timestamp() - ${days} * interval '1 day') q
    order by connection_id, day, hour desc`.execute(db);
  return rows;
}
