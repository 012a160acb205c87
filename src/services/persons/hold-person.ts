// A legal hold: nobody erases a person, and no timer does, until it is over or lifted.
import { isId } from '../../core/ids.ts';
import type { Tx } from '../../store/database/database.ts';
import { holdPerson as holdRow, lockPersons, releasePerson as releaseRow } from '../../store/persons/persons.ts';
import { findPersonState, type PersonState } from '../../store/reports/persons.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import type { Decision } from '../settling/settle-writebacks.ts';
import { writeAudit } from '../write-audit.ts';

export type Held =
  | { kind: 'done'; person: PersonState }
  | { kind: 'unknown' }
  | { kind: 'erased' }
  /** Only of a release. */
  | { kind: 'not_held' };

/** `until`, ISO 8601: when it ends by itself; null: it does not. A second hold takes the place of the first. */
export async function holdPerson(
  context: Context,
  id: string,
  decision: Decision & { until: string | null },
): Promise<Held> {
  const { reason, until } = decision;
  return decide(context, id, decision, 'person.held', { until }, async (tx) => {
    await holdRow(tx, id, reason, until);
    return true;
  });
}

export async function releasePerson(context: Context, id: string, decision: Decision): Promise<Held> {
  return decide(context, id, decision, 'person.released', {}, async (tx, person) => {
    if (person.held_at === null) return false;
    await releaseRow(tx, id);
    return true;
  });
}

function decide(
  context: Context,
  id: string,
  { actor, reason, requestId }: Decision,
  action: string,
  detail: Record<string, unknown>,
  carryOut: (tx: Tx, person: PersonState) => Promise<boolean>,
): Promise<Held> {
  return inDecision(context, async (tx): Promise<Held> => {
    if (!isId('per', id) || (await lockPersons(tx, [id])) === 0) return { kind: 'unknown' };
    const person = await findPersonState(tx, id);
    if (!person) return { kind: 'unknown' };
    if (person.erased_at !== null) return { kind: 'erased' };
    if (!(await carryOut(tx, person))) return { kind: 'not_held' };
    await writeAudit(tx, {
      actor,
      action,
      objectKind: 'person',
      objectId: id,
      detail: { reason, ...detail },
      ...(requestId === undefined ? {} : { requestId }),
    });
    return { kind: 'done', person: (await findPersonState(tx, id)) ?? person };
  });
}
