// How many subjects are where: the database appends what each statement changes, and this merges it.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

/**
 * Merges what was appended into one row per machine, version, state, region and connection. Bounded, and harmless beside writers and beside
 * itself: a row that somebody else merges is left to her, and a key may have two for a while. Returns rows taken in.
 */
export async function mergeStateCounts(db: Db, rowsMax: number): Promise<number> {
  const { rows } = await sql<{ taken: string }>`
    with due as materialized (select * from state_count where not merged order by id limit ${rowsMax} for update skip locked),
    standing as materialized (
      select s.id from state_count s where s.merged and exists (
        select from due d where d.machine = s.machine and d.machine_version = s.machine_version and d.state = s.state
          and d.region is not distinct from s.region and d.connection_id is not distinct from s.connection_id)
      for update skip locked),
    old as (delete from state_count where id = any(array(select id from due union all select id from standing)) returning *),
    sums as (
      insert into state_count (machine, machine_version, state, region, ended, connection_id, count, merged)
      select machine, machine_version, state, region, ended, connection_id, sum(count), true from old group by 1, 2, 3, 4, 5, 6 having sum(count) <> 0)
    select count(*) as taken from due`.execute(db);
  return Number(rows[0]?.taken ?? 0);
}
