// One decision of a person about many writebacks or incidents: begun at once, carried out in the background chunk by chunk, taken up again after a restart.
import type { ActId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type BulkActRow,
  endWhenDone,
  findBulkAct,
  findUnfinishedActs,
  type ItemDecision,
  insertBulkAct,
  lockPendingItems,
  saveDecisions,
} from '../../store/settling/bulk-acts.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import { settleIn } from './settle-incidents.ts';
import { type Decision, redriveIn, waiveIn } from './settle-writebacks.ts';

export interface BulkActRequest extends Decision {
  /** The first two are about writebacks, the last is about incidents. */
  kind: 'redrive' | 'waive' | 'settle';
  /** Ids; what is there twice counts once. Beyond `limits.actItemsMax` they are left for another act. */
  items: readonly string[];
  /** Of a redrive: overwrite whatever the target shows. */
  force?: boolean;
  /** What these were chosen by finds more than were taken. */
  more?: boolean;
  /** Made with the form that asks, so that a form which is sent twice is one act. */
  id?: ActId;
}

export interface BegunAct {
  id: string;
  /** Items of the act; 0: there were none, and there is no act. */
  count: number;
}

/** Writes the act down and begins to carry it out. It is through when `readBulkAct` says so. */
export async function beginBulkAct(context: Context, request: BulkActRequest): Promise<BegunAct> {
  const wanted = [...new Set(request.items)];
  const items = wanted.slice(0, limits.actItemsMax);
  const id = request.id ?? context.newId('act');
  if (items.length === 0) return { id, count: 0 };
  const begun = await inDecision(context, async (tx) => {
    const more = request.more === true || wanted.length > items.length;
    const added = await insertBulkAct(
      tx,
      {
        id,
        kind: request.kind,
        reason: request.reason,
        force: request.force ?? false,
        more,
        actor_kind: request.actor.kind,
        actor_id: request.actor.id,
        request_id: request.requestId ?? null,
      },
      items,
    );
    if (added)
      await writeAudit(tx, {
        actor: request.actor,
        action: `bulk_act.begun`,
        objectKind: 'bulk_act',
        objectId: id,
        detail: {
          kind: request.kind,
          reason: request.reason,
          [request.kind === 'settle' ? 'incidents' : 'writebacks']: items.length,
        },
        ...(request.requestId === undefined ? {} : { requestId: request.requestId }),
      });
    return added ? items.length : ((await findBulkAct(tx, id))?.items ?? 0);
  });
  // Whoever asked need not wait. What fails here, or is cut off, the sweeper's round finds.
  carryOutActs(context).catch((error: unknown) =>
    context.log.warn({ act: id, ...traceOf(error) }, 'an act was broken off and goes on with the next round'),
  );
  return { id, count: begun };
}

/** One round over what is unfinished, the oldest first; bounded. Returns how many items were decided about. */
export async function carryOutActs(context: Context): Promise<number> {
  const acts = await findUnfinishedActs(context.database.engine, limits.actsPerRoundMax);
  let decided = 0;
  const failed: unknown[] = [];
  for (const act of acts) {
    try {
      decided += await carryOut(context, act);
    } catch (error) {
      // One that fails does not keep the others waiting.
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
  return decided;
}

async function carryOut(context: Context, act: BulkActRow): Promise<number> {
  // Incidents are locked one at a time: others lock several of them in another order.
  const rowsAtOnce = act.kind === 'settle' ? 1 : limits.actChunkRows;
  let decided = 0;
  for (let chunk = 0; chunk < limits.actItemsMax; chunk += 1) {
    // A decision and its result are one transaction: after any crash each item was decided about once.
    const done = await inDecision(context, async (tx) => {
      const ids = await lockPendingItems(tx, act.id, rowsAtOnce);
      if (ids.length > 0) await saveDecisions(tx, act.id, await decideIn(tx, act, ids));
      return ids.length;
    });
    decided += done;
    if (done < rowsAtOnce) break;
  }
  await endWhenDone(context.database.engine, act.id);
  return decided;
}

async function decideIn(
  tx: Tx,
  act: BulkActRow,
  ids: readonly string[],
): Promise<{ id: string; kind: ItemDecision }[]> {
  const decision = {
    actor: { kind: act.actor_kind as Actor['kind'], id: act.actor_id },
    reason: act.reason,
    act: act.id,
    ...(act.request_id === null ? {} : { requestId: act.request_id }),
  };
  switch (act.kind) {
    case 'redrive':
      return redriveIn(tx, ids, { ...decision, force: act.force });
    case 'waive':
      return waiveIn(tx, ids, decision);
    case 'settle': {
      const results: { id: string; kind: ItemDecision }[] = [];
      for (const id of ids) {
        const { kind } = await settleIn(tx, id, { ...decision, resolution: act.reason });
        results.push({ id, kind });
      }
      return results;
    }
  }
}
