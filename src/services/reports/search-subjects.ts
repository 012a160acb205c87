// Finds subjects by whatever somebody has at hand: an id, a system's name for it, or a person's address, number or name.

import { isId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { trigrams } from '../../core/persons/likeness.ts';
import { findPersonsByEmail, findPersonsByName, findPersonsByPhone } from '../../store/reports/persons.ts';
import { findSubjects, refSystems, subjectsNamed } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { auditPerson } from '../persons/find-persons.ts';
import { nameIndex, phoneIndex } from '../persons/person-indexes.ts';
import { writeAudit } from '../write-audit.ts';
import { type Reader, type SubjectView, viewOf } from './read-subject.ts';

export const foundBy = ['id', 'name_at_system', 'email', 'phone', 'name'] as const;
export type FoundBy = (typeof foundBy)[number];

export interface Hit {
  subject: SubjectView;
  by: FoundBy;
  /** Of a name: the share of its index that is the same, 0 to 1; else null. */
  alike: number | null;
}

export interface SearchResult {
  hits: Hit[];
  /** What was looked for: what cannot be an address is not looked for as one. */
  tried: FoundBy[];
  /** There were more than are given. */
  more: boolean;
}

interface Found {
  subject: string;
  person: string | null;
  by: FoundBy;
  alike: number | null;
}

/**
 * Tries everything that the term can be, at most `limits.foundSubjectsMax` subjects. Neither the term nor anything made of it
 * is kept: the audit log says what kind of search it was and whom it found.
 */
export async function searchSubjects(context: Context, term: string, reader: Reader): Promise<SearchResult> {
  const text = term.trim().slice(0, limits.identifierCharsMax);
  const tried = waysOf(text);
  const rowsMax = limits.foundSubjectsMax;
  const found: Found[] = [];
  for (const by of tried) found.push(...(await searches[by](context, text, rowsMax + 1)));
  const first = new Map<string, Found>();
  for (const one of found) if (!first.has(one.subject)) first.set(one.subject, one);
  const chosen = [...first.values()].slice(0, rowsMax);
  await audit(context, reader, tried, chosen);
  const rows = await findSubjects(
    context.database.reports,
    chosen.map(({ subject }) => subject),
  );
  return {
    hits: rows.map((row) => {
      const { by, alike } = first.get(row.id) as Found;
      return { subject: viewOf(context, row), by, alike };
    }),
    tried,
    more: first.size > rowsMax,
  };
}

function waysOf(text: string): FoundBy[] {
  if (text === '') return [];
  if (isId('sub', text) || isId('per', text)) return ['id'];
  if (text.includes('@')) return ['email', 'name_at_system'];
  const number = /^\+?[\d\s()/.-]{7,}$/.test(text);
  const name = /\p{L}{2}/u.test(text) && !/\d/.test(text);
  return ['name_at_system', ...(number ? (['phone'] as const) : []), ...(name ? (['name'] as const) : [])];
}

const searches: Record<FoundBy, (context: Context, text: string, rowsMax: number) => Promise<Found[]>> = {
  async id({ database }, text, rowsMax) {
    if (isId('sub', text)) return [{ subject: text, person: null, by: 'id', alike: null }];
    const rows = await database.reports
      .selectFrom('subject')
      .select('id')
      .where('person_id', '=', text)
      .limit(rowsMax)
      .execute();
    return rows.map(({ id }) => ({ subject: id, person: text, by: 'id', alike: null }));
  },
  async name_at_system({ database, vault }, text, rowsMax) {
    const systems = await refSystems(database.reports);
    const names = systems.map((system) => ({ system, ref: vault.impersonalId(system, text) }));
    const ids = await subjectsNamed(database.reports, names, rowsMax);
    return ids.map((subject) => ({ subject, person: null, by: 'name_at_system', alike: null }));
  },
  async email({ database, vault }, text, rowsMax) {
    const rows = await findPersonsByEmail(database.reports, vault.emailIndex(text), rowsMax);
    return rows.flatMap(({ id, subjects }) =>
      subjects.map((subject) => ({ subject: subject.id, person: id, by: 'email' as const, alike: null })),
    );
  },
  async phone({ database, vault }, text, rowsMax) {
    const index = phoneIndex(vault, text);
    const rows = index === null ? [] : await findPersonsByPhone(database.reports, index, rowsMax);
    return rows.flatMap(({ id, subjects }) =>
      subjects.map((subject) => ({ subject, person: id, by: 'phone' as const, alike: null })),
    );
  },
  async name({ database, vault }, text, rowsMax) {
    const parts = nameIndex(vault, trigrams(text));
    const rows = await findPersonsByName(database.reports, parts, rowsMax);
    return rows.flatMap(({ id, alike, subjects }) =>
      subjects.map((subject) => ({ subject, person: id, by: 'name' as const, alike: alike / parts.length })),
    );
  },
};

/** One row for the search, and one for each person that it found by something personal. */
async function audit(
  context: Context,
  reader: Reader,
  tried: readonly FoundBy[],
  found: readonly Found[],
): Promise<void> {
  const { actor, requestId } = reader;
  await writeAudit(context.database.engine, {
    actor,
    action: 'subject.searched',
    objectKind: 'search',
    objectId: tried.join(',') || 'nothing',
    detail: { by: tried, subjects: found.length },
    ...(requestId === undefined ? {} : { requestId }),
  });
  const persons = new Map(found.flatMap(({ person, by }) => (person === null ? [] : [[person, by] as const])));
  for (const [person, by] of persons) await auditPerson(context, reader, 'person.found', person, { by });
}
