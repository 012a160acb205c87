// The figures of writebacks: grouped, and once more for all of them together.
import { sql } from 'kysely';
import { percentilesOf } from '../../core/figures/durations.ts';
import { addUp, addUpAgain, type TallyPart, type TallySum, total } from '../../core/figures/tally.ts';
import type { Db } from '../database/database.ts';
import { eachOf, readSums, readTally, type TallySums } from './tallies.ts';
import { type TallyWay, writeMeasures } from './tally-kinds.ts';

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

const columns: Record<KpiGroup, readonly ('machine' | 'event_type' | 'connection_id' | 'day')[]> = {
  transition: ['machine', 'event_type'],
  connection: ['connection_id'],
  day: ['day'],
};

/** Of one window: figures in each of the ways they were asked for, and of all together. */
export interface SplitFigures {
  splits: GroupedFigures[][];
  totals: WritebackFigures;
}

/**
 * Figures of all writebacks born in the window, split in each of several ways (each names one group at least) and once not at all, all from
 * one reading of what was counted hour by hour. Percentiles are continuous, of durations on the scale of src/core/figures/durations.ts.
 */
export async function writebackFigures(
  db: Db,
  window: ReportWindow,
  splits: readonly (readonly KpiGroup[])[],
): Promise<SplitFigures> {
  const ways: readonly TallyWay[] = splits.some(isByDay) ? ['keys', 'days'] : ['keys'];
  const [sums] = await readSums(db, 'writes', [window], ways);
  const severalDays = splits.some((groups) => groups.includes('day') && !isByDay(groups));
  return splitFigures(sums, splits, severalDays ? await readTally(db, 'writes', window) : []);
}

/** The same of periods that follow each other, each split in its own ways, by the day at most; without attempts and the time from when it happened, which cost as much as the rest. */
export async function briefFigures(
  db: Db,
  periods: readonly { window: ReportWindow; splits: readonly (readonly KpiGroup[])[] }[],
): Promise<SplitFigures[]> {
  const ways: readonly TallyWay[] = periods.some(({ splits }) => splits.some(isByDay)) ? ['keys', 'days'] : ['keys'];
  const sums = await readSums(
    db,
    'writes',
    periods.map(({ window }) => window),
    ways,
    'none',
  );
  return periods.map(({ splits }, nth) => splitFigures(sums[nth], splits, [], 1));
}

function splitFigures(
  { keys, days }: TallySums = { keys: [], days: [] },
  splits: readonly (readonly KpiGroup[])[],
  hours: readonly TallyPart[],
  durationsMax?: number,
): SplitFigures {
  const ofAll = addUpAgain(keys, (of) => of, durationsMax);
  const found = splits.map((groups) => {
    if (isByDay(groups)) return addUpAgain(days, (of) => of, durationsMax);
    if (groups.includes('day')) return addUp(hours, (of, at) => keyOf(groups, of, at));
    return addUpAgain(ofAll, (of) => keyOf(groups, of, ''));
  });
  return {
    splits: found.map((lines, nth) => lines.map((line) => groupedOf(splits[nth] ?? [], line)).sort(inOrder)),
    totals: figuresOf(total(ofAll)),
  };
}

/** By nothing else, so the sums of days will do. */
const isByDay = (groups: readonly KpiGroup[]): boolean => groups.length === 1 && groups[0] === 'day';

const keyOf = (groups: readonly KpiGroup[], [machine, event, connection]: readonly string[], at: string): string[] =>
  groups.flatMap((group) => {
    if (group === 'transition') return [machine ?? '', event ?? ''];
    return [group === 'connection' ? (connection ?? '') : at.slice(0, 10)];
  });

function groupedOf(groups: readonly KpiGroup[], line: TallySum): GroupedFigures {
  const names = groups.flatMap((group) => columns[group]);
  const named = Object.fromEntries(names.map((name, nth) => [name, line.of[nth] ?? null]));
  return { machine: null, event_type: null, connection_id: null, day: null, ...named, ...figuresOf(line) };
}

function inOrder(a: GroupedFigures, b: GroupedFigures): number {
  for (const name of ['machine', 'event_type', 'connection_id', 'day'] as const) {
    const [one, other] = [a[name] ?? '', b[name] ?? ''];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function figuresOf({ counts, durations }: TallySum): WritebackFigures {
  const measured = Object.fromEntries(writeMeasures.map((name, nth) => [name, counts[nth] ?? 0]));
  const [accepted, occurred] = durations.map((steps) => percentilesOf(steps, [0.5, 0.95, 0.99]));
  return {
    ...(measured as Record<(typeof writeMeasures)[number], number>),
    accepted_ms: accepted ?? null,
    occurred_ms: occurred ?? null,
  };
}

/** Of each period: transitions of applications into `hired`, and field conflicts that were opened. */
export async function hiresAndConflicts(
  db: Db,
  periods: readonly ReportWindow[],
): Promise<{ hires: number; conflicts: number }[]> {
  const { rows } = await sql<{ hires: number; conflicts: number }>`
    select
      (select count(*)::int from transition where recorded_at >= starts and recorded_at < ends
        and machine = 'application' and to_state = 'hired' and from_state <> 'hired') as hires,
      (select count(*)::int from incident where kind = 'field_conflict' and opened_at >= starts and opened_at < ends) as conflicts
    from ${eachOf(periods)} order by nth`.execute(db);
  return rows;
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
  const [found] = await readSums(db, 'missing', [window], ['keys']);
  return addUpAgain(found?.keys ?? [], (of) => of)
    .map(({ of: [source = '', region = '', element = ''], counts: [events = 0] }) => ({
      source,
      region: region === '' ? null : region,
      element,
      events,
    }))
    .sort((a, b) => b.events - a.events || (keyOfMissing(a) < keyOfMissing(b) ? -1 : 1))
    .slice(0, rowsMax);
}

const keyOfMissing = ({ source, region, element }: MissingElement): string =>
  [source, region ?? '', element].join('\0');
