// People decide about writebacks: try a dead one again, or waive one that need not show; one or many, every decision audited.
import { type Count, Counts } from '../../core/figures/kpi.ts';
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import { appendCounts } from '../../store/engine/kpi.ts';
import { advanceLanes, type LockedWriteback, lockWritebacks } from '../../store/engine/results.ts';
import { findDead, type WritebackFilter } from '../../store/reports/writeback-lists.ts';
import { settleIncidents } from '../../store/settling/incidents.ts';
import {
  removedConnections,
  reopenWritebacks,
  settleDivergencesOf,
  waiveWritebacks as waiveRows,
} from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';

/** What became of the wish about one writeback. Anything but `done` changed nothing. */
export interface Decided {
  id: string;
  kind: 'done' | 'unknown' | 'not_dead' | 'settled' | 'in_flight' | 'overtaken' | 'connection_removed';
  /** The writeback's status now; null when there is no such writeback. */
  status: string | null;
}

export interface Decision {
  actor: Actor;
  reason: string;
  requestId?: string | undefined;
  /** The act on many that it is part of. */
  act?: string;
}

/** Dead writebacks go back to the head of their lanes, due now. `force`: overwrite what the target shows. */
export async function redriveWritebacks(
  context: Context,
  ids: readonly string[],
  decision: Decision & { force: boolean },
): Promise<Decided[]> {
  return inDecision(context, (tx) => redriveIn(tx, ids, decision));
}

/** The same within a transaction of the caller's; no more ids than one transaction may lock at once. */
export function redriveIn(tx: Tx, ids: readonly string[], decision: Decision & { force: boolean }): Promise<Decided[]> {
  const by = nameOf(decision.actor);
  return decide(tx, ids, {
    judge: (row, removed) =>
      row.status !== 'dead' ? 'not_dead' : row.overtaken ? 'overtaken' : removed ? 'connection_removed' : 'done',
    status: 'ready',
    async carryOut(rows) {
      const chosen = rows.map((row) => row.id);
      await reopenWritebacks(tx, chosen, decision.force);
      await settleIncidents(
        tx,
        chosen.map((id) => `dead/${id}`),
        by,
        `Redriven: ${decision.reason}`,
      );
      await appendCounts(tx, countsOf(rows, false));
      for (const row of rows) await audit(tx, decision, 'writeback.redriven', row, { force: decision.force });
    },
  });
}

/** Ready and dead writebacks are let go; their lanes move on. One in flight is not: its target may be changing right now. */
export async function waiveWritebacks(
  context: Context,
  ids: readonly string[],
  decision: Decision,
): Promise<Decided[]> {
  return inDecision(context, (tx) => waiveIn(tx, ids, decision));
}

/** The same within a transaction of the caller's. */
export function waiveIn(tx: Tx, ids: readonly string[], decision: Decision): Promise<Decided[]> {
  const by = nameOf(decision.actor);
  return decide(tx, ids, {
    judge: (row) =>
      row.status === 'leased' ? 'in_flight' : row.status === 'ready' || row.status === 'dead' ? 'done' : 'settled',
    status: 'waived',
    async carryOut(rows) {
      const chosen = rows.map((row) => row.id);
      await waiveRows(tx, chosen, decision.reason);
      await settleIncidents(
        tx,
        chosen.map((id) => `dead/${id}`),
        by,
        `Waived: ${decision.reason}`,
      );
      await settleDivergencesOf(tx, chosen, by, `Waived: ${decision.reason}`);
      await appendCounts(tx, countsOf(rows, true));
      for (const row of rows) await audit(tx, decision, 'writeback.waived', row, {});
    },
  });
}

/** Redrives what the filter finds, the longest dead first, at most `limits.bulkSettleMax`; `more` when some were left. */
export async function redriveMatching(
  context: Context,
  filter: Omit<WritebackFilter, 'status'>,
  decision: Decision & { force: boolean },
): Promise<{ results: Decided[]; more: boolean }> {
  const ids = await findDead(context.database.reports, filter, limits.bulkSettleMax + 1);
  return {
    results: await redriveWritebacks(context, ids.slice(0, limits.bulkSettleMax), decision),
    more: ids.length > limits.bulkSettleMax,
  };
}

interface Wish {
  judge(row: LockedWriteback, connectionRemoved: boolean): Decided['kind'];
  /** Status of those that are `done`. */
  status: string;
  carryOut(rows: readonly LockedWriteback[]): Promise<void>;
}

/** Locks lanes, then writebacks; judges each under the locks; lets the lanes follow. The dispatcher sends what became a head. */
async function decide(tx: Tx, ids: readonly string[], wish: Wish): Promise<Decided[]> {
  const unique = [...new Set(ids)].sort();
  const rows = new Map((await lockWritebacks(tx, unique)).map((row) => [row.id, row]));
  const removed = await removedConnections(tx, [...new Set([...rows.values()].map((row) => row.connection_id))]);
  const results = unique.map((id): Decided => {
    const row = rows.get(id);
    if (!row) return { id, kind: 'unknown', status: null };
    const kind = wish.judge(row, removed.has(row.connection_id));
    return { id, kind, status: kind === 'done' ? wish.status : row.status };
  });
  const chosen = results.flatMap((one) => (one.kind === 'done' ? [rows.get(one.id) as LockedWriteback] : []));
  await wish.carryOut(chosen);
  await advanceLanes(
    tx,
    chosen.map((row) => row.id),
  );
  return results;
}

/** `writeback.dead` and `writeback.waived` count what is dead or waived now, so a decision takes away what it ends. */
function countsOf(rows: readonly LockedWriteback[], waived: boolean): Count[] {
  const counts = new Counts();
  for (const row of rows) {
    if (row.status === 'dead') counts.add('writeback.dead', row.machine, row.event_type, row.connection_id, -1);
    if (waived) counts.add('writeback.waived', row.machine, row.event_type, row.connection_id);
  }
  return counts.all();
}

function audit(
  tx: Tx,
  decision: Decision,
  action: string,
  row: LockedWriteback,
  detail: Record<string, unknown>,
): Promise<void> {
  return writeAudit(tx, {
    actor: decision.actor,
    action,
    objectKind: 'writeback',
    objectId: row.id,
    detail: {
      reason: decision.reason,
      was: row.status,
      attempt: row.attempt,
      ...(decision.act === undefined ? {} : { act: decision.act }),
      ...detail,
    },
    ...(decision.requestId === undefined ? {} : { requestId: decision.requestId }),
  });
}

/** How an actor is named in rows that hold one text: `client:cli_…`. */
export const nameOf = (actor: Actor): string => `${actor.kind}:${actor.id}`;
