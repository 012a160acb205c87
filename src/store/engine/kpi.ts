// KPI counts: appended per hour in the transaction that caused them, merged later.
import { sql } from 'kysely';
import type { Count } from '../../core/figures/kpi.ts';
import { statementClock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export async function appendCounts(db: Db, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    insert into kpi_hour (hour, measure, machine, event_type, connection_id, count)
    select date_trunc('hour', statement_timestamp()), c.measure, c.machine, c."eventType", c.connection, c.count
    from json_to_recordset(${JSON.stringify(counts)}::json) as c(measure text, machine text, "eventType" text, connection text, count bigint)`.execute(
    db,
  );
}

/**
 * Merges the rows of hours that are over into one per key, each row once, in the order of an index that holds only what was not merged: what
 * was stays however long it lies there. Bounded, and harmless beside writers: a key that comes twice has two rows. Returns rows taken in.
 */
export async function mergeCounts(db: Db, rowsMax: number): Promise<number> {
  const { rows } = await sql<{ taken: string }>`
    with due as materialized (
      select id from kpi_hour where not merged and hour < date_trunc('hour', ${statementClock})
      order by hour, measure, machine, event_type, connection_id, id limit ${rowsMax} for update skip locked),
    old as (delete from kpi_hour where id = any(array(select id from due)) returning *),
    sums as (
      insert into kpi_hour (hour, measure, machine, event_type, connection_id, count, merged)
      select hour, measure, machine, event_type, connection_id, sum(count), true from old group by 1, 2, 3, 4, 5)
    select count(*) as taken from old`.execute(db);
  return Number(rows[0]?.taken ?? 0);
}
