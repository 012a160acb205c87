// An act on many writebacks or incidents as it stands now: how far it is, and each one's own result.
import { limits } from '../../core/limits.ts';
import { findAccount } from '../../store/access/accounts.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type ActItemRow,
  countActItems,
  type ItemResult,
  itemResults,
  listActItems,
} from '../../store/reports/bulk-acts.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { findBulkAct } from '../../store/settling/bulk-acts.ts';
import type { Context } from '../context.ts';

export { type ItemResult, itemResults };

export interface ActItem {
  place: number;
  /** The writeback's or the incident's id. */
  item: string;
  result: ItemResult;
  /** Why nothing was changed; null when something was, or nobody decided yet. */
  refusal: string | null;
  subject: string | null;
  connection: string | null;
  eventType: string | null;
  to: string | null;
  /** Of an incident. */
  incidentKind: string | null;
  /** The writeback's own: why it is dead, or why its last try came to nothing. */
  reason: string | null;
  dueAt: string | null;
  settledAt: string | null;
  settledBy: string | null;
  /** What the last attempt ended in, and the HTTP status that the vendor answered. */
  outcome: string | null;
  httpStatus: number | null;
}

export interface BulkAct {
  id: string;
  kind: 'redrive' | 'waive' | 'settle';
  reason: string;
  force: boolean;
  /** What these were chosen by found more. */
  more: boolean;
  /** A person's name, or what kind of actor with its id. */
  by: string;
  begunAt: string;
  items: number;
  counts: Record<ItemResult, number>;
  /** Nothing of it is waiting or under way. */
  through: boolean;
  page: ActItem[];
  /** `afterPlace` of the next page; null at the end. */
  next: number | null;
}

export interface ActQuery {
  result?: ItemResult | undefined;
  afterPlace?: number;
  rowsMax?: number;
}

/** Null when there is none. Counts and page are of one moment. */
export async function readBulkAct(context: Context, id: string, query: ActQuery = {}): Promise<BulkAct | null> {
  const { result, afterPlace = 0, rowsMax = limits.pageRowsMax } = query;
  return inSnapshot(context.database.reports, async (tx) => {
    const act = await findBulkAct(tx, id);
    if (!act) return null;
    const counts = await countActItems(tx, id);
    const rows = await listActItems(tx, id, { afterPlace, rowsMax: rowsMax + 1, result });
    const page = rows.slice(0, rowsMax);
    return {
      id: act.id,
      kind: act.kind,
      reason: act.reason,
      force: act.force,
      more: act.more,
      by: await nameOf(tx, act),
      begunAt: act.begun_at,
      items: act.items,
      counts,
      through: counts.waiting + counts.under_way === 0,
      page: page.map(itemOf),
      next: rows.length > rowsMax ? (page.at(-1)?.place ?? null) : null,
    };
  });
}

const itemOf = (row: ActItemRow): ActItem => ({
  place: row.place,
  item: row.item_id,
  result: row.result,
  refusal: row.decision === 'done' ? null : row.decision,
  subject: row.subject_id,
  connection: row.connection_id,
  eventType: row.event_type,
  to: row.target_state,
  incidentKind: row.incident_kind,
  reason: row.reason,
  dueAt: row.due_at,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  outcome: row.outcome,
  httpStatus: row.http_status,
});

async function nameOf(tx: Tx, act: { actor_kind: string; actor_id: string }): Promise<string> {
  if (act.actor_kind !== 'account') return `${act.actor_kind} ${act.actor_id}`;
  return (await findAccount(tx, act.actor_id))?.name ?? act.actor_id;
}
