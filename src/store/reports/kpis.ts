// The figures of writebacks, read from the writebacks themselves: grouped, and once more for all of them together.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';

/** What figures can be split by. `transition` is machine and event type; a day is one of UTC. */
export type KpiGroup = 'transition' | 'connection' | 'day';

/** Half open, ISO 8601: from included, to excluded. */
export interface ReportWindow {
  from: string;
  to: string;
}

export interface WritebackFigures {
  writebacks: number;
  origin: number;
  confirmed: number;
  first_try: number;
  dead: number;
  waived: number;
  superseded: number;
  open: number;
  contradicted: number;
  attempts: number;
  /** p50, p95, p99 in ms from acceptance to the moment the target showed it; null when nothing was confirmed. */
  accepted_ms: number[] | null;
  /** The same from the moment the sender says it happened. */
  occurred_ms: number[] | null;
}

export interface GroupedFigures extends WritebackFigures {
  machine: string | null;
  event_type: string | null;
  connection_id: string | null;
  day: string | null;
}

const columns: Record<KpiGroup, readonly string[]> = {
  transition: ['machine', 'event_type'],
  connection: ['connection_id'],
  day: ['day'],
};

/**
 * Figures of all writebacks born in the window, split in each of several ways (each names one group at least) and once not at all,
 * all from one pass over them. Percentiles are exact (percentile_cont).
 */
export async function writebackFigures(
  db: Db,
  window: ReportWindow,
  splits: readonly (readonly KpiGroup[])[],
): Promise<{ splits: GroupedFigures[][]; totals: WritebackFigures }> {
  const sets = splits.map((groups) => groups.flatMap((group) => columns[group]));
  const used = Object.values(columns)
    .flat()
    .filter((name) => sets.some((set) => set.includes(name)));
  const shown = Object.values(columns)
    .flat()
    .map((name) => {
      if (!used.includes(name)) return sql`null as ${sql.ref(name)}`;
      return name === 'day' ? sql`to_char(day, 'YYYY-MM-DD') as day` : sql.ref(name);
    });
  const list = (names: readonly string[]): RawBuilder<unknown> => sql.join(names.map((name) => sql.ref(name)));
  const { rows } = await sql<GroupedFigures & { level: number }>`
    with born as (${bornIn(window)})
    select ${sql.join(shown)}, grouping(${list(used)})::int as level, ${figures()}
    from born group by grouping sets (${sql.join(sets.map((set) => sql`(${list(set)})`))}, ())
    order by ${sql.join(used.map((name) => sql`${sql.ref(name)} nulls last`))}`.execute(db);
  const of = (set: readonly string[]): GroupedFigures[] => rows.filter((row) => row.level === levelOf(set, used));
  const [totals] = of([]);
  if (!totals) throw new Error('The grouping set of everything gave no row. This is a bug in Interlock.');
  return { splits: sets.map(of), totals };
}

/** As `grouping()` counts: a bit for each column that a row is not split by, the last column being the lowest. */
const levelOf = (set: readonly string[], used: readonly string[]): number =>
  used.reduce((bits, name) => bits * 2 + (set.includes(name) ? 0 : 1), 0);

/** The attempts are looked up by when they ended, which is after their writeback was born but for a clock that was set back. */
function bornIn(window: ReportWindow): RawBuilder<unknown> {
  return sql`
    select w.machine, w.event_type, w.connection_id, (w.created_at at time zone 'utc')::date as day, w.status, w.settled_by, w.tries, w.conflicts, w.contradictions,
      coalesce(a.ended, 0) as ended, w.status = 'confirmed' and w.settled_by is distinct from 'origin' as shown,
      date_part('epoch', w.settled_at - w.created_at) * 1000 as accepted_ms, date_part('epoch', w.settled_at - w.occurred_at) * 1000 as occurred_ms
    from writeback w left join (
      select writeback_id, count(distinct attempt) as ended from attempt where settled_at >= ${window.from}::timestamptz - interval '1 day' group by writeback_id
    ) a on a.writeback_id = w.id
    where w.created_at >= ${window.from}::timestamptz and w.created_at < ${window.to}::timestamptz`;
}

function figures(): RawBuilder<unknown> {
  const percentiles = (column: string): RawBuilder<unknown> =>
    sql`percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ${sql.ref(column)}) filter (where shown)`;
  return sql`
    count(*)::int as writebacks,
    count(*) filter (where settled_by = 'origin')::int as origin,
    count(*) filter (where shown)::int as confirmed,
    count(*) filter (where shown and tries <= 1 and contradictions = 0 and conflicts = 0)::int as first_try,
    count(*) filter (where status = 'dead')::int as dead,
    count(*) filter (where status = 'waived')::int as waived,
    count(*) filter (where status = 'superseded')::int as superseded,
    count(*) filter (where status in ('ready', 'leased'))::int as open,
    coalesce(sum(contradictions), 0)::int as contradicted,
    coalesce(sum(ended), 0)::int as attempts,
    ${percentiles('accepted_ms')} as accepted_ms,
    ${percentiles('occurred_ms')} as occurred_ms`;
}

/** Hires and conflicts of a window: transitions of applications into `hired`, and field conflicts that were opened. */
export async function hiresAndConflicts(db: Db, window: ReportWindow): Promise<{ hires: number; conflicts: number }> {
  const { rows } = await sql<{ hires: number; conflicts: number }>`
    select
      (select count(*)::int from transition where recorded_at >= ${window.from}::timestamptz and recorded_at < ${window.to}::timestamptz
        and machine = 'application' and to_state = 'hired' and from_state <> 'hired') as hires,
      (select count(*)::int from incident where kind = 'field_conflict' and opened_at >= ${window.from}::timestamptz and opened_at < ${window.to}::timestamptz) as conflicts`.execute(
    db,
  );
  return rows[0] ?? { hires: 0, conflicts: 0 };
}

/** Required elements that refused events of the window lacked, by the system that sent them and the region of the subject. */
export interface MissingElement {
  source: string;
  region: string | null;
  element: string;
  events: number;
}

/** Most frequent first. */
export async function missingElements(db: Db, window: ReportWindow, rowsMax: number): Promise<MissingElement[]> {
  const { rows } = await sql<MissingElement>`
    select e.source, s.region, m.element, count(*)::int as events
    from event e left join subject s on s.id = e.subject_id, jsonb_array_elements_text(e.detail -> 'elements') as m(element)
    where e.disposition = 'refused' and e.code = 'missing_elements' and e.received_at >= ${window.from}::timestamptz and e.received_at < ${window.to}::timestamptz
    group by e.source, s.region, m.element order by events desc, e.source, s.region nulls first, m.element limit ${rowsMax}`.execute(
    db,
  );
  return rows;
}
