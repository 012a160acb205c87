// Acts on many things: which there were, and what became of each writeback or incident of one: decided or not, and how it stands by now.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { ItemDecision } from '../settling/bulk-acts.ts';
import { after, ordered } from './paging.ts';

export const itemResults = [
  'waiting',
  'not_done',
  'under_way',
  'confirmed',
  'failed_again',
  'waived',
  'superseded',
  'settled',
] as const;
export type ItemResult = (typeof itemResults)[number];

export interface ActItemRow {
  place: number;
  item_id: string;
  result: ItemResult;
  decision: ItemDecision | null;
  decided_at: string | null;
  /** Null, as all that follows: there is no such writeback or incident, or it has none. */
  subject_id: string | null;
  connection_id: string | null;
  event_type: string | null;
  target_state: string | null;
  /** Of an incident. */
  incident_kind: string | null;
  status: WritebackStatus | null;
  reason: string | null;
  due_at: string | null;
  settled_at: string | null;
  settled_by: string | null;
  /** Of the last attempt. */
  outcome: string | null;
  http_status: number | null;
}

/** For the aliases `i` of the item, `w` of its writeback and `n` of its incident; ids of the two are never alike. */
const result: RawBuilder<ItemResult> = sql<ItemResult>`
  case when i.decision is null then 'waiting' when i.decision <> 'done' then 'not_done' when n.id is not null then 'settled' when w.status in ('ready', 'leased') then 'under_way'
    when w.status = 'dead' then 'failed_again' else w.status end`;

const things: RawBuilder<unknown> = sql`left join writeback w on w.id = i.item_id left join incident n on n.id = i.item_id`;

/** One page in the order in which they were chosen. */
export async function listActItems(
  db: Db,
  act: string,
  page: { afterPlace: number; rowsMax: number; result?: ItemResult | undefined },
): Promise<ActItemRow[]> {
  const { rows } = await sql<ActItemRow>`
    select i.place, i.item_id, ${result} as result, i.decision, ${isoMicros(sql`i.decided_at`)} as decided_at, coalesce(w.subject_id, n.subject_id) as subject_id,
      coalesce(w.connection_id, n.connection_id) as connection_id, w.event_type, w.target_state, n.kind as incident_kind, w.status, w.reason,
      ${isoMicros(sql`w.due_at`)} as due_at, ${isoMicros(sql`coalesce(w.settled_at, n.settled_at)`)} as settled_at, w.settled_by, a.outcome, a.http_status
    from bulk_act_item i ${things}
    left join lateral (select outcome, http_status from attempt t where t.writeback_id = w.id order by t.settled_at desc limit 1) a on true
    where i.act_id = ${act} and i.place > ${page.afterPlace} and ${page.result === undefined ? sql`true` : sql`${result} = ${page.result}`}
    order by i.place limit ${page.rowsMax}`.execute(db);
  return rows;
}

export async function countActItems(db: Db, act: string): Promise<Record<ItemResult, number>> {
  const { rows } = await sql<{ result: ItemResult; count: number }>`
    select ${result} as result, count(*)::int as count from bulk_act_item i ${things} where i.act_id = ${act} group by 1`.execute(
    db,
  );
  const counts = Object.fromEntries(itemResults.map((one) => [one, 0])) as Record<ItemResult, number>;
  for (const row of rows) counts[row.result] = row.count;
  return counts;
}

export interface ActRow {
  id: string;
  kind: 'redrive' | 'waive' | 'settle';
  reason: string;
  actor_kind: string;
  actor_id: string;
  items: number;
  /** Items that nobody decided about yet, and those of which nothing was changed. */
  waiting: number;
  not_done: number;
  begun_at: string;
  ended_at: string | null;
}

/** The newest first; after a position, if one is given. */
export async function listActs(db: Db, page: { after: Position | null; rowsMax: number }): Promise<ActRow[]> {
  const { rows } = await sql<ActRow>`
    select b.id, b.kind, b.reason, b.actor_kind, b.actor_id, b.items, i.waiting, i.not_done, ${isoMicros(sql`b.begun_at`)} as begun_at, ${isoMicros(sql`b.ended_at`)} as ended_at
    from (select * from bulk_act where ${after('begun_at', 'id', page.after, 'desc')} order by ${ordered('begun_at', 'id', 'desc')} limit ${page.rowsMax}) b
    cross join lateral (
      select count(*) filter (where decision is null)::int as waiting, count(*) filter (where decision <> 'done')::int as not_done
      from bulk_act_item where act_id = b.id) i
    order by ${ordered('b.begun_at', 'b.id', 'desc')}`.execute(db);
  return rows;
}
