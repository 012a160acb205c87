// What is counted hour by hour: where its rows lie in time, which of them can change no more, and the lines they make.
import { type RawBuilder, sql } from 'kysely';
import { durationRatio } from '../../core/figures/durations.ts';

export const tallyKinds = ['writes', 'events', 'stays', 'stays_by', 'refusals', 'missing'] as const;
export type TallyKind = (typeof tallyKinds)[number];
export type TallyUnit = 'part' | 'hour' | 'day';

/** The measures of a line of writes, in the order in which they are kept. */
export const writeMeasures = [
  'writebacks',
  'origin',
  'confirmed',
  'first_try',
  'dead',
  'waived',
  'superseded',
  'open',
  'contradicted',
  'attempts',
] as const;

/** `keys`: each line over the whole time; `days`: what each day comes to, whatever its lines are of. */
export type TallyWay = 'keys' | 'days';

/** Of one kind. Its table has the alias `r`. */
export interface TallySource {
  table: RawBuilder<unknown>;
  at: RawBuilder<unknown>;
  id: RawBuilder<unknown> | null;
  /** Since when there is something to count, by an index. Events from before anything moved are never counted, and read as rows. */
  first: RawBuilder<unknown>;
  /** Whether a row can still change; null where none can. `asOf`: what had ended by then, ISO 8601. */
  open(asOf: string): RawBuilder<boolean> | null;
  /** Condition on a row with no alias, of those that are left out of what is counted for as long as nobody acts: few, and with an index of their own. */
  unfinished: RawBuilder<boolean> | null;
  /** What a line asks of such a row: with the table's names, and as the index of what is unfinished has it alone; all columns where it is missing. */
  asked?: { columns: RawBuilder<unknown>; ofUnfinished: RawBuilder<unknown> };
  /** What follows the table in a `from` clause. */
  joined(attempts: AttemptsUpTo): RawBuilder<unknown>;
  /** Which of its rows count at all; all of them where it is missing. */
  only?: RawBuilder<boolean>;
  /** What a line is of. */
  keys: readonly RawBuilder<unknown>[];
  counts: readonly RawBuilder<unknown>[];
  /** Lists of steps with commas between. */
  durations: readonly RawBuilder<unknown>[];
}

/** Which attempts count: those that had ended by a moment (ISO 8601), all of them, or none, where nobody asks, since each writeback's are looked up. */
export type AttemptsUpTo = string | 'all' | 'none';

