// Writebacks as people look through them: one list at a time, how many are open, and one of them with all its attempts.
import type { Position } from '../../core/cursor.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import {
  countOpen,
  deadReasons,
  type ListedWriteback,
  listWritebacks,
  type OpenCounts,
  type WritebackQuery,
} from '../../store/reports/writeback-lists.ts';
import { attemptsAt, findWriteback } from '../../store/reports/writebacks.ts';
import type { Context } from '../context.ts';
import { type WritebackView, writebackView } from './timeline-entries.ts';

export type ListedView = Omit<WritebackView, 'attempts'> & {
  /** What the last attempt ended in, and the HTTP status that was answered; null before there was one. */
  outcome: string | null;
  httpStatus: number | null;
};

/** Reasons that a filter offers. */
const reasonsMax = 50;

/** One page; what it counts beside it is of the same moment. */
export async function readWritebacks(
  context: Context,
  query: WritebackQuery,
): Promise<{
  items: ListedView[];
  next: Position | null;
  open: OpenCounts;
  reasons: { reason: string; count: number }[];
}> {
  return inSnapshot(context.database.reports, async (tx) => {
    const { rows, next } = await listWritebacks(tx, query);
    return {
      items: rows.map(listedView),
      next,
      open: await countOpen(tx),
      reasons: query.status === 'dead' ? await deadReasons(tx, reasonsMax) : [],
    };
  });
}

export function listedView(row: ListedWriteback): ListedView {
  const { attempts: _attempts, ...rest } = writebackView(row, []);
  return { ...rest, outcome: row.outcome, httpStatus: row.http_status };
}

export async function readWriteback(context: Context, id: string): Promise<WritebackView | null> {
  const db = context.database.reports;
  const row = await findWriteback(db, id);
  return row ? writebackView(row, await attemptsAt(db, [id])) : null;
}
