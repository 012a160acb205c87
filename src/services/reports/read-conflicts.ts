// Shows both values of a field conflict to a person who may read them; each reading is audited.
import type { PersonId } from '../../core/ids.ts';
import { keysOf } from '../../store/persons/persons.ts';
import { findConflictValues } from '../../store/reports/incidents.ts';
import type { Context } from '../context.ts';
import type { Disputed } from '../record-events/conflicts.ts';
import { writeAudit } from '../write-audit.ts';
import type { Reader } from './read-subject.ts';

export interface ConflictValues extends Disputed {
  element: string;
  /** What holds at this moment; a later change may have replaced what was disputed. */
  now: unknown;
}

/** Undefined when there is no such conflict, or nothing is left of it. Holds personal data. */
export async function readConflictValues(
  context: Context,
  id: string,
  { actor, requestId }: Reader,
): Promise<ConflictValues | undefined> {
  const { vault } = context;
  const row = await findConflictValues(context.database.reports, id);
  if (!row?.values_ct) return undefined;
  const wrapped = (await keysOf(context.database.reports, [row.person_id])).get(row.person_id);
  const keys = wrapped && vault.unwrap(row.person_id as PersonId, wrapped);
  if (!keys) return undefined;
  await writeAudit(context.database.engine, {
    actor,
    action: 'conflict.read',
    objectKind: 'incident',
    objectId: id,
    detail: { subject: row.subject_id, element: row.element },
    ...(requestId === undefined ? {} : { requestId }),
  });
  const disputed = vault.unsealJson(keys.dataKey, ['incident', 'values_ct', id], row.values_ct) as Disputed;
  const place = ['element_value', row.element, row.subject_id] as const;
  const now = row.value_ct ? vault.unsealJson(keys.dataKey, place, row.value_ct) : null;
  return { element: row.element, ...disputed, now };
}
