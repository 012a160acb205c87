// Events by what became of them, for people who look after what was refused, kept or waits.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';
import type { Disposition } from '../../core/deciding/intake.ts';
import { isoMicros } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { ReportWindow } from './kpis.ts';
import { after, allOf, ordered } from './paging.ts';

export interface EventFilter {
  window: ReportWindow;
  disposition?: Disposition | undefined;
  connection?: string | undefined;
  machine?: string | undefined;
  /** An event's name, or the states that a stage stands for. */
  claim?: string | undefined;
  code?: string | undefined;
  /** A vendor's stage that stands for none of our states. */
  stage?: string | undefined;
}

export interface ListedEvent {
  id: string;
  received_at: string;
  source: string;
  by_kind: string;
  machine: string;
  claim_kind: string;
  claim: string | null;
  subject_id: string | null;
  /** Where the subject is now. */
  state: string | null;
  disposition: Disposition;
  code: string | null;
  detail: Record<string, unknown> | null;
  parked_for: string | null;
  parked_until: string | null;
  /** Nothing is left of the payload. */
  emptied: boolean;
  /** Of a quarantined one: when it was replayed last. */
  replayed_at: string | null;
}

const unhappy: readonly Disposition[] = ['refused', 'quarantined', 'parked'];

/** Newest first. */
export async function listEvents(
  db: Db,
  filter: EventFilter,
  position: Position | null,
  rowsMax: number,
): Promise<ListedEvent[]> {
  // What was not taken has an index by time; all else is too much to be sorted, and ids are in the order of time.
  const byTime = unhappy.some((one) => one === filter.disposition);
  const below = position === null ? null : sql`e.id < ${position.id}`;
  const begin = byTime ? after('e.received_at', 'e.id', position, 'desc') : below;
  const order = (alias: string): RawBuilder<unknown> =>
    byTime ? ordered(`${alias}.received_at`, `${alias}.id`, 'desc') : sql`${sql.ref(`${alias}.id`)} desc`;
  const { rows } = await sql<ListedEvent>`
    select q.*, s.state, case when q.disposition = 'quarantined' then (
        select ${isoMicros(sql`max(a.at)`)} from audit a where a.object_kind = 'event' and a.object_id = q.id and a.action = 'event.replayed') end as replayed_at
    from (select e.id, ${isoMicros(sql`e.received_at`)} as received_at, e.source, e.by_kind, e.machine, e.claim_kind, e.claim, e.subject_id, e.disposition, e.code, e.detail,
        e.parked_for, ${isoMicros(sql`e.parked_until`)} as parked_until, e.payload_ct is null as emptied
      from event e where ${allOf([...conditions(filter), begin])}
      order by ${order('e')} limit ${rowsMax}) q
    left join subject s on s.id = q.subject_id order by ${order('q')}`.execute(db);
  return rows;
}

/** How many there are of each disposition under the same filter, whatever disposition it names; repetitions leave no row and are not among them. */
export async function countEvents(db: Db, filter: EventFilter): Promise<Map<Disposition, number>> {
  const { disposition: _disposition, code: _code, ...rest } = filter;
  const { rows } = await sql<{ disposition: Disposition; count: number }>`
    select e.disposition, count(*)::int as count from event e where ${allOf(conditions(rest))} group by e.disposition`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.disposition, row.count]));
}

/** The reasons under this filter, the most frequent first. */
export async function countReasons(db: Db, filter: EventFilter): Promise<{ code: string; count: number }[]> {
  const { code: _code, ...rest } = filter;
  const { rows } = await sql<{ code: string; count: number }>`
    select e.code, count(*)::int as count from event e where ${allOf(conditions(rest))} and e.code is not null group by e.code order by 2 desc, 1 limit 30`.execute(
    db,
  );
  return rows;
}

/** A stage that nobody has mapped, as long as something waits for it. */
export interface WaitingStage {
  incident: string;
  connection_id: string | null;
  stage: string;
  next: string | null;
  times: number;
  opened_at: string;
}

export async function waitingStages(db: Db): Promise<WaitingStage[]> {
  const { rows } = await sql<WaitingStage>`
    select id as incident, connection_id, detail ->> 'stage' as stage, detail ->> 'next' as next, times, ${isoMicros(sql`opened_at`)} as opened_at
    from incident where kind = 'quarantined_event' and settled_at is null and detail ->> 'stage' is not null order by incident.opened_at limit 100`.execute(
    db,
  );
  return rows;
}

const conditions = (filter: EventFilter): (RawBuilder<unknown> | null)[] => [
  sql`e.received_at >= ${filter.window.from}::timestamptz and e.received_at < ${filter.window.to}::timestamptz`,
  // Written into the statement, so that the partial index of what was not taken can serve it.
  filter.disposition === undefined ? null : sql`e.disposition = ${sql.lit(filter.disposition)}`,
  filter.connection === undefined ? null : sql`e.source = ${`connection:${filter.connection}`}`,
  filter.machine === undefined ? null : sql`e.machine = ${filter.machine}`,
  filter.claim === undefined ? null : sql`e.claim = ${filter.claim}`,
  filter.code === undefined ? null : sql`e.code = ${filter.code}`,
  filter.stage === undefined ? null : sql`e.detail ->> 'stage' = ${filter.stage}`,
];
