// Where alerts are told: named channels whose addresses and secrets are sealed.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

export interface ChannelRow {
  id: string;
  kind: 'webhook' | 'mail';
  place: string;
  created_at: string;
  /** The last message that was settled, and what became of it. */
  last_at: string | null;
  last_status: string | null;
  last_answer: string | null;
  waiting: number;
}

/** By name, each with its last message. */
export async function listChannels(db: Db, rowsMax: number): Promise<ChannelRow[]> {
  const { rows } = await sql<ChannelRow>`
    select c.id, c.kind, c.place, ${isoMicros(sql`c.created_at`)} as created_at, ${isoMicros(sql`l.settled_at`)} as last_at,
      l.status as last_status, l.answer as last_answer,
      (select count(*)::int from alert_delivery w where w.channel_id = c.id and w.status = 'waiting') as waiting
    from alert_channel c left join lateral (
      select d.settled_at, d.status, d.answer from alert_delivery d
      where d.channel_id = c.id and d.status in ('sent', 'failed') and d.created_at >= c.created_at order by d.created_at desc limit 1) l on true
    order by c.id limit ${rowsMax}`.execute(db);
  return rows;
}

export const findChannel = (
  db: Db,
  id: string,
): Promise<{ id: string; kind: 'webhook' | 'mail'; terms_ct: Buffer } | undefined> =>
  db.selectFrom('alert_channel').select(['id', 'kind', 'terms_ct']).where('id', '=', id).executeTakeFirst();

export const listChannelNames = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('alert_channel').select('id').orderBy('id').execute()).map(({ id }) => id);

/** Adds or replaces. */
export async function saveChannel(
  db: Db,
  channel: { id: string; kind: 'webhook' | 'mail'; place: string; terms_ct: Buffer },
): Promise<void> {
  const { id: _, ...changed } = channel;
  await db
    .insertInto('alert_channel')
    .values(channel)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
    .execute();
}

/** Its address and secret are gone with it. What still waited for it is not sent. False when there is none. */
export async function deleteChannel(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('alert_channel').where('id', '=', id).executeTakeFirst();
  if (numDeletedRows !== 1n) return false;
  await sql`
    update alert_delivery set status = 'failed', answer = 'channel_removed', settled_at = clock_timestamp(), lease_until = null
    where channel_id = ${id} and status = 'waiting'`.execute(db);
  return true;
}
