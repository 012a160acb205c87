// Finds persons: by an address they gave, or by id; without any value of theirs, and each search is audited.
import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { findPersonState, findPersonsByEmail, type PersonState } from '../../store/reports/persons.ts';
import type { Context } from '../context.ts';
import type { Reader } from '../reports/read-subject.ts';
import { writeAudit } from '../write-audit.ts';

export interface PersonView {
  id: string;
  createdAt: string;
  subjects: PersonState['subjects'];
  /** Null when nobody holds it, or the hold is over. */
  hold: { since: string; until: string | null; reason: string } | null;
  /** Null when nobody was erased. `stores`: what is through beside the rows; `endedAt`: when all of it was. */
  erasure: { at: string; stores: Record<string, string>; endedAt: string | null } | null;
  /** Persons who are the same human, as somebody decided: exported and erased together. */
  linked: string[];
  /** Connections that were written to about it: they hold copies of their own. */
  recipients: string[];
}

/** Persons are not merged by their addresses: one human may be several. */
export async function findByEmail(context: Context, email: string, reader: Reader): Promise<PersonView[]> {
  const index = context.vault.emailIndex(email);
  const rows = await findPersonsByEmail(context.database.reports, index, limits.pageRowsMax);
  for (const { id } of rows) await auditPerson(context, reader, 'person.found', id, { by: 'email' });
  return rows.map(personView);
}

/** Undefined when there is no such person. */
export async function readPerson(context: Context, id: string): Promise<PersonView | undefined> {
  const row = isId('per', id) ? await findPersonState(context.database.reports, id) : undefined;
  return row && personView(row);
}

export const personView = (row: PersonState): PersonView => ({
  id: row.id,
  createdAt: row.created_at,
  subjects: row.subjects,
  hold:
    row.held && row.held_at !== null && row.held_reason !== null
      ? { since: row.held_at, until: row.held_until, reason: row.held_reason }
      : null,
  erasure:
    row.erased_at === null ? null : { at: row.erased_at, stores: row.erasure_stores, endedAt: row.erasure_ended_at },
  linked: row.linked,
  recipients: row.recipients,
});

/** Puts on record who looked at which person. */
export function auditPerson(
  context: Context,
  { actor, requestId }: Reader,
  action: string,
  person: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return writeAudit(context.database.engine, {
    actor,
    action,
    objectKind: 'person',
    objectId: person,
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
