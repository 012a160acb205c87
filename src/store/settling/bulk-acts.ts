// Acts on many writebacks or incidents at once: begun with all their items, decided chunk by chunk, each decision kept.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import type { BulkActTable } from '../schema/acts.ts';

export interface NewBulkAct extends Pick<BulkActTable, 'kind' | 'reason' | 'actor_kind' | 'actor_id' | 'request_id'> {
  id: string;
  force: boolean;
  more: boolean;
}

/** False when there is an act of that id already: nothing was added. */
export async function insertBulkAct(tx: Tx, act: NewBulkAct, items: readonly string[]): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('bulk_act')
    .values({ ...act, items: items.length })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await sql`
    insert into bulk_act_item (act_id, place, item_id)
    select ${act.id}, place, id from unnest(${[...items]}::text[]) with ordinality as n(id, place)`.execute(tx);
  return true;
}

export interface BulkActRow extends Omit<NewBulkAct, 'id'> {
  id: string;
  items: number;
  /** ISO 8601 with microseconds, as `ended_at`. */
  begun_at: string;
  ended_at: string | null;
}

export async function findBulkAct(db: Db, id: string): Promise<BulkActRow | undefined> {
  return db
    .selectFrom('bulk_act')
    .select(['id', 'kind', 'reason', 'force', 'more', 'actor_kind', 'actor_id', 'request_id', 'items'])
    .select([isoMicros(sql`begun_at`).as('begun_at'), isoMicros(sql`ended_at`).as('ended_at')])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Acts with something left to decide, the oldest first. */
export async function findUnfinishedActs(db: Db, rowsMax: number): Promise<BulkActRow[]> {
  const { rows } = await sql<BulkActRow>`
    select id, kind, reason, force, more, actor_kind, actor_id, request_id, items, ${isoMicros(sql`begun_at`)} as begun_at, null as ended_at
    from bulk_act where ended_at is null order by begun_at limit ${rowsMax}`.execute(db);
  return rows;
}

/** Locks the next items that nobody decided about; what another process has in hand is passed over. */
export async function lockPendingItems(tx: Tx, act: string, rowsMax: number): Promise<string[]> {
  const { rows } = await sql<{ item_id: string }>`
    select item_id from bulk_act_item where act_id = ${act} and decision is null order by place limit ${rowsMax} for no key update skip locked`.execute(
    tx,
  );
  return rows.map((row) => row.item_id);
}

/** `done`, or why nothing was changed: of a writeback, or of an incident. */
export type ItemDecision =
  | 'done'
  | 'unknown'
  | ('not_dead' | 'settled' | 'in_flight' | 'overtaken' | 'connection_removed')
  | ('already_settled' | 'must_choose' | 'writeback_dead');

export async function saveDecisions(
  tx: Tx,
  act: string,
  decisions: readonly { id: string; kind: ItemDecision }[],
): Promise<void> {
  await sql`
    update bulk_act_item i set decision = n.kind, decided_at = clock_timestamp()
    from json_to_recordset(${JSON.stringify(decisions)}::json) as n(id text, kind text)
    where i.act_id = ${act} and i.item_id = n.id and i.decision is null`.execute(tx);
}

/** Ends the act when nothing of it is left, in whichever process. */
export async function endWhenDone(db: Db, act: string): Promise<void> {
  await sql`
    update bulk_act a set ended_at = clock_timestamp() where a.id = ${act} and a.ended_at is null
      and not exists (select from bulk_act_item i where i.act_id = a.id and i.decision is null)`.execute(db);
}
