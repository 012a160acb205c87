// The personal values of one subject, decrypted, each with where it came from; whoever calls puts the look on record.
import type { PersonId } from '../../core/ids.ts';
import type { Db } from '../../store/database/database.ts';
import { keysOf } from '../../store/persons/persons.ts';
import { findSubject, type SubjectReport, storedValues } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { OtherKey } from '../vault.ts';

/** A personal value with where it came from. */
export interface ElementView {
  element: string;
  value: unknown;
  source: string;
  event: string;
  version: number;
  dictionaryVersion: number;
  occurredAt: string;
  writtenAt: string;
}

/** Undefined when there is no such subject; nothing once the person is erased; `other_key` when what is there was encrypted under another master key. */
export async function readValues(context: Context, id: string): Promise<ElementView[] | 'other_key' | undefined> {
  const db = context.database.reports;
  const subject = await findSubject(db, id);
  try {
    return subject && (await valuesOf(context, db, subject));
  } catch (error) {
    if (error instanceof OtherKey) return 'other_key';
    throw error;
  }
}

/** Throws `OtherKey`. */
export async function valuesOf(
  context: Context,
  db: Db,
  subject: Pick<SubjectReport, 'id' | 'person_id'>,
): Promise<ElementView[]> {
  const wrapped = (await keysOf(db, [subject.person_id])).get(subject.person_id);
  const keys = wrapped ? context.vault.unwrap(subject.person_id as PersonId, wrapped) : null;
  if (!keys) return [];
  return (await storedValues(db, subject.id)).flatMap((row) =>
    row.value_ct === null
      ? []
      : [
          {
            element: row.element,
            value: context.vault.unsealJson(keys.dataKey, ['element_value', row.element, subject.id], row.value_ct),
            source: row.source,
            event: row.event_id,
            version: row.subject_version,
            dictionaryVersion: row.dictionary_version,
            occurredAt: row.occurred_at,
            writtenAt: row.written_at,
          },
        ],
  );
}
