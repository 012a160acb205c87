// Counts who is where as the triggers of the database would have, for histories that were written with triggers off.
import type pg from 'pg';

export async function countStates(client: pg.Client): Promise<void> {
  await client.query('delete from state_count');
  await client.query(
    `insert into state_count (machine, machine_version, state, region, ended, connection_id, count, merged)
     select machine, machine_version, state, region, ended, null, count(*), true from subject group by 1, 2, 3, 4, 5 union all
     select s.machine, s.machine_version, s.state, s.region, s.ended, l.connection_id, count(*), true from lane l join subject s on s.id = l.subject_id group by 1, 2, 3, 4, 5, 6`,
  );
}
