// The rows behind each figure of the state diagram, under the same conditions as the figure.
import { type RawBuilder, sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Tx } from '../database/database.ts';
import { type FlowFilter, refused, stays, stuckOtherwise, subjects, unconfirmed } from './flow.ts';
import { isLate } from './late-subjects.ts';
import { allOf } from './paging.ts';
import type { StuckBounds } from './stuck-sources.ts';

/** One line of a list; what does not apply is null. `total` is how many there are, shown or not. */
export interface FlowRow {
  subject_id: string;
  region: string | null;
  business_unit: string | null;
  /** ISO 8601: in this state since, left it at, refused at, written since. */
  at: string;
  /** ISO 8601: the state's deadline. */
  due_at: string | null;
  /** How long somebody stayed. */
  ms: number | null;
  connection_id: string | null;
  source: string | null;
  what: string | null;
  why: string | null;
  id: string | null;
  total: number;
}

export async function subjectsInState(
  tx: Tx,
  filter: FlowFilter,
  state: string,
  lateOnly: boolean,
  rowsMax: number,
): Promise<FlowRow[]> {
  const late = lateOnly ? sql`not s.ended and s.sla_due_at < statement_timestamp()` : null;
  return run(
    tx,
    { at: sql`s.state_since`, due: sql`s.sla_due_at` },
    sql`subject s where s.state = ${state} and ${allOf([...subjects(filter), late])} order by s.state_since, s.id`,
    rowsMax,
  );
}

export async function stuckInState(
  tx: Tx,
  filter: FlowFilter,
  bounds: StuckBounds,
  state: string,
  rowsMax: number,
): Promise<FlowRow[]> {
  const own = allOf([sql`s.state = ${state}`, ...subjects(filter)]);
  // Who is late is known by an index with its state; of the others each subject is looked up by its key.
  const causes = sql`
    select s.id as subject_id, 'late_against_sla' as cause, s.sla_due_at as since_at from subject s where ${isLate} and ${own}
    union all
    select o.subject_id, o.cause, o.since_at from (${stuckOtherwise(bounds)}) o
      cross join lateral (select * from subject where id = o.subject_id offset 0) s where ${own}`;
  return run(
    tx,
    { at: sql`q.since_at`, due: sql`s.sla_due_at`, what: sql`q.causes` },
    sql`(select subject_id, min(since_at) as since_at, string_agg(distinct cause, ', ' order by cause) as causes from (${causes}) c group by subject_id) q
      join subject s on s.id = q.subject_id order by q.since_at, s.id`,
    rowsMax,
  );
}

/** The longest first. */
export async function staysInState(tx: Tx, filter: FlowFilter, state: string, rowsMax: number): Promise<FlowRow[]> {
  return run(
    tx,
    { at: sql`q.left_at`, ms: sql`q.ms`, what: sql`q.event_type` },
    sql`(${stays(filter)}) q join subject s on s.id = q.subject_id where q.state = ${state} order by q.ms desc, s.id`,
    rowsMax,
  );
}

/** `claim` narrows it to one kind of jump. The newest first. */
export async function refusedFrom(
  tx: Tx,
  filter: FlowFilter,
  state: string,
  claim: string | null,
  rowsMax: number,
): Promise<FlowRow[]> {
  return run(
    tx,
    { at: sql`e.received_at`, source: sql`e.source`, what: sql`e.claim`, why: sql`e.code`, id: sql`e.id` },
    sql`${refused(filter)} and e.detail ->> 'state' = ${state} and ${claim === null ? sql`true` : sql`e.claim = ${claim}`} order by e.received_at desc, e.id`,
    rowsMax,
  );
}

/** `event` null: of all transitions that lead away from the states. The oldest first. */
export async function unconfirmedFrom(
  tx: Tx,
  filter: FlowFilter,
  states: readonly string[],
  event: string | null,
  rowsMax: number,
): Promise<FlowRow[]> {
  return run(
    tx,
    {
      at: sql`w.created_at`,
      connection: sql`w.connection_id`,
      what: sql`w.event_type`,
      why: sql`coalesce(w.reason, w.status)`,
      id: sql`w.id`,
    },
    sql`${unconfirmed(filter)} and w.from_state = any(${[...states]}::text[]) and ${event === null ? sql`true` : sql`w.event_type = ${event}`} order by w.created_at, w.id`,
    rowsMax,
  );
}

interface Columns {
  at: RawBuilder<unknown>;
  due?: RawBuilder<unknown>;
  ms?: RawBuilder<unknown>;
  connection?: RawBuilder<unknown>;
  source?: RawBuilder<unknown>;
  what?: RawBuilder<unknown>;
  why?: RawBuilder<unknown>;
  id?: RawBuilder<unknown>;
}

async function run(tx: Tx, columns: Columns, from: RawBuilder<unknown>, rowsMax: number): Promise<FlowRow[]> {
  const none = sql`null::text`;
  const { rows } = await sql<FlowRow>`
    select s.id as subject_id, s.region, s.business_unit, ${isoMicros(columns.at)} as at, ${columns.due ? isoMicros(columns.due) : none} as due_at,
      ${columns.ms ?? sql`null::double precision`} as ms, ${columns.connection ?? none} as connection_id, ${columns.source ?? none} as source,
      ${columns.what ?? none} as what, ${columns.why ?? none} as why, ${columns.id ?? none} as id, (count(*) over ())::int as total
    from ${from} limit ${rowsMax}`.execute(tx);
  return rows;
}
