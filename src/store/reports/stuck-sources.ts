// The five reasons why something is stuck, each as one query over a partial index that holds only what is unfinished.
import { type RawBuilder, sql } from 'kysely';
import { lateOfEachState } from './late-subjects.ts';
import { heldLanes, openHeads } from './open-heads.ts';

export const stuckCauses = [
  'late_against_sla',
  'write_unconfirmed',
  'systems_disagree',
  'event_missing',
  'incident_open',
] as const;
export type StuckCause = (typeof stuckCauses)[number];

/** A write that is not confirmed after this long, or after this many tries, is worth a look. */
export interface StuckBounds {
  slowMs: number;
  triesMin: number;
}

/** Every source gives these columns: cause, code, since_at, id, subject_id, owner, connection_id, writeback_id, incident_id, event_id, event_machine, behind, extra. */
export const stuckSource = (cause: StuckCause, bounds: StuckBounds): RawBuilder<unknown> => sources[cause](bounds);

/** The rows of one cause, alias q, as a `from` clause; `subject`: with their subject, alias s. */
export function stuckRows(cause: StuckCause, bounds: StuckBounds, subject: boolean): RawBuilder<unknown> {
  const rows = sql`(${stuckSource(cause, bounds)}) q`;
  return subject ? sql`${rows} ${ofEach}` : rows;
}

/** Joins the subject, alias s, of each row q. `offset 0`: looked up by its key, never all of a region. */
export const ofEach: RawBuilder<unknown> = sql`left join lateral (select * from subject where id = q.subject_id offset 0) s on true`;

const sources: Record<StuckCause, (bounds: StuckBounds) => RawBuilder<unknown>> = {
  late_against_sla: () =>
    sql`select found.* from ${lateOfEachState((late) => sql`select ${asLate} from subject s where ${late} offset 0`)}`,
  // Only the head of a lane: what waits behind it waits for that one, and is counted with it.
  write_unconfirmed: ({ slowMs, triesMin }) => sql`
    select 'write_unconfirmed' as cause,
      case when w.status = 'dead' then 'dead' when l.held_reason is not null then 'lane_held' when c.status <> 'active' then 'connection_' || c.status
        when c.circuit <> 'closed' then 'circuit_open' when c.blocked_until > statement_timestamp() then 'rate_limited'
        when w.mode = 'confirm' then 'not_shown_yet' when w.tries >= ${triesMin} then 'retrying' else 'slow' end as code,
      w.created_at as since_at, w.id, w.subject_id,
      case when c.circuit <> 'closed' and w.status <> 'dead' then 'integration' else 'recruiting operations' end as owner, w.connection_id,
      w.id as writeback_id, null::text as incident_id, null::text as event_id, null::text as event_machine,
      (select next_seq from lane where subject_id = w.subject_id and connection_id = w.connection_id) - w.lane_seq as behind,
      coalesce(case when w.status = 'dead' then w.reason when l.held_reason is not null then l.held_reason when c.circuit <> 'closed' then c.circuit_reason end, w.reason) as extra
    from ${openHeads} w ${heldLanes}
      join connection c on c.id = w.connection_id
    where (w.status = 'dead' or l.held_reason is not null or c.status <> 'active' or c.circuit <> 'closed' or w.tries >= ${triesMin}
        or w.created_at < statement_timestamp() - ${slowMs} * interval '1 ms')`,
  systems_disagree: () => sql`
    select 'systems_disagree' as cause, 'divergence' as code, opened_at as since_at, id, subject_id, owner, connection_id,
      writeback_id, id as incident_id, event_id, null::text as event_machine, 0 as behind, detail ->> 'shows' as extra
    from incident where kind = 'divergence' and settled_at is null`,
  event_missing: () => sql`
    select 'event_missing' as cause, parked_for as code, received_at as since_at, id, subject_id, 'integration' as owner,
      case when source like 'connection:%' then substr(source, 12) end as connection_id,
      null::text as writeback_id, null::text as incident_id, id as event_id, machine as event_machine, 0 as behind, claim as extra
    from event where disposition = 'parked'`,
  // A dead writeback and a divergence have causes of their own above.
  incident_open: () => sql`
    select 'incident_open' as cause, i.kind as code, i.opened_at as since_at, i.id, i.subject_id, i.owner, i.connection_id,
      i.writeback_id, i.id as incident_id, i.event_id, e.machine as event_machine, 0 as behind, null::text as extra
    from incident i left join event e on e.id = i.event_id where i.settled_at is null and i.kind not in ('divergence', 'dead_writeback')`,
};

/** Of a subject, alias s. The owner of a state is in its machine, not in the database: null here. */
export const asLate = sql`'late_against_sla' as cause, 'late' as code, s.sla_due_at as since_at, s.id, s.id as subject_id, null::text as owner, null::text as connection_id,
      null::text as writeback_id, null::text as incident_id, null::text as event_id, null::text as event_machine, 0 as behind, null::text as extra`;
