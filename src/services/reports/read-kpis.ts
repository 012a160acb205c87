// The figures that the steering committee reads, with the words that define them; every one comes from the ledger's own rows.
import { measures } from '../../core/figures/kpi.ts';
import { limits } from '../../core/limits.ts';
import type { Tx } from '../../store/database/database.ts';
import { countDispositions, type DispositionCounts } from '../../store/reports/dispositions.ts';
import {
  briefFigures,
  type GroupedFigures,
  hiresAndConflicts,
  type KpiGroup,
  type MissingElement,
  missingElements,
  type ReportWindow,
  type WritebackFigures,
  writebackFigures,
} from '../../store/reports/kpis.ts';
import { inOneSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';
import { type CurrentAgreement, currentAgreement } from './current-agreement.ts';

export interface Latency {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface Figures {
  writebacks: number;
  origin: number;
  confirmed: number;
  dead: number;
  waived: number;
  superseded: number;
  open: number;
  attempts: number;
  contradicted: number;
  confirmedRate: number | null;
  firstTryRate: number | null;
  latencyFromAcceptedMs: Latency;
  latencyFromOccurredMs: Latency;
}

export interface KpiReport {
  window: ReportWindow;
  group: readonly KpiGroup[];
  rows: ({
    machine: string | null;
    eventType: string | null;
    connection: string | null;
    day: string | null;
  } & Figures)[];
  totals: Figures;
  hires: number;
  fieldConflicts: number;
  fieldConflictsPerHire: number | null;
  missingElements: MissingElement[];
  dispositions: DispositionCounts;
  agreement: CurrentAgreement[];
  definitions: typeof definitions;
}

const pairsAtOnce = limits.agreementPairsAtOnceMax.toLocaleString('en-GB');

/** What each figure means, in words that can be shown beside it. */
export const definitions = {
  window:
    'Full hours, from included, to excluded; writebacks by when they came to be, events by when they were received',
  writebacks: measures['writeback.created'],
  origin: measures['writeback.origin'],
  confirmed: `${measures['writeback.confirmed']}; those that the system itself caused are not among them`,
  dead: `${measures['writeback.dead']}; those that were redriven since are not among them`,
  waived: measures['writeback.waived'],
  superseded: measures['writeback.superseded'],
  open: 'Writebacks that are waiting or on their way, at this moment',
  attempts: measures['attempt.settled'],
  contradicted: measures['writeback.contradicted'],
  confirmedRate: 'Confirmed, of those that were confirmed, given up or waived',
  firstTryRate: `${measures['writeback.confirmed_first_try']}, of those that were confirmed, given up or waived`,
  latencyFromAcceptedMs:
    'Milliseconds from the moment the event was accepted to the moment the target was seen to show the change; percentiles of the confirmed, each of which is within 1 % of the exact one',
  latencyFromOccurredMs:
    'Milliseconds from the moment the sender says it happened to the moment the target was seen to show the change; percentiles of the confirmed, each of which is within 1 % of the exact one',
  hires: 'Applications that moved into the state hired',
  fieldConflicts: measures['incident.field_conflict'],
  fieldConflictsPerHire: 'Field conflicts of the window for each hire of the window',
  missingElements: `${measures['element.missing']}, by the system that sent them and the region of the subject; the most frequent 200`,
  agreement: `Of each system, as counted at \`countedAt\`: this moment, or, of more than ${pairsAtOnce} pairs, some minutes ago at most; pairs are the subjects that it has to show, agreeing those that it was last seen to show as they are, share the latter of the former`,
  received: `${measures['event.received']}; the sum of all that they became`,
  applied: measures['event.applied'],
  duplicate: measures['event.duplicate'],
  echo: measures['event.echo'],
  stale: measures['event.stale'],
  refused: measures['event.refused'],
  quarantined: measures['event.quarantined'],
  parked: measures['event.parked'],
} as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Widened to full hours; the last seven days when nothing is said. Null when it is empty or longer than `limits.reportDaysMax`. */
export function reportWindow(from: string | undefined, to: string | undefined, now: number): ReportWindow | null {
  const end = Math.ceil((to === undefined ? now + 1 : Date.parse(to)) / hourMs) * hourMs;
  const start =
    Math.floor((from === undefined ? end - limits.reportDaysDefault * dayMs : Date.parse(from)) / hourMs) * hourMs;
  if (!(start < end) || end - start > limits.reportDaysMax * dayMs + hourMs) return null;
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

/** One report, split in one way. */
export async function readKpis(context: Context, window: ReportWindow, group: readonly KpiGroup[]): Promise<KpiReport> {
  const [found, others] = await inOneSnapshot(
    context.database,
    (tx) => writebackFigures(tx, window, [group]),
    async (tx) => ({
      ...((await ofWindows(tx, [window]))[0] as OfWindow),
      missingElements: await missingElements(tx, window, limits.pageRowsMax),
      agreement: await currentAgreement(tx),
    }),
  );
  return { ...others, group, rows: (found.splits[0] ?? []).map(rowOf), totals: figuresOf(found.totals) };
}

/** What pages show of figures. */
export type PeriodFigures = Omit<Figures, 'attempts' | 'latencyFromOccurredMs'>;

/** Of a report, what pages show of a period. */
export interface PeriodReport extends Omit<KpiReport, 'rows' | 'totals' | 'missingElements' | 'agreement'> {
  rows: Omit<KpiReport['rows'][number], 'attempts' | 'latencyFromOccurredMs'>[];
  totals: PeriodFigures;
}

/** Of each period, a report in each of its splits, at the cost of little more than one. The periods follow each other; all is of one moment. */
export async function readPeriods(
  { database }: Pick<Context, 'database'>,
  periods: readonly { window: ReportWindow; splits: readonly (readonly KpiGroup[])[] }[],
): Promise<PeriodReport[][]> {
  const [figures, others] = await inOneSnapshot(
    database,
    (tx) => briefFigures(tx, periods),
    (tx) =>
      ofWindows(
        tx,
        periods.map(({ window }) => window),
      ),
  );
  return periods.map(({ splits }, nth) => {
    const [found, whole] = [figures[nth], others[nth]];
    if (!found || !whole) throw new Error('A period has no figures. This is a bug in Interlock.');
    const totals = figuresOf(found.totals);
    return splits.map((group, at) => ({ ...whole, group, rows: (found.splits[at] ?? []).map(rowOf), totals }));
  });
}

type OfWindow = Pick<
  KpiReport,
  'window' | 'hires' | 'fieldConflicts' | 'fieldConflictsPerHire' | 'dispositions' | 'definitions'
>;

async function ofWindows(tx: Tx, windows: readonly ReportWindow[]): Promise<OfWindow[]> {
  const found = await hiresAndConflicts(tx, windows);
  const received = await countDispositions(tx, windows);
  return windows.map((window, nth) => {
    const { hires, conflicts } = found[nth] ?? { hires: 0, conflicts: 0 };
    return {
      window,
      hires,
      fieldConflicts: conflicts,
      fieldConflictsPerHire: hires === 0 ? null : conflicts / hires,
      dispositions: received[nth] as DispositionCounts,
      definitions,
    };
  });
}

const rowOf = (row: GroupedFigures): KpiReport['rows'][number] => ({
  machine: row.machine,
  eventType: row.event_type,
  connection: row.connection_id,
  day: row.day,
  ...figuresOf(row),
});

function figuresOf(row: WritebackFigures): Figures {
  const { writebacks, origin, confirmed, first_try, dead, waived, superseded, open, attempts, contradicted } = row;
  const ended = confirmed + dead + waived;
  const share = (count: number): number | null => (ended === 0 ? null : count / ended);
  return {
    writebacks,
    origin,
    confirmed,
    dead,
    waived,
    superseded,
    open,
    attempts,
    contradicted,
    confirmedRate: share(confirmed),
    firstTryRate: share(first_try),
    latencyFromAcceptedMs: latency(row.accepted_ms),
    latencyFromOccurredMs: latency(row.occurred_ms),
  };
}

const latency = (percentiles: readonly number[] | null): Latency => ({
  p50: percentiles?.[0] ?? null,
  p95: percentiles?.[1] ?? null,
  p99: percentiles?.[2] ?? null,
});
