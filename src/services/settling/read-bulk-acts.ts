// Acts on many things, the newest first: who decided what about how many, and how far each is.
import { decodeCursor, encodeCursor } from '../../core/cursor.ts';
import { limits } from '../../core/limits.ts';
import { listActs } from '../../store/reports/bulk-acts.ts';
import type { Context } from '../context.ts';

export interface ActOfMany {
  id: string;
  kind: 'redrive' | 'waive' | 'settle';
  reason: string;
  /** `account:acc_…` and the like. */
  by: string;
  begunAt: string;
  /** When the last item was decided about; null while it goes on. */
  endedAt: string | null;
  items: number;
  waiting: number;
  /** Items of which nothing was changed, each with its reason on the act's page. */
  notDone: number;
}

export interface ActsPage {
  items: ActOfMany[];
  /** Null on the last page. */
  next: string | null;
}

/** A cursor that is none of ours begins anew. */
export async function readBulkActs(context: Context, cursor = '', rowsMax = limits.pageRowsDefault): Promise<ActsPage> {
  const rows = await listActs(context.database.reports, { after: decodeCursor(cursor), rowsMax: rowsMax + 1 });
  const page = rows.slice(0, rowsMax);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      id: row.id,
      kind: row.kind,
      reason: row.reason,
      by: `${row.actor_kind}:${row.actor_id}`,
      begunAt: row.begun_at,
      endedAt: row.ended_at,
      items: row.items,
      waiting: row.waiting,
      notDone: row.not_done,
    })),
    next: last && rows.length > rowsMax ? encodeCursor({ at: last.begun_at, id: last.id }) : null,
  };
}
