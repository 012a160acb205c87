// Whose time to be kept is over: a walk, some at a time, so that each statement ends in time however many persons there are.
import { type RawBuilder, sql } from 'kysely';
import { isoMicros, statementClock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';

/** Somebody whose time is over, or will be. */
export interface DuePerson {
  id: string;
  /** When the last subject ended, or, for somebody without one, when the last event came. */
  since: string;
  due_at: string;
}

/** In ms: by element; for who has no values; for those of whom no subject ever became known. */
export interface KeptFor {
  keepMs: Readonly<Record<string, number>>;
  restMs: number;
  strangerMs: number;
}

/** Subjects, or persons, that one statement looks at. */
const atOnceDefault = 2_000;

/**
 * Persons that are due now, the longest due first: all subjects ended, those of linked persons too, and the longest time over that any kept
 * value of theirs is kept; those of whom no subject ever became known, `strangerMs` after their event. Not who is under a legal hold.
 */
export async function findDuePersons(
  db: Db,
  keep: KeptFor,
  rowsMax: number,
  atOnce = atOnceDefault,
): Promise<DuePerson[]> {
  const found = new Longest(rowsMax);
  await walkEnded(db, keep, found, atOnce);
  await walkStrangers(db, keep, found, atOnce);
  return found.rows();
}

/** In the order in which subjects ended; over where nobody who comes later can be due for longer than all that were found. */
async function walkEnded(db: Db, keep: KeptFor, found: Longest, atOnce: number): Promise<void> {
  const shortestMs = Math.min(keep.restMs, ...Object.values(keep.keepMs));
  let after: EndedSubject | undefined;
  for (;;) {
    const page = await endedSubjects(db, shortestMs, after, atOnce);
    after = page.at(-1);
    if (!after) return;
    found.add(
      await dueAmongEnded(
        db,
        keep,
        page.map(({ id }) => id),
      ),
    );
    const last = found.last();
    if (page.length < atOnce || (last && Date.parse(last.due_at) < Date.parse(after.ended_at) + shortestMs)) return;
  }
}

/** By the ids of persons, whose events say nothing of when the next one is due. */
async function walkStrangers(db: Db, keep: KeptFor, found: Longest, atOnce: number): Promise<void> {
  let after = '';
  for (;;) {
    const { rows } = await sql<{ id: string }>`
      select distinct person_id as id from event where subject_id is null and person_id > ${after} order by person_id limit ${atOnce}`.execute(
      db,
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) found.add(await dueAmongStrangers(db, keep, ids));
    if (ids.length < atOnce) return;
    after = ids.at(-1) ?? after;
  }
}

interface EndedSubject {
  id: string;
  ended_at: string;
}

/** Those that ended so long ago that somebody's time may be over: nothing is kept for less than the shortest time. */
async function endedSubjects(
  db: Db,
  shortestMs: number,
  after: EndedSubject | undefined,
  atOnce: number,
): Promise<EndedSubject[]> {
  const behind = after
    ? sql`state_since >= ${after.ended_at}::timestamptz and (state_since, id) > (${after.ended_at}::timestamptz, ${after.id})`
    : sql`true`;
  const { rows } = await sql<EndedSubject>`
    select id, ${isoMicros(sql`state_since`)} as ended_at from subject
    where ended and erased_at is null and state_since <= ${statementClock} - ${shortestMs} * interval '1 ms' and ${behind}
    order by state_since, id limit ${atOnce}`.execute(db);
  return rows;
}

/** `offset 0`: each looked up by its keys, never all of a table. */
async function dueAmongEnded(db: Db, keep: KeptFor, subjects: readonly string[]): Promise<DuePerson[]> {
  const { rows } = await sql<DuePerson>`
    with keep as materialized (select key as element, value::double precision as ms from json_each_text(${JSON.stringify(keep.keepMs)}::json)),
    -- Whoever has a value whose own time is not over is not due, whatever else there is of her.
    candidates as materialized (
      select distinct coalesce(p.linked_to, p.id) as id from subject s
      cross join lateral (select id, linked_to, erased_at from person where id = s.person_id offset 0) p
      where s.id = any(${[...subjects]}::text[]) and p.erased_at is null and not exists (
        select from (select element from element_value where subject_id = s.id and value_ct is not null offset 0) v join keep k on k.element = v.element
        where s.state_since + k.ms * interval '1 ms' > ${statementClock})),
    family as materialized (
      select c.id, p.id as member from candidates c cross join lateral (
        select id from person where id = c.id and erased_at is null
        union all select id from person where linked_to = c.id and erased_at is null) p),
    due as (
      select f.id, max(s.state_since) as since, max(s.ms) as ms from family f cross join lateral (
        select ended, state_since, (select max(k.ms) from (select element from element_value where subject_id = o.id and value_ct is not null offset 0) v
          join keep k on k.element = v.element) as ms
        from subject o where o.person_id = f.member offset 0) s
      group by f.id having bool_and(s.ended))
    ${duePersons(sql`(select id, since, since + coalesce(ms, ${keep.restMs}) * interval '1 ms' as due_at from due)`)}`.execute(
    db,
  );
  return rows;
}

async function dueAmongStrangers(db: Db, keep: KeptFor, persons: readonly string[]): Promise<DuePerson[]> {
  const { rows } = await sql<DuePerson>`
    with strangers as materialized (
      select p.id, e.since from unnest(${[...persons]}::text[]) one(id)
      cross join lateral (select id from person where id = one.id and erased_at is null offset 0) p
      cross join lateral (select max(received_at) as since from event where person_id = p.id and subject_id is null) e
      where not exists (select from subject where person_id = p.id offset 0))
    ${duePersons(sql`(select id, since, since + ${keep.strangerMs} * interval '1 ms' as due_at from strangers)`)}`.execute(
    db,
  );
  return rows;
}

/** Of these (id, since, due_at) those that are due and not held. */
const duePersons = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select d.id, ${isoMicros(sql`d.since`)} as since, ${isoMicros(sql`d.due_at`)} as due_at from ${rows} d
  where d.due_at <= ${statementClock} and not exists (
    select from (select held_at, held_until from person where id = d.id union all select held_at, held_until from person where linked_to = d.id) h
    where h.held_at is not null and coalesce(h.held_until > ${statementClock}, true))`;

/** So many of those who are due for longest; each person once, though she has several subjects. */
class Longest {
  readonly #rowsMax: number;
  #rows = new Map<string, DuePerson>();

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  add(rows: readonly DuePerson[]): void {
    for (const row of rows) this.#rows.set(row.id, row);
    if (this.#rows.size > this.#rowsMax) this.#rows = new Map(this.rows().map((row) => [row.id, row]));
  }

  rows(): DuePerson[] {
    return [...this.#rows.values()].sort(longerDue).slice(0, this.#rowsMax);
  }

  /** Who would be the first to go for somebody due for longer; nobody while there is room. */
  last(): DuePerson | undefined {
    return this.#rows.size < this.#rowsMax ? undefined : this.rows().at(-1);
  }
}

const longerDue = (a: DuePerson, b: DuePerson): number =>
  a.due_at < b.due_at || (a.due_at === b.due_at && a.id < b.id) ? -1 : 1;
