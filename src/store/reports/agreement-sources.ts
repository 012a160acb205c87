// The three ways in which a system is known not to show the canonical state, each as one query over a partial index of what is unfinished.
import { type RawBuilder, sql } from 'kysely';
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import { heldLanes, openHeads } from './open-heads.ts';

export const agreementSources = ['writes', 'incidents', 'readings'] as const;
export type AgreementSource = (typeof agreementSources)[number];

/** The sources that can give a cause. */
export const sourcesOf = (cause: DisagreementCause | undefined): readonly AgreementSource[] => {
  switch (cause) {
    case undefined:
    case 'moved_by_hand':
      return agreementSources;
    case 'in_flight':
    case 'held':
    case 'dead_writeback':
      return ['writes'];
    case 'unmapped_stage':
      return ['incidents', 'readings'];
    default:
      return ['readings'];
  }
};

/** Every source gives these columns: cause, since_at, id, subject_id, connection_id, writeback_id, incident_id, code. A pair is in one of them at most. */
export const agreementSource = (source: AgreementSource): RawBuilder<unknown> => sources[source];

const openWrite = (pair: string): RawBuilder<boolean> =>
  sql`exists (select from writeback o where o.subject_id = ${sql.ref(`${pair}.subject_id`)} and o.connection_id = ${sql.ref(`${pair}.connection_id`)} and o.status in ('ready', 'leased', 'dead') offset 0)`;

const sources: Record<AgreementSource, RawBuilder<unknown>> = {
  // Only the head of a lane: what waits behind it waits for that one.
  writes: sql`
    select case when w.status = 'dead' and w.reason = 'conflict' then 'moved_by_hand' when w.status = 'dead' then 'dead_writeback' when l.held_reason is not null then 'held' else 'in_flight' end as cause,
      w.created_at as since_at, w.id, w.subject_id, w.connection_id, w.id as writeback_id, null::text as incident_id,
      case when w.status <> 'dead' then coalesce(l.held_reason, w.reason) else w.reason end as code
    from ${openHeads} w ${heldLanes}`,
  incidents: sql`
    select case when coalesce(i.detail ->> 'shows', 'unmapped') = 'unmapped' then 'unmapped_stage' else 'moved_by_hand' end as cause,
      i.opened_at as since_at, i.id, i.subject_id, i.connection_id, i.writeback_id, i.id as incident_id, null::text as code
    from incident i where i.kind = 'divergence' and i.settled_at is null and not ${openWrite('i')}`,
  // What a write has proven since, or an incident says better, is not said again. `offset 0`: each looked up by its key, never all that was written.
  readings: sql`
    select case r.trouble when 'moved' then 'moved_by_hand' when 'unmapped' then 'unmapped_stage' when 'failed' then 'reading_failed' else r.trouble end as cause,
      r.trouble_since as since_at, r.id, r.subject_id, r.connection_id, null::text as writeback_id, null::text as incident_id, r.failure as code
    from shown r where r.trouble is not null and not r.closed and not ${openWrite('r')}
      and exists (select from subject e where e.id = r.subject_id and not e.ended offset 0)
      and not exists (select from incident i where i.subject_id = r.subject_id and i.connection_id = r.connection_id and i.kind = 'divergence' and i.settled_at is null offset 0)
      and (r.trouble = 'failed' or not exists (select from writeback c where c.subject_id = r.subject_id and c.connection_id = r.connection_id and c.status = 'confirmed'
        and (r.seen_at is null or c.settled_at > r.seen_at) offset 0))`,
};
