// Messages of alerts: each is claimed before it is sent, by one process, and settled by whoever claimed it last.
import { sql } from 'kysely';
import type { Telling } from '../../core/alerts/decide.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';

export interface NewDelivery {
  id: string;
  alert_id: string;
  channel_id: string;
  telling: Telling;
  body: object;
}

export interface ClaimedDelivery {
  id: string;
  channel_id: string;
  body: Record<string, unknown>;
  tries: number;
  turn: number;
}

export interface DeliveryRow {
  id: string;
  alert_id: string | null;
  channel_id: string;
  telling: Telling | 'test';
  status: 'waiting' | 'sent' | 'failed' | 'superseded';
  tries: number;
  answer: string | null;
  created_at: string;
  settled_at: string | null;
}

/** What waits of the same alerts, and is not on its way at this moment, is superseded: the newest word is the one to hear. */
export async function insertDeliveries(db: Db, deliveries: readonly NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const alerts = [...new Set(deliveries.map((one) => one.alert_id))];
  await sql`
    update alert_delivery set status = 'superseded', settled_at = clock_timestamp()
    where alert_id = any(${alerts}::text[]) and status = 'waiting' and (lease_until is null or lease_until < clock_timestamp())`.execute(
    db,
  );
  await insertRows(
    db,
    'alert_delivery',
    deliveries.map((one) => ({ ...one, status: 'waiting', tries: 0, turn: 0, due_at: 'now', created_at: 'now' })),
  );
}

/** A message that was tried by hand: what came of it is known already. */
export async function insertTest(
  db: Db,
  test: { id: string; channel_id: string; body: object; status: 'sent' | 'failed'; answer: string },
): Promise<void> {
  const { id, channel_id, body, status, answer } = test;
  await sql`
    insert into alert_delivery (id, channel_id, telling, body, status, tries, answer, settled_at)
    values (${id}, ${channel_id}, 'test', ${JSON.stringify(body)}::jsonb, ${status}, 1, ${answer}, clock_timestamp())`.execute(
    db,
  );
}

/** Takes messages that are due, oldest first. Nobody else takes them within `leaseMs`. */
export async function claimDeliveries(db: Db, leaseMs: number, rowsMax: number): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    update alert_delivery d set turn = d.turn + 1, tries = d.tries + 1, due_at = clock_timestamp() + ${leaseMs} * interval '1 ms',
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    from (select id from alert_delivery where status = 'waiting' and due_at <= clock_timestamp() order by due_at limit ${rowsMax} for update skip locked) due
    where d.id = due.id returning d.id, d.channel_id, d.body, d.tries, d.turn`.execute(db);
  return rows;
}

/** What came of a claimed message; `againMs` puts it back for later. False when somebody else has claimed it since. */
export async function settleDelivery(
  db: Db,
  { id, turn }: Pick<ClaimedDelivery, 'id' | 'turn'>,
  settled: { answer: string } & ({ status: 'sent' | 'failed' } | { againMs: number }),
): Promise<boolean> {
  const change =
    'status' in settled
      ? sql`status = ${settled.status}, settled_at = clock_timestamp()`
      : sql`due_at = clock_timestamp() + ${settled.againMs} * interval '1 ms'`;
  const { numAffectedRows } = await sql`
    update alert_delivery set ${change}, answer = ${settled.answer}, lease_until = null
    where id = ${id} and turn = ${turn} and status = 'waiting'`.execute(db);
  return numAffectedRows === 1n;
}

/** Messages of these alerts, or the newest of all. */
export async function listDeliveries(
  db: Db,
  alerts: readonly string[] | null,
  rowsMax: number,
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select id, alert_id, channel_id, telling, status, tries, answer, ${isoMicros(sql`created_at`)} as created_at, ${isoMicros(sql`settled_at`)} as settled_at
    from alert_delivery ${alerts === null ? sql`` : sql`where alert_id = any(${[...alerts]}::text[])`}
    order by created_at desc, id desc limit ${rowsMax}`.execute(db);
  return rows;
}
