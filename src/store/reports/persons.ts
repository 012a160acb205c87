// Persons as people look at them: what is known of them without their values, and who was told of them.
import { type RawBuilder, sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

/** A person without any value. Times are ISO 8601 with microseconds. */
export interface PersonState {
  id: string;
  created_at: string;
  held_at: string | null;
  held_until: string | null;
  held_reason: string | null;
  /** Whether the hold still lasts. */
  held: boolean;
  erased_at: string | null;
  /** What of the erasure is through beside the rows: store to time. */
  erasure_stores: Record<string, string>;
  erasure_ended_at: string | null;
  subjects: { id: string; machine: string; state: string; ended: boolean }[];
  /** Persons who are the same human, as somebody decided. */
  linked: string[];
  /** Systems that hold copies: those that were written to, or that wrote. */
  recipients: string[];
}

const columns = sql`p.id, ${isoMicros(sql`p.created_at`)} as created_at, ${isoMicros(sql`p.held_at`)} as held_at, ${isoMicros(sql`p.held_until`)} as held_until,
  p.held_reason, p.held_at is not null and coalesce(p.held_until > clock_timestamp(), true) as held, ${isoMicros(sql`p.erased_at`)} as erased_at, p.erasure_stores,
  ${isoMicros(sql`p.erasure_ended_at`)} as erasure_ended_at,
  coalesce((select json_agg(json_build_object('id', s.id, 'machine', s.machine, 'state', s.state, 'ended', s.ended) order by s.id) from subject s where s.person_id = p.id), '[]') as subjects,
  coalesce((select json_agg(o.id order by o.id) from person o
    where o.id <> p.id and (o.linked_to = coalesce(p.linked_to, p.id) or o.id = p.linked_to)), '[]') as linked,
  coalesce((select json_agg(distinct w.connection_id) from subject s join writeback w on w.subject_id = s.id
    where s.person_id = p.id and (w.status = 'confirmed' or w.attempt > 0)), '[]') as recipients`;

export async function findPersonState(db: Db, id: string): Promise<PersonState | undefined> {
  const { rows } = await sql<PersonState>`select ${columns} from person p where p.id = ${id}`.execute(db);
  return rows[0];
}

/** Everybody who gave this address. An erased person is not found by it any more. */
export async function findPersonsByEmail(db: Db, emailIndex: Buffer, rowsMax: number): Promise<PersonState[]> {
  const { rows } =
    await sql<PersonState>`select ${columns} from person p where p.email_index = ${emailIndex} order by p.id limit ${rowsMax}`.execute(
      db,
    );
  return rows;
}

export interface FoundPerson {
  id: string;
  /** Of the parts of a name's index, how many it shares; 0 where it was not found by a name. */
  alike: number;
  subjects: string[];
}

/** Persons with this telephone number. */
export const findPersonsByPhone = (db: Db, index: Buffer, rowsMax: number): Promise<FoundPerson[]> =>
  found(db, sql`select p.id, 0 as alike from person p where p.phone_index = ${index} order by p.id limit ${rowsMax}`);

/** Persons whose names are alike, the most alike first. */
export const findPersonsByName = (db: Db, parts: readonly number[], rowsMax: number): Promise<FoundPerson[]> =>
  parts.length === 0
    ? Promise.resolve([])
    : found(
        db,
        sql`select p.id, (select count(*)::int from unnest(p.name_index) n where n = any(${[...parts]}::int[])) as alike
          from person p where p.name_index && ${[...parts]}::int[] order by alike desc, p.id desc limit ${rowsMax}`,
      );

async function found(db: Db, persons: RawBuilder<unknown>): Promise<FoundPerson[]> {
  const { rows } = await sql<FoundPerson>`
    select q.id, q.alike, coalesce((select json_agg(s.id order by s.id desc) from subject s where s.person_id = q.id), '[]') as subjects
    from (${persons}) q order by q.alike desc, q.id desc`.execute(db);
  return rows;
}

/** What systems call these subjects. */
export async function refsOf(
  db: Db,
  subjects: readonly string[],
): Promise<{ subject_id: string; system: string; ref: string }[]> {
  if (subjects.length === 0) return [];
  return db
    .selectFrom('subject_ref')
    .select(['subject_id', 'system', 'external_id as ref'])
    .where('subject_id', 'in', [...subjects])
    .orderBy('system')
    .orderBy('external_id')
    .execute();
}
