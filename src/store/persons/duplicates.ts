// Finding persons who may be one human, by what is indexed blindly, and linking those that are.
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import { recordset } from '../database/insert-rows.ts';

/** A person with the sealed values by which persons are compared, newest first; `element` of which `subject`. */
export interface ComparedPerson {
  id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  email_index: Buffer | null;
  values: { subject: string; element: string; value: string }[];
}

/** Of these subjects, an array; the newest first. */
const valuesOf = (subjects: RawBuilder<unknown>, elements: readonly string[]) => sql`
  coalesce((select json_agg(json_build_object('subject', v.subject_id, 'element', v.element, 'value', encode(v.value_ct, 'hex')) order by v.written_at desc, v.subject_id)
    from element_value v where v.subject_id = any(${subjects}) and v.element = any(${[...elements]}::text[]) and v.value_ct is not null), '[]')`;

/** Persons who became known, or known by something new, since they were last compared; the oldest first. */
export async function findUncompared(db: Db, elements: readonly string[], rowsMax: number): Promise<ComparedPerson[]> {
  const { rows } = await sql<ComparedPerson>`
    select p.id, p.data_key, p.commit_key, p.email_index, ${valuesOf(sql`array(select s.id from subject s where s.person_id = p.id)`, elements)} as values
    from person p where p.compared_at is null and p.erased_at is null order by p.id limit ${rowsMax}`.execute(db);
  return rows;
}

/** What a person is found by: blind indexes of the address, the number and the name; `name_index` is empty without a name. */
export interface Indexed {
  id: string;
  email_index: Buffer | null;
  phone_index: Buffer | null;
  name_index: readonly number[];
}

export interface LikePerson extends ComparedPerson {
  /** Whom they are like. */
  person: string;
  email: boolean;
  phone: boolean;
  /** Of its newest subject. */
  subject: string;
}

/**
 * Others that share an index with each of these persons, at most so many by each; those with the same address or number first. Not those
 * who are linked already, whose profile is the same in the same system, or who are only known by another kind of subject: a hire comes
 * from an application. Of the persons themselves, those with a smaller id are found by what is given here, as if they were marked already.
 */
export async function findAlike(
  db: Db,
  persons: readonly Indexed[],
  elements: readonly string[],
  rowsMax: number,
): Promise<LikePerson[]> {
  if (persons.length === 0) return [];
  const columns = sql`p.id, p.data_key, p.commit_key, p.email_index, p.phone_index, p.linked_to, p.profile_system, p.profile_ref, p.erased_at`;
  // `offset 0`, beside another table: planned as if all were wanted, so that no limit makes reading the whole table until enough have shared a name look cheap.
  const { rows } = await sql<LikePerson>`
    with want as (select id, email_index, phone_index, name_index from ${recordset('person', persons as never)})
    select w.id as person, other.* from want w
    cross join lateral (
      select id, linked_to, profile_system, profile_ref, array(select machine from subject where person_id = w.id) as machines
      from person where id = w.id limit 1) me
    cross join lateral (
      select p.id, p.data_key, p.commit_key, p.email_index, coalesce(p.email_index = w.email_index, false) as email,
        coalesce(case when before.id is null then p.phone_index else before.phone_index end = w.phone_index, false) as phone,
        known.subject, ${valuesOf(sql`known.subjects`, elements)} as values
      from (
        select distinct on (id) * from (
          (select ${columns} from person p where p.email_index = w.email_index limit ${rowsMax})
          union all (select ${columns} from person p where p.phone_index = w.phone_index limit ${rowsMax})
          union all (
            select ${columns} from want mine cross join lateral (select * from person where name_index && mine.name_index offset 0) p
            where mine.id = w.id limit ${rowsMax})
          union all
            select ${columns} from want mate cross join lateral (select * from person where id = mate.id offset 0) p
            where mate.id < w.id and (mate.phone_index = w.phone_index or mate.name_index && w.name_index)) each order by id) p
      left join want before on before.id = p.id and before.id < w.id
      cross join lateral (
        select max(s.id) as subject, bool_or(s.machine = any(me.machines)) as shares_machine, array_agg(s.id) as subjects
        from subject s where s.person_id = p.id) known
      where p.id <> me.id and p.erased_at is null and coalesce(p.linked_to, p.id) <> coalesce(me.linked_to, me.id)
        and (p.profile_ref is null or me.profile_ref is null or (p.profile_system, p.profile_ref) <> (me.profile_system, me.profile_ref))
        and known.shares_machine
        and (before.id is null or p.email_index = w.email_index or before.phone_index = w.phone_index or before.name_index && w.name_index)
      order by (p.email_index = w.email_index) desc nulls last,
        (case when before.id is null then p.phone_index else before.phone_index end = w.phone_index) desc nulls last, p.id desc limit ${rowsMax}) other`.execute(
    db,
  );
  return rows;
}

/** Of these keys, those under which somebody was asked before, whatever the answer was. */
export async function findAsked(db: Db, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await sql<{ key: string }>`select key from incident where key = any(${[...keys]}::text[])`.execute(
    db,
  );
  return new Set(rows.map((row) => row.key));
}

/**
 * One comparison after the other: two that become known at once would not see each other. Until the transaction ends. In it, everything
 * is found by keys: a plan that was made while there were few persons would go through all of them for each.
 */
export async function takeComparingTurn(tx: Tx): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtext('interlock compares persons')), set_config('plan_cache_mode', 'force_generic_plan', true),
      set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`.execute(
    tx,
  );
}

/** These persons were compared, in id order; what they can be found by is kept. Not for those who were erased meanwhile. */
export async function markCompared(tx: Tx, persons: readonly Indexed[]): Promise<void> {
  if (persons.length === 0) return;
  await sql`
    update person p set phone_index = n.phone_index, name_index = nullif(n.name_index, '{}'), compared_at = clock_timestamp()
    from ${recordset('person', persons as never)} n where p.id = n.id and p.erased_at is null`.execute(tx);
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
