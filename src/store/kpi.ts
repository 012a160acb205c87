// KPI counts: appended per hour in the transaction that caused them, merged later.
import { sql } from 'kysely';
import type { Count } from '../core/kpi.ts';
import type { Db } from './database.ts';

export async function appendCounts(db: Db, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    insert into kpi_hour (hour, measure, machine, event_type, connection_id, count)
    select date_trunc('hour', statement_timestamp()), c.measure, c.machine, c."eventType", c.connection, c.count
    from json_to_recordset(${JSON.stringify(counts)}::json) as c(measure text, machine text, "eventType" text, connection text, count bigint)`.execute(
    db,
  );
}

/** Merges the rows of hours that are over into one per key; bounded, and harmless beside writers. Returns rows taken in. */
export async function mergeCounts(db: Db, rowsMax: number): Promise<number> {
  const { rows } = await sql<{ taken: string }>`
    with due as materialized (
      select id from kpi_hour k where hour < date_trunc('hour', clock_timestamp())
        and exists (select from kpi_hour o where o.hour = k.hour and o.measure = k.measure and o.machine = k.machine and o.event_type = k.event_type
          and o.connection_id = k.connection_id and o.id <> k.id)
      order by id limit ${rowsMax} for update skip locked),
    old as (delete from kpi_hour k using due where k.id = due.id returning k.*),
    merged as (
      insert into kpi_hour (hour, measure, machine, event_type, connection_id, count)
      select hour, measure, machine, event_type, connection_id, sum(count) from old group by 1, 2, 3, 4, 5)
    select count(*) as taken from old`.execute(db);
  return Number(rows[0]?.taken ?? 0);
}
