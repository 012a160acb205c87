// Has single readings repeated before their turn.
import { sql } from 'kysely';
import type { Tx } from '../database/database.ts';

export interface LookWanted {
  subject_id: string;
  connection_id: string;
  /** The reading that is kept of the pair; null where none is, or it is over. */
  reading: string | null;
  /** Something is on its way there, which reads by itself. */
  open: boolean;
}

/** Locks the readings of these pairs, in the order of their ids, and says which can be repeated. */
export async function lockReadings(
  tx: Tx,
  pairs: readonly { subject: string; connection: string }[],
): Promise<LookWanted[]> {
  const { rows } = await sql<LookWanted>`
    with wanted as (select * from json_to_recordset(${JSON.stringify(pairs)}::json) as n(subject text, connection text)),
    locked as (
      select r.id, r.subject_id, r.connection_id from shown r join wanted n on r.subject_id = n.subject and r.connection_id = n.connection
      where not r.closed order by r.id for no key update of r)
    select n.subject as subject_id, n.connection as connection_id, l.id as reading,
      exists (select from writeback w where w.subject_id = n.subject and w.connection_id = n.connection and w.status in ('ready', 'leased')) as open
    from wanted n left join locked l on l.subject_id = n.subject and l.connection_id = n.connection order by 1, 2`.execute(
    tx,
  );
  return rows;
}

/** Their turn is now. */
export async function lookNow(tx: Tx, readings: readonly string[]): Promise<void> {
  if (readings.length === 0) return;
  await sql`update shown set look_at = clock_timestamp() where id = any(${[...readings]}::text[]) and not closed`.execute(
    tx,
  );
}
