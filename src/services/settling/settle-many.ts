// A person settles many incidents with one word on how; each has its own result, kept to be read afterwards.
import type { SettlementId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import {
  findSettlement,
  incidentsNow,
  insertSettlement,
  type SettledIncident,
  type SettlementResult,
  type SettlementRow,
  saveSettlementResults,
} from '../../store/settlements.ts';
import { actorOf, type SignedIn } from '../accounts/keep-sessions.ts';
import type { Context } from '../context.ts';
import { settleIncident } from './settle-incidents.ts';

export interface SettleManyWish {
  /** Made with the form that asks, so that a form which is sent twice is one settlement. */
  id: SettlementId;
  /** Ids; beyond `limits.bulkSettleMax` they are left. */
  incidents: readonly string[];
  resolution: string;
  /** What these were chosen by found more. */
  more: boolean;
  requestId: string;
}

/** Results written down at once. */
const savedAtOnce = 25;

/** Settles them one after the other; what became of each is kept as it goes on. Gives how many there were. */
export async function settleMany(context: Context, who: SignedIn, wish: SettleManyWish): Promise<number> {
  const wanted = [...new Set(wish.incidents)];
  const incidents = wanted.slice(0, limits.bulkSettleMax);
  if (incidents.length === 0) return 0;
  const db = context.database.engine;
  const added = await insertSettlement(db, {
    id: wish.id,
    account_id: who.account,
    reason: wish.resolution,
    incidents,
    more: wish.more || wanted.length > incidents.length,
  });
  if (!added) return incidents.length;
  const results: SettlementResult[] = [];
  for (const incident of incidents) {
    const { kind } = await settleIncident(context, incident, {
      actor: actorOf(who),
      resolution: wish.resolution,
      requestId: wish.requestId,
    });
    results.push({ id: incident, kind });
    if (results.length % savedAtOnce === 0) await saveSettlementResults(db, wish.id, results, false);
  }
  await saveSettlementResults(db, wish.id, results, true);
  return incidents.length;
}

export interface Settlement extends Pick<SettlementRow, 'id' | 'reason' | 'more' | 'begun_at' | 'ended_at'> {
  by: string;
  /** In the order in which they were asked for; `result` null where none was kept. */
  items: { id: string; result: string | null; now: SettledIncident | undefined }[];
}

export async function readSettlement(context: Context, id: string): Promise<Settlement | null> {
  const row = await findSettlement(context.database.reports, id);
  if (!row) return null;
  const results = new Map(row.results.map((one) => [one.id, one.kind]));
  const now = new Map((await incidentsNow(context.database.reports, row.incidents)).map((one) => [one.id, one]));
  const { reason, more, begun_at, ended_at } = row;
  return {
    id: row.id,
    reason,
    more,
    begun_at,
    ended_at,
    by: row.account_name,
    items: row.incidents.map((one) => ({ id: one, result: results.get(one) ?? null, now: now.get(one) })),
  };
}