/** The step of a duration in ms, as `stepOf` of src/core/figures/durations.ts has it. */
const step = (ms: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${ms} <= 1 then 0 else round(ln(${ms}) / ln(${sql.lit(durationRatio)}::double precision))::int end`;

/** A duration in ms as the scale has it. */
export const onScale = (ms: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`power(${sql.lit(durationRatio)}::double precision, ${step(ms)})`;

const msBetween = (from: string, to: string): RawBuilder<unknown> =>
  sql`(date_part('epoch', ${sql.ref(to)} - ${sql.ref(from)}) * 1000)`;

/** A list of all steps of a group, as text: an array of ten thousand numbers is read many times more slowly. */
const listed = (ms: RawBuilder<unknown>, filter = sql`true`): RawBuilder<unknown> =>
  sql`coalesce(string_agg((${step(ms)})::text, ',') filter (where ${filter}), '')`;

/** Refused because the machine has no such way from there; missing elements and unknown events are faults of another kind. */
const jumpCodes = ['illegal_transition', 'source_not_authorised', 'guard_failed', 'closed', 'expired'];

/** Condition on an event with this alias. */
export const isJump = (event: string): RawBuilder<boolean> => {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`${of('disposition')} = 'refused' and ${of('code')} = any(${jumpCodes}::text[]) and ${of('claim')} is not null and ${of('detail')} ->> 'state' is not null`;
};

const shown = sql`r.status = 'confirmed' and r.settled_by is distinct from 'origin'`;

const nothing = (): RawBuilder<unknown> => sql``;
const one = sql`count(*)`;
const firstMove = sql`select min(recorded_at) from transition`;
const parked = {
  first: firstMove,
  open: () => sql<boolean>`r.disposition = 'parked'`,
  unfinished: sql<boolean>`disposition = 'parked'`,
};
const fixed = { first: firstMove, id: null, open: () => null, unfinished: null };
const stay = listed(msBetween('e.recorded_at', 'r.recorded_at'));
const entered = sql`join transition e on e.subject_id = r.subject_id and e.version = r.version - 1`;
const stateLeft = [sql`r.machine`, sql`r.machine_version::text`, sql`r.from_state`];

export const tallySources: Readonly<Record<TallyKind, TallySource>> = {
  writes: {
    table: sql`writeback`,
    at: sql`r.created_at`,
    id: sql`r.id`,
    first: sql`select min(created_at) from writeback`,
    // All of its attempts had ended, or the last was begun so long ago that what still comes of it is found by `attempt_late`.
    open: (asOf) =>
      sql<boolean>`(r.status in ('ready', 'leased', 'dead') or (coalesce(r.leased_at, r.created_at) > ${asOf}::timestamptz - interval '15 min'
        and r.attempt > (select count(distinct t.attempt) from attempt t where t.writeback_id = r.id and t.settled_at < ${asOf}::timestamptz)))`,
    unfinished: sql<boolean>`status in ('ready', 'leased', 'dead')`,
    // What only a confirmed one has is asked of none that is unfinished.
    asked: {
      columns: sql`id, status, attempt, tries, contradictions, machine, event_type, connection_id, created_at, settled_by, settled_at, occurred_at, conflicts`,
      ofUnfinished: sql`id, status, attempt, tries, contradictions, machine, event_type, connection_id, created_at,
        null::text, null::timestamptz, null::timestamptz, null::int`,
    },
    joined: (attempts) => sql`cross join lateral (${attemptsOf(attempts)}) a`,
    keys: [sql`r.machine`, sql`r.event_type`, sql`r.connection_id`],
    counts: [
      one,
      sql`count(*) filter (where r.settled_by = 'origin')`,
      sql`count(*) filter (where ${shown})`,
      sql`count(*) filter (where ${shown} and r.tries <= 1 and r.contradictions = 0 and r.conflicts = 0)`,
      sql`count(*) filter (where r.status = 'dead')`,
      sql`count(*) filter (where r.status = 'waived')`,
      sql`count(*) filter (where r.status = 'superseded')`,
      sql`count(*) filter (where r.status in ('ready', 'leased'))`,
      sql`coalesce(sum(r.contradictions), 0)`,
      sql`coalesce(sum(a.ended), 0)`,
    ],
    durations: [
      listed(msBetween('r.created_at', 'r.settled_at'), shown),
      listed(msBetween('r.occurred_at', 'r.settled_at'), shown),
    ],
  },
  events: {
    ...parked,
    table: sql`event`,
    at: sql`r.received_at`,
    id: sql`r.id`,
    joined: nothing,
    keys: [sql`r.disposition`],
    counts: [one],
    durations: [],
  },
  stays: {
    ...fixed,
    table: sql`transition`,
    at: sql`r.recorded_at`,
    joined: () => entered,
    keys: stateLeft,
    counts: [one],
    durations: [stay],
  },
  // By the region that the subject has, and by each connection; lines with no connection are of all. `offset 0`: subjects by their keys.
  stays_by: {
    ...fixed,
    table: sql`transition`,
    at: sql`r.recorded_at`,
    joined: () => sql`${entered}
      cross join lateral (select region from subject where id = r.subject_id offset 0) s
      cross join lateral (select null::text as connection_id union all ${partners(sql`r.subject_id`, sql`r.version`)}) c`,
    keys: [...stateLeft, sql`coalesce(s.region, '')`, sql`coalesce(c.connection_id, '')`],
    counts: [one],
    durations: [stay],
  },
  refusals: {
    ...parked,
    table: sql`event`,
    at: sql`r.received_at`,
    id: sql`r.id`,
    joined: () => sql`join subject s on s.id = r.subject_id`,
    only: isJump('r'),
    keys: [
      sql`s.machine`,
      sql`s.machine_version::text`,
      sql`r.detail ->> 'state'`,
      sql`r.claim_kind`,
      sql`r.claim`,
      sql`r.source`,
      sql`coalesce(s.region, '')`,
    ],
    counts: [one],
    durations: [],
  },
  // Required elements that refused events lacked: an event is in as many lines.
  missing: {
    ...parked,
    table: sql`event`,
    at: sql`r.received_at`,
    id: sql`r.id`,
    joined: () => sql`cross join lateral jsonb_array_elements_text(r.detail -> 'elements') m(element)
      left join lateral (select region from subject where id = r.subject_id offset 0) s on true`,
    only: sql<boolean>`r.disposition = 'refused' and r.code = 'missing_elements'`,
    keys: [sql`r.source`, sql`coalesce(s.region, '')`, sql`m.element`],
    counts: [one],
    durations: [],
  },
};

/** Connections that a transition was told by or to: their writebacks are born with it, and nothing of that changes later. `offset 0`: by their key. */
export const partners = (subject: RawBuilder<unknown>, version: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select w.connection_id from writeback w where w.subject_id = ${subject} and w.subject_version = ${version} and w.cause in ('transition', 'origin') offset 0`;

function attemptsOf(attempts: AttemptsUpTo): RawBuilder<unknown> {
  if (attempts === 'none') return sql`select 0 as ended`;
  const ended = (when: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`select count(distinct t.attempt) as ended from attempt t where t.writeback_id = r.id and ${when}`;
  if (attempts !== 'all') return ended(sql`t.settled_at < ${attempts}::timestamptz`);
  // No attempt is begun before the one before it has ended, and only the outcome of the newest leaves a writeback unfinished: its number tells.
  // A confirmation comes with the row of an attempt, so where there was but one, it is that one's.
  return sql`select case when r.status in ('ready', 'dead') then r.attempt when r.status = 'leased' then r.attempt - 1
    when r.attempt = 1 and r.settled_by in ('readback', 'echo') then 1 else (${ended(sql`true`)}) end as ended`;
}
