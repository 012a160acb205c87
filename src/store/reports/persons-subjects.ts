// The subjects of some persons, so that somebody can look at both before saying that they are one human.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';

export interface PersonSubjects {
  person: string;
  /** The newest first, at most 20. */
  subjects: { id: string; machine: string; state: string }[];
}

/** In the order of the persons given. */
export async function subjectsOfPersons(db: Db, persons: readonly string[]): Promise<PersonSubjects[]> {
  if (persons.length === 0) return [];
  const { rows } = await sql<PersonSubjects>`
    select n.person, coalesce((select json_agg(s) from (
        select id, machine, state from subject where person_id = n.person order by id desc limit 20) s), '[]') as subjects
    from unnest(${[...persons]}::text[]) with ordinality as n(person, place) order by n.place`.execute(db);
  return rows;
}
