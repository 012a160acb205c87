// Finding persons who may be one human, by what is indexed blindly, and linking those that are.
import { sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';

/** A person with the sealed values by which persons are compared, newest first; `element` of which `subject`. */
export interface ComparedPerson {
  id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  email_index: Buffer | null;
  values: { subject: string; element: string; value: string }[];
}

const valuesOf = (elements: readonly string[]) => sql`
  coalesce((select json_agg(json_build_object('subject', v.subject_id, 'element', v.element, 'value', encode(v.value_ct, 'hex')) order by v.written_at desc, v.subject_id)
    from subject s join element_value v on v.subject_id = s.id where s.person_id = p.id and v.element = any(${[...elements]}::text[]) and v.value_ct is not null), '[]')`;

/** Persons who became known, or known by something new, since they were last compared; the oldest first. */
export async function findUncompared(db: Db, elements: readonly string[], rowsMax: number): Promise<ComparedPerson[]> {
  const { rows } = await sql<ComparedPerson>`
    select p.id, p.data_key, p.commit_key, p.email_index, ${valuesOf(elements)} as values
    from person p where p.compared_at is null and p.erased_at is null order by p.id limit ${rowsMax}`.execute(db);
  return rows;
}

export interface Indexes {
  email: Buffer | null;
  phone: Buffer | null;
  name: readonly number[];
}

export interface LikePerson extends ComparedPerson {
  email: boolean;
  phone: boolean;
  /** Of its newest subject. */
  subject: string;
}

/**
 * Others that share an index with this person, at most so many by each; those with the same address or number first. Not those who
 * are linked already, whose profile is the same in the same system, or who are only known by another kind of subject: a hire comes
 * from an application.
 */
export async function findAlike(
  db: Db,
  person: string,
  { email, phone, name }: Indexes,
  elements: readonly string[],
  rowsMax: number,
): Promise<LikePerson[]> {
  const { rows } = await sql<LikePerson>`
    with me as (select id, coalesce(linked_to, id) as root, profile_system, profile_ref from person where id = ${person}),
    mine as (select machine from subject where person_id = ${person}),
    found as (
      (select id from person where email_index = ${email} limit ${rowsMax})
      union (select id from person where phone_index = ${phone} limit ${rowsMax})
      union (select id from person where name_index && ${[...name]}::int[] limit ${rowsMax}))
    select p.id, p.data_key, p.commit_key, p.email_index, coalesce(p.email_index = ${email}, false) as email, coalesce(p.phone_index = ${phone}, false) as phone,
      (select s.id from subject s where s.person_id = p.id order by s.id desc limit 1) as subject, ${valuesOf(elements)} as values
    from found join person p on p.id = found.id, me
    where p.id <> me.id and p.erased_at is null and coalesce(p.linked_to, p.id) <> me.root
      and (p.profile_ref is null or me.profile_ref is null or (p.profile_system, p.profile_ref) <> (me.profile_system, me.profile_ref))
      and exists (select from subject s where s.person_id = p.id and s.machine in (select machine from mine))
    order by (p.email_index = ${email}) desc nulls last, (p.phone_index = ${phone}) desc nulls last, p.id desc limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}

/** Of these keys, those under which somebody was asked before, whatever the answer was. */
export async function findAsked(db: Db, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .selectFrom('incident')
    .select('key')
    .where('key', 'in', [...keys])
    .execute();
  return new Set(rows.map((row) => row.key));
}

/** One comparison after the other: two that become known at once would not see each other. Until the transaction ends. */
export async function takeComparingTurn(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('interlock compares persons'))`.execute(tx);
}

/** This person was compared; what it can be found by is kept. Not for one who was erased meanwhile. */
export async function markCompared(tx: Tx, person: string, { phone, name }: Omit<Indexes, 'email'>): Promise<void> {
  await sql`
    update person set phone_index = ${phone}, name_index = ${name.length === 0 ? null : [...name]}::int[], compared_at = clock_timestamp()
    where id = ${person} and erased_at is null`.execute(tx);
}

/** Everybody who is linked to one of these, themselves included, in id order; `erased` of any. */
export async function familyOf(db: Db, persons: readonly string[]): Promise<{ id: string; erased: boolean }[]> {
  const { rows } = await sql<{ id: string; erased: boolean }>`
    with roots as (select coalesce(linked_to, id) as id from person where id = any(${[...persons]}::text[]))
    select p.id, p.erased_at is not null as erased from person p
    where p.id in (select id from roots) or p.linked_to in (select id from roots) order by p.id`.execute(db);
  return rows;
}

/** All of them are one human from now on; the first one stands for it. */
export async function linkPersons(tx: Tx, persons: readonly string[]): Promise<void> {
  const [root, ...others] = [...persons].sort();
  if (root === undefined) return;
  await sql`update person set linked_to = ${root} where id = any(${others}::text[])`.execute(tx);
  await sql`update person set linked_to = null where id = ${root}`.execute(tx);
}

/** Persons with this profile. */
export async function personsOfProfile(db: Db, system: string, ref: string): Promise<string[]> {
  const rows = await db
    .selectFrom('person')
    .select('id')
    .where('profile_system', '=', system)
    .where('profile_ref', '=', ref)
    .where('erased_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

/** The system made one profile of two. Returns how many persons had the one that is gone. */
export async function moveProfile(tx: Tx, system: string, from: string, into: string): Promise<number> {
  const { numAffectedRows } =
    await sql`update person set profile_ref = ${into} where profile_system = ${system} and profile_ref = ${from} and erased_at is null`.execute(
      tx,
    );
  return Number(numAffectedRows ?? 0);
}

/** Open proposals about two of these persons. */
export async function proposalsWithin(tx: Tx, persons: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from incident where kind = 'duplicate_profile' and settled_at is null
      and split_part(key, '/', 2) = any(${[...persons]}::text[]) and split_part(key, '/', 3) = any(${[...persons]}::text[])`.execute(
    tx,
  );
  return rows.map((row) => row.key);
}
