// Retention: who is due by the dictionary's classes, and erasing them when that is turned on.

import { limits } from '../../core/limits.ts';
import { keepingOf } from '../../core/persons/retention.ts';
import { type DuePerson, findDuePersons } from '../../store/persons/due-persons.ts';
import type { Context } from '../context.ts';
import { erasePerson } from './erase-person.ts';

/** Who would be erased now, the longest due first; changes nothing. Who is under a legal hold is not due. */
export function findDue(context: Context, rowsMax: number): Promise<DuePerson[]> {
  return findDuePersons(context.database.reports, keepingOf(context.dictionary), rowsMax);
}

/** One round; bounded. Returns how many persons were erased. */
export async function eraseDue(context: Context): Promise<number> {
  const due = await findDue(context, limits.retentionRowsMax);
  for (const { id, due_at } of due)
    await erasePerson(context, id, {
      actor: { kind: 'system', id: 'retention' },
      basis: 'retention_over',
      reason: `due since ${due_at}`,
    });
  return due.length;
}
