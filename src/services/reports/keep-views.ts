// People keep views of lists by a name, for themselves or for everybody who sees the page; each change is audited.
import { z } from 'zod';
import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import {
  deleteView,
  insertView,
  lockView,
  nameIsTaken,
  ownViews,
  updateView,
  type ViewPage,
  viewsOfOthers,
} from '../../store/access/views.ts';
import { actorOf, type SignedIn } from '../accounts/keep-sessions.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import { writeAudit } from '../write-audit.ts';

export interface View {
  id: string;
  name: string;
  /** As it stands in the address, without the question mark. */
  query: string;
  shared: boolean;
  /** Null for one's own. */
  owner: string | null;
}

/** Own ones first, then what others share. */
export async function readViews(context: Context, account: string, page: ViewPage): Promise<View[]> {
  const db = context.database.reports;
  const own = await ownViews(db, account, page, limits.viewsPerAccountMax);
  const others = await viewsOfOthers(db, account, page, limits.sharedViewsMax);
  return [...own, ...others].map((row) => ({
    id: row.id,
    name: row.name,
    query: row.query,
    shared: row.shared,
    owner: row.account_id === account ? null : row.owner_name,
  }));
}

export const viewName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);

export type ViewKept =
  | { kind: 'kept'; page: ViewPage }
  | { kind: 'bad_name' }
  | { kind: 'name_taken' }
  | { kind: 'too_many' }
  | { kind: 'unknown' };

interface ViewWish {
  name: string;
  shared: boolean;
  requestId: string;
}

export function keepView(
  context: Context,
  who: SignedIn,
  { page, query, ...wish }: ViewWish & { page: ViewPage; query: string },
): Promise<ViewKept> {
  return named(wish, (name) =>
    inDecision(context, async (tx): Promise<ViewKept> => {
      const rowsMax = limits.viewsPerAccountMax;
      if ((await ownViews(tx, who.account, page, rowsMax)).length >= rowsMax) return { kind: 'too_many' };
      const id = context.newId('viw');
      if (!(await insertView(tx, { id, account_id: who.account, page, name, query, shared: wish.shared })))
        return { kind: 'name_taken' };
      await note(tx, who, 'view.kept', id, { page, name, query, shared: wish.shared }, wish.requestId);
      return { kind: 'kept', page };
    }),
  );
}

/** Another name, or seen by others from now on, or no more. */
export function changeView(context: Context, who: SignedIn, id: string, wish: ViewWish): Promise<ViewKept> {
  return named(wish, (name) =>
    inDecision(context, async (tx): Promise<ViewKept> => {
      const view = isId('viw', id) ? await lockView(tx, who.account, id) : undefined;
      if (!view) return { kind: 'unknown' };
      if (await nameIsTaken(tx, who.account, view.page, name, id)) return { kind: 'name_taken' };
      await updateView(tx, id, { name, shared: wish.shared });
      await note(tx, who, 'view.changed', id, { was: view.name, name, shared: wish.shared }, wish.requestId);
      return { kind: 'kept', page: view.page };
    }),
  );
}

export function dropView(context: Context, who: SignedIn, id: string, requestId: string): Promise<ViewKept> {
  return inDecision(context, async (tx): Promise<ViewKept> => {
    const view = isId('viw', id) ? await lockView(tx, who.account, id) : undefined;
    if (!view) return { kind: 'unknown' };
    await deleteView(tx, id);
    await note(tx, who, 'view.dropped', id, { name: view.name }, requestId);
    return { kind: 'kept', page: view.page };
  });
}

async function named(wish: ViewWish, work: (name: string) => Promise<ViewKept>): Promise<ViewKept> {
  const name = viewName.safeParse(wish.name);
  return name.success ? work(name.data) : { kind: 'bad_name' };
}

const note = (
  tx: Parameters<typeof writeAudit>[0],
  who: SignedIn,
  action: string,
  id: string,
  detail: Record<string, unknown>,
  requestId: string,
): Promise<void> =>
  writeAudit(tx, { actor: actorOf(who), action, objectKind: 'console_view', objectId: id, detail, requestId });
