// What became of each writeback of an act: decided or not, and what its target shows by now.
import { type RawBuilder, sql } from 'kysely';
import type { WritebackStatus } from '../../core/settle.ts';
import type { ItemDecision } from '../bulk-acts.ts';
import { isoMicros } from '../clock.ts';
import type { Db } from '../database.ts';

export const itemResults = [
  'waiting',
  'not_done',
  'under_way',
  'confirmed',
  'failed_again',
  'waived',
  'superseded',
] as const;
export type ItemResult = (typeof itemResults)[number];

export interface ActItemRow {
  place: number;
  writeback_id: string;
  result: ItemResult;
  decision: ItemDecision | null;
  decided_at: string | null;
  /** Null, as all that follows: there is no such writeback. */
  subject_id: string | null;
  connection_id: string | null;
  event_type: string | null;
  target_state: string | null;
  status: WritebackStatus | null;
  reason: string | null;
  due_at: string | null;
  settled_at: string | null;
  settled_by: string | null;
  /** Of the last attempt. */
  outcome: string | null;
  http_status: number | null;
}

/** For the aliases `i` of the item and `w` of its writeback. */
const result: RawBuilder<ItemResult> = sql<ItemResult>`
  case when i.decision is null then 'waiting' when i.decision <> 'done' then 'not_done' when w.status in ('ready', 'leased') then 'under_way'
    when w.status = 'dead' then 'failed_again' else w.status end`;

/** One page in the order in which they were chosen. */
export async function listActItems(
  db: Db,
  act: string,
  page: { afterPlace: number; rowsMax: number; result?: ItemResult | undefined },
): Promise<ActItemRow[]> {
  const { rows } = await sql<ActItemRow>`
    select i.place, i.writeback_id, ${result} as result, i.decision, ${isoMicros(sql`i.decided_at`)} as decided_at, w.subject_id, w.connection_id, w.event_type, w.target_state,
      w.status, w.reason, ${isoMicros(sql`w.due_at`)} as due_at, ${isoMicros(sql`w.settled_at`)} as settled_at, w.settled_by, a.outcome, a.http_status
    from bulk_act_item i left join writeback w on w.id = i.writeback_id
    left join lateral (select outcome, http_status from attempt t where t.writeback_id = w.id order by t.settled_at desc limit 1) a on true
    where i.act_id = ${act} and i.place > ${page.afterPlace} and ${page.result === undefined ? sql`true` : sql`${result} = ${page.result}`}
    order by i.place limit ${page.rowsMax}`.execute(db);
  return rows;
}

export async function countActItems(db: Db, act: string): Promise<Record<ItemResult, number>> {
  const { rows } = await sql<{ result: ItemResult; count: number }>`
    select ${result} as result, count(*)::int as count from bulk_act_item i left join writeback w on w.id = i.writeback_id where i.act_id = ${act} group by 1`.execute(
    db,
  );
  const counts = Object.fromEntries(itemResults.map((one) => [one, 0])) as Record<ItemResult, number>;
  for (const row of rows) counts[row.result] = row.count;
  return counts;
}
