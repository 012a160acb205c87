// People settle incidents, with a word on how; audited.
import type { Tx } from '../../store/database/database.ts';
import { lockIncident, settleIncident as settleRow } from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import { nameOf } from './settle-writebacks.ts';

export type IncidentDecided =
  | { kind: 'done' }
  | { kind: 'unknown' }
  | { kind: 'already_settled' }
  /** Systems still disagree: somebody must say which value counts, or whether two persons are one. */
  | { kind: 'must_choose'; about: 'field_conflict' | 'duplicate_profile' }
  /** The writeback behind it still holds its lane: settling would only hide that. */
  | { kind: 'writeback_dead'; writeback: string };

export interface IncidentWish {
  actor: Actor;
  resolution: string;
  requestId?: string | undefined;
  /** The act on many that it is part of. */
  act?: string;
}

export async function settleIncident(context: Context, id: string, wish: IncidentWish): Promise<IncidentDecided> {
  return inDecision(context, (tx) => settleIn(tx, id, wish));
}

/** The same within a transaction of the caller's. */
export async function settleIn(tx: Tx, id: string, wish: IncidentWish): Promise<IncidentDecided> {
  const incident = await lockIncident(tx, id);
  if (!incident) return { kind: 'unknown' };
  if (incident.settled) return { kind: 'already_settled' };
  if (incident.kind === 'field_conflict' || incident.kind === 'duplicate_profile')
    return { kind: 'must_choose', about: incident.kind };
  if (incident.writeback_id !== null && incident.writeback_status === 'dead')
    return { kind: 'writeback_dead', writeback: incident.writeback_id };
  await settleRow(tx, id, nameOf(wish.actor), wish.resolution);
  await writeAudit(tx, {
    actor: wish.actor,
    action: 'incident.settled',
    objectKind: 'incident',
    objectId: id,
    detail: {
      kind: incident.kind,
      resolution: wish.resolution,
      ...(wish.act === undefined ? {} : { act: wish.act }),
    },
    ...(wish.requestId === undefined ? {} : { requestId: wish.requestId }),
  });
  return { kind: 'done' };
}
