// What is counted hour by hour: where its rows lie in time, which of them can change no more, and the lines they make.
import { type RawBuilder, sql } from 'kysely';
import { durationRatio } from '../../core/durations.ts';

export const tallyKinds = ['writes', 'events', 'stays', 'stays_by', 'refusals'] as const;
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

/** Of one kind. */
export interface TallySource {
  /** Table and alias `r`. */
  from: RawBuilder<unknown>;
  at: RawBuilder<unknown>;
  id: RawBuilder<unknown> | null;
  /** Whether a row can still change; null where none can. `asOf`: what had ended by then, ISO 8601. */
  open(asOf: string): RawBuilder<boolean> | null;
  /** Lines of the rows that a condition on `r` leaves: columns hour, of, counts, and durations as lists of steps with commas between. */
  lines(where: RawBuilder<unknown>, attempts: AttemptsUpTo): RawBuilder<unknown>;
}

/** Which attempts count: those that had ended by a moment (ISO 8601), all of them, or none, where nobody asks, since each writeback's are looked up. */
export type AttemptsUpTo = string | 'all' | 'none';

/** The step of a duration in ms, as `stepOf` of src/core/durations.ts has it. */
const step = (ms: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${ms} <= 1 then 0 else round(ln(${ms}) / ln(${sql.lit(durationRatio)}::double precision))::int end`;

/** A duration in ms as the scale has it. */
export const onScale = (ms: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`power(${sql.lit(durationRatio)}::double precision, ${step(ms)})`;

/** Moments are sorted much faster than texts, so groups are by the moment and told as text. */
const hourOf = (at: string): RawBuilder<unknown> => sql`date_trunc('hour', ${sql.ref(at)}, 'UTC')`;
const told = (hour: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`to_char(${hour} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;

const msBetween = (from: string, to: string): RawBuilder<unknown> =>
  sql`(date_part('epoch', ${sql.ref(to)} - ${sql.ref(from)}) * 1000)`;

/** A list of all steps of a group, as text: an array of ten thousand numbers is read many times more slowly. */
const listed = (ms: RawBuilder<unknown>, filter = sql`true`): RawBuilder<unknown> =>
  sql`coalesce(string_agg((${step(ms)})::text, ',') filter (where ${filter}), '')`;

export const tallySources: Readonly<Record<TallyKind, TallySource>> = {
  writes: {
    from: sql`writeback r`,
    at: sql`r.created_at`,
    id: sql`r.id`,
    // All of its attempts had ended, or the last was begun so long ago that what still comes of it is found by `attempt_late`.
    open: (asOf) =>
      sql<boolean>`(r.status in ('ready', 'leased', 'dead') or (coalesce(r.leased_at, r.created_at) > ${asOf}::timestamptz - interval '15 min'
        and r.attempt > (select count(distinct t.attempt) from attempt t where t.writeback_id = r.id and t.settled_at < ${asOf}::timestamptz)))`,
    lines: (where, attempts) => sql`
      select ${told(hourOf('r.created_at'))} as hour, json_build_array(r.machine, r.event_type, r.connection_id) as of,
        json_build_array(count(*), count(*) filter (where r.settled_by = 'origin'), count(*) filter (where ${shown}),
          count(*) filter (where ${shown} and r.tries <= 1 and r.contradictions = 0 and r.conflicts = 0),
          count(*) filter (where r.status = 'dead'), count(*) filter (where r.status = 'waived'), count(*) filter (where r.status = 'superseded'),
          count(*) filter (where r.status in ('ready', 'leased')), coalesce(sum(r.contradictions), 0), coalesce(sum(a.ended), 0)) as counts,
        json_build_array(${listed(msBetween('r.created_at', 'r.settled_at'), shown)}, ${listed(msBetween('r.occurred_at', 'r.settled_at'), shown)}) as durations
      from writeback r cross join lateral (${attemptsOf(attempts)}) a
      where ${where} group by ${hourOf('r.created_at')}, r.machine, r.event_type, r.connection_id`,
  },
  events: {
    from: sql`event r`,
    at: sql`r.received_at`,
    id: sql`r.id`,
    open: () => sql<boolean>`r.disposition = 'parked'`,
    lines: (where) => sql`
      select ${told(hourOf('r.received_at'))} as hour, json_build_array(r.disposition) as of, json_build_array(count(*)) as counts, '[]'::json as durations
      from event r where ${where} group by ${hourOf('r.received_at')}, r.disposition`,
  },
  stays: {
    from: sql`transition r`,
    at: sql`r.recorded_at`,
    id: null,
    open: () => null,
    lines: (where) => sql`
      select ${told(hourOf('r.recorded_at'))} as hour, json_build_array(r.machine, r.machine_version::text, r.from_state) as of, json_build_array(count(*)) as counts,
        json_build_array(${listed(msBetween('e.recorded_at', 'r.recorded_at'))}) as durations
      from transition r join transition e on e.subject_id = r.subject_id and e.version = r.version - 1
      where ${where} group by ${hourOf('r.recorded_at')}, r.machine, r.machine_version, r.from_state`,
  },
  // By the region that the subject has, and by each connection; lines with no connection are of all. `offset 0`: subjects by their keys.
  stays_by: {
    from: sql`transition r`,
    at: sql`r.recorded_at`,
    id: null,
    open: () => null,
    lines: (where) => sql`
      select ${told(hourOf('r.recorded_at'))} as hour,
        json_build_array(r.machine, r.machine_version::text, r.from_state, coalesce(s.region, ''), coalesce(c.connection_id, '')) as of, json_build_array(count(*)) as counts,
        json_build_array(${listed(msBetween('e.recorded_at', 'r.recorded_at'))}) as durations
      from transition r join transition e on e.subject_id = r.subject_id and e.version = r.version - 1
        cross join lateral (select region from subject where id = r.subject_id offset 0) s
        cross join lateral (select null::text as connection_id union all ${partners(sql`r.subject_id`, sql`r.version`)}) c
      where ${where} group by ${hourOf('r.recorded_at')}, r.machine, r.machine_version, r.from_state, s.region, c.connection_id`,
  },
  refusals: {
    from: sql`event r`,
    at: sql`r.received_at`,
    id: sql`r.id`,
    open: () => sql<boolean>`r.disposition = 'parked'`,
    lines: (where) => sql`
      select ${told(hourOf('r.received_at'))} as hour, json_build_array(s.machine, s.machine_version::text, r.detail ->> 'state', r.claim_kind, r.claim, r.source, coalesce(s.region, '')) as of,
        json_build_array(count(*)) as counts, '[]'::json as durations
      from event r join subject s on s.id = r.subject_id where ${where} and ${isJump('r')}
      group by ${hourOf('r.received_at')}, s.machine, s.machine_version, r.detail ->> 'state', r.claim_kind, r.claim, r.source, s.region`,
  },
};

/** Connections that a transition was told by or to: their writebacks are born with it, and nothing of that changes later. `offset 0`: by their key. */
export const partners = (subject: RawBuilder<unknown>, version: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select w.connection_id from writeback w where w.subject_id = ${subject} and w.subject_version = ${version} and w.cause in ('transition', 'origin') offset 0`;

function attemptsOf(attempts: AttemptsUpTo): RawBuilder<unknown> {
  if (attempts === 'none') return sql`select 0 as ended`;
  return sql`select count(distinct t.attempt) as ended from attempt t
    where t.writeback_id = r.id and ${attempts === 'all' ? sql`true` : sql`t.settled_at < ${attempts}::timestamptz`}`;
}

/** Refused because the machine has no such way from there; missing elements and unknown events are faults of another kind. */
const jumpCodes = ['illegal_transition', 'source_not_authorised', 'guard_failed', 'closed', 'expired'];

/** Condition on an event with this alias. */
export const isJump = (event: string): RawBuilder<boolean> => {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`${of('disposition')} = 'refused' and ${of('code')} = any(${jumpCodes}::text[]) and ${of('claim')} is not null and ${of('detail')} ->> 'state' is not null`;
};

const shown = sql`r.status = 'confirmed' and r.settled_by is distinct from 'origin'`;
