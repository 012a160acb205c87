// Persons: their keys, their legal hold, and how far their erasure is.
import { sql } from 'kysely';
import { isoMicros, statementClock } from '../database/clock.ts';
import type { Db, Tx } from '../database/database.ts';
import { insertRows, recordset } from '../database/insert-rows.ts';

export interface NewPerson {
  id: string;
  data_key: Buffer;
  commit_key: Buffer;
  master_key_id: string;
  email_index: Buffer | null;
  /** What a system calls its profile of this human. */
  profile_system: string | null;
  profile_ref: string | null;
}

export async function insertPersons(tx: Tx, persons: readonly NewPerson[]): Promise<void> {
  await insertRows(tx, 'person', persons as never);
}

/** The id of the master key that the newest person's keys are wrapped by; null where there is nobody yet. */
export async function latestMasterKey(db: Db): Promise<string | null> {
  const row = await db.selectFrom('person').select('master_key_id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.master_key_id ?? null;
}

/** Wrapped keys by person; both null for one who was erased. */
export async function keysOf(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { data_key: Buffer | null; commit_key: Buffer | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('person')
    .select(['id', 'data_key', 'commit_key'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Locks persons in id order: who holds and who erases go one after the other. Returns how many there are. */
export async function lockPersons(tx: Tx, ids: readonly string[]): Promise<number> {
  const { rows } =
    await sql`select from person where id = any(${[...ids]}::text[]) order by id for no key update`.execute(tx);
  return rows.length;
}

/** The first of these persons that is under a legal hold now. */
export async function findHeld(
  db: Db,
  ids: readonly string[],
): Promise<{ id: string; held_reason: string; held_until: string | null } | undefined> {
  const { rows } = await sql<{ id: string; held_reason: string; held_until: string | null }>`
    select id, held_reason, ${isoMicros(sql`held_until`)} as held_until from person
    where id = any(${[...ids]}::text[]) and held_at is not null and coalesce(held_until > clock_timestamp(), true) order by id limit 1`.execute(
    db,
  );
  return rows[0];
}

/** `until` null: for as long as nobody lifts it. */
export async function holdPerson(tx: Tx, id: string, reason: string, until: string | null): Promise<void> {
  await sql`update person set held_at = clock_timestamp(), held_until = ${until}::timestamptz, held_reason = ${reason} where id = ${id}`.execute(
    tx,
  );
}

export async function releasePerson(tx: Tx, id: string): Promise<void> {
  await sql`update person set held_at = null, held_until = null, held_reason = null where id = ${id}`.execute(tx);
}

/** Something that tells persons apart became known or changed: they are compared again. An address is kept by its index. */
export async function learnContacts(
  tx: Tx,
  rows: readonly { id: string; email_index: Buffer | null }[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    update person p set email_index = coalesce(n.email_index, p.email_index), compared_at = null from ${recordset('person', rows as never)} n
    where p.id = n.id and p.id = any(${rows.map(({ id }) => id)}::text[]) and p.erased_at is null`.execute(tx);
}

/** An erasure that is through in the tables and not everywhere yet. */
export interface OpenErasure {
  id: string;
  /** Stores that are through. */
  stores: Record<string, string>;
  subjects: { id: string; machine: string }[];
}

/** The oldest first. */
export async function findOpenErasures(db: Db, rowsMax: number): Promise<OpenErasure[]> {
  const { rows } = await sql<OpenErasure>`
    select p.id, p.erasure_stores as stores,
      coalesce((select json_agg(json_build_object('id', s.id, 'machine', s.machine) order by s.id) from subject s where s.person_id = p.id), '[]') as subjects
    from person p where p.erased_at is not null and p.erasure_ended_at is null order by p.erased_at limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

/** A store is through for these persons; `erasedBefore`: only for those who were erased by then. */
export async function markErasure(
  db: Db,
  ids: readonly string[],
  store: string,
  how: string,
  erasedBefore: string | null,
): Promise<void> {
  await sql`
    update person set erasure_stores = erasure_stores || jsonb_build_object(${store}::text, ${how}::text)
    where id = any(${[...ids]}::text[]) and not erasure_stores ? ${store} and (${erasedBefore}::timestamptz is null or erased_at < ${erasedBefore}::timestamptz)`.execute(
    db,
  );
}

/** Ends the erasures that are through in all these stores. Returns them. */
export async function endErasures(
  tx: Tx,
  ids: readonly string[],
  stores: readonly string[],
): Promise<{ id: string; stores: Record<string, string> }[]> {
  const { rows } = await sql<{ id: string; stores: Record<string, string> }>`
    update person set erasure_ended_at = clock_timestamp()
    where id = any(${[...ids]}::text[]) and erasure_ended_at is null and erasure_stores ?& ${[...stores]}::text[]
    returning id, erasure_stores as stores`.execute(tx);
  return rows;
}

/** Persons who were erased within the last so many milliseconds. */
export async function findErasedSince(db: Db, withinMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from person where erased_at > ${statementClock} - ${withinMs} * interval '1 ms'`.execute(db);
  return rows.map((row) => row.id);
}
