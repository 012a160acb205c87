// What a system showed last, as far as anything proves it: a reading, a write that was seen there, its own event, or a divergence that it reported.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface LastShown {
  subject_id: string;
  connection_id: string;
  /** The state that it stands for; null when it stands for none. */
  state: string | null;
  /** The vendor's name of it, where that is known. */
  stage: string | null;
  missing: boolean;
  at: string;
  how: 'reading' | 'confirmation' | 'echo' | 'event';
}

/** The newest of what is known of each pair; nothing of pairs that never showed anything. */
export async function lastShown(
  db: Db,
  pairs: readonly { subject_id: string; connection_id: string }[],
): Promise<LastShown[]> {
  if (pairs.length === 0) return [];
  const given = pairs.map(({ subject_id, connection_id }) => ({ subject_id, connection_id }));
  const { rows } = await sql<LastShown>`
    select distinct on (n.subject_id, n.connection_id) n.subject_id, n.connection_id, k.state, k.stage, k.missing, ${isoMicros(sql`k.at`)} as at, k.how
    from json_to_recordset(${JSON.stringify(given)}::json) as n(subject_id text, connection_id text)
    cross join lateral (
      (select array_to_string(r.states, ' | ') as state, r.stage, r.missing, r.seen_at as at, 'reading' as how from shown r
        where r.subject_id = n.subject_id and r.connection_id = n.connection_id and r.seen_at is not null)
      union all
      (select w.target_state, null, false, w.settled_at, case w.settled_by when 'echo' then 'echo' when 'origin' then 'event' else 'confirmation' end from writeback w
        where w.subject_id = n.subject_id and w.connection_id = n.connection_id and w.status = 'confirmed' order by w.lane_seq desc limit 1)
      union all
      (select nullif(i.detail ->> 'shows', 'unmapped'), null, false, i.seen_at, 'event' from incident i
        where i.subject_id = n.subject_id and i.connection_id = n.connection_id and i.kind = 'divergence' and i.settled_at is null)) k
    order by n.subject_id, n.connection_id, k.at desc`.execute(db);
  return rows.map((row) => (row.state === '' ? { ...row, state: null } : row));
}
