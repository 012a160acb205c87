// Lanes: the ordered queue of writebacks of one (subject, connection).
import { sql } from 'kysely';
import type { Tx } from '../database/database.ts';
import { recordset } from '../database/insert-rows.ts';

export interface LaneRow {
  subject_id: string;
  connection_id: string;
  next_seq: number;
  done_seq: number;
  held_reason: string | null;
}

/** Locks all lanes of these subjects, in key order. */
export async function lockLanes(tx: Tx, subjects: readonly string[]): Promise<LaneRow[]> {
  if (subjects.length === 0) return [];
  const { rows } = await sql<LaneRow>`
    select subject_id, connection_id, next_seq, done_seq, held_reason from lane
    where subject_id = any(${[...subjects]}::text[]) order by subject_id, connection_id for no key update`.execute(tx);
  return rows;
}

/** Writes lanes back after their numbers moved under the lock; new ones are inserted. */
export async function saveLanes(tx: Tx, lanes: readonly LaneRow[]): Promise<void> {
  if (lanes.length === 0) return;
  await sql`
    insert into lane (subject_id, connection_id, next_seq, done_seq, held_reason, held_at)
    select subject_id, connection_id, next_seq, done_seq, held_reason, case when held_reason is not null then clock_timestamp() end
    from ${recordset('lane', lanes as never)}
    on conflict (subject_id, connection_id) do update set next_seq = excluded.next_seq, done_seq = excluded.done_seq,
      held_reason = excluded.held_reason, held_at = case when excluded.held_reason is null then null else coalesce(lane.held_at, excluded.held_at) end`.execute(
    tx,
  );
}
