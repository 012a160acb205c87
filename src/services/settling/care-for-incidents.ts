// People take incidents on and note what they found, until somebody settles them; audited.
import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { addNote, assignIncident as assignRow, carers, notesOf } from '../../store/settling/incident-care.ts';
import { lockIncident } from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import { nameOf } from './settle-writebacks.ts';

interface Wish {
  actor: Actor;
  requestId?: string | undefined;
}

export type Assigned =
  | { kind: 'done' }
  | { kind: 'unknown' | 'already_settled' }
  /** No such account, one that was deactivated, or one that may not settle anything. */
  | { kind: 'not_a_carer' };

/** `account` null: nobody's any more. Saying once more what is so already changes nothing. */
export async function assignIncident(
  context: Context,
  id: string,
  wish: Wish & { account: string | null },
): Promise<Assigned> {
  const { account, actor, requestId } = wish;
  return inDecision(context, async (tx): Promise<Assigned> => {
    const incident = await lockIncident(tx, id);
    if (!incident) return { kind: 'unknown' };
    if (incident.settled) return { kind: 'already_settled' };
    if (account !== null && !(isId('acc', account) && (await carers(tx)).some((one) => one.id === account)))
      return { kind: 'not_a_carer' };
    if (await assignRow(tx, id, account))
      await writeAudit(tx, {
        actor,
        action: 'incident.assigned',
        objectKind: 'incident',
        objectId: id,
        detail: { to: account },
        ...(requestId === undefined ? {} : { requestId }),
      });
    return { kind: 'done' };
  });
}

export type Noted = { kind: 'done' } | { kind: 'unknown' } | { kind: 'full' };

/** Also to a settled one: what came out later belongs there too. The text itself is not in the audit log, so that an erasure can empty it. */
export async function noteIncident(context: Context, id: string, wish: Wish & { body: string }): Promise<Noted> {
  const { body, actor, requestId } = wish;
  return inDecision(context, async (tx): Promise<Noted> => {
    if (!(await lockIncident(tx, id))) return { kind: 'unknown' };
    if ((await notesOf(tx, id, limits.incidentNotesMax)).length >= limits.incidentNotesMax) return { kind: 'full' };
    await addNote(tx, id, nameOf(actor), body);
    await writeAudit(tx, {
      actor,
      action: 'incident.noted',
      objectKind: 'incident',
      objectId: id,
      detail: { characters: body.length },
      ...(requestId === undefined ? {} : { requestId }),
    });
    return { kind: 'done' };
  });
}

/** Who may take an incident on. */
export const listCarers = (context: Context): Promise<{ id: string; name: string }[]> =>
  carers(context.database.reports);
