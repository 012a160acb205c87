// Everything on the overview: figures of a period with those of the period before, their course, and what is stuck now.
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { type Bucket, type VolumeRow, volumeOver } from '../../store/reports/volume.ts';
import type { Context } from '../context.ts';
import { type PeriodReport, readPeriods, reportWindow } from './read-kpis.ts';
import { readStuck, type Stuck } from './read-stuck.ts';

export interface Overview {
  /** The moment of all of it, ISO 8601. */
  at: string;
  byDay: PeriodReport;
  byConnection: PeriodReport;
  byTransition: PeriodReport;
  /** The same span, directly before. */
  before: PeriodReport;
  stuck: { items: Stuck[]; totals: Record<string, number>; all: number };
  /** Open divergences. */
  disagreeing: number;
}

const dayMs = 86_400_000;
const stuckRows = 8;

/** `days` up to 90. */
export async function readOverview(context: Context, days: number): Promise<Overview> {
  const window = windowOf(context.now(), days);
  const earlier = {
    from: new Date(Date.parse(window.from) - days * dayMs).toISOString(),
    to: window.from,
  };
  const [{ items, totals }, [[before] = [], [byDay, byConnection, byTransition] = []]] = await Promise.all([
    readStuck(context, { after: null, rowsMax: stuckRows }),
    readPeriods(context, [
      { window: earlier, splits: [['connection']] },
      { window, splits: [['day'], ['connection'], ['transition']] },
    ]),
  ]);
  return {
    at: new Date(context.now()).toISOString(),
    byDay: byDay as PeriodReport,
    byConnection: byConnection as PeriodReport,
    byTransition: byTransition as PeriodReport,
    before: before as PeriodReport,
    stuck: { items, totals, all: Object.values(totals).reduce((sum, one) => sum + one, 0) },
    disagreeing: totals.systems_disagree,
  };
}

/** Events of a period by hour (one day) or by day. */
export async function readVolume(context: Context, days: number): Promise<{ rows: VolumeRow[]; buckets: string[] }> {
  const window = windowOf(context.now(), days);
  const bucket: Bucket = days === 1 ? 'hour' : 'day';
  const step = bucket === 'hour' ? 3_600_000 : dayMs;
  const buckets: string[] = [];
  for (let at = Math.floor(Date.parse(window.from) / step) * step; at < Date.parse(window.to); at += step)
    buckets.push(new Date(at).toISOString().slice(0, 16).replace('T', ' '));
  return { rows: await inSnapshot(context.database.reports, (tx) => volumeOver(tx, window, bucket)), buckets };
}

function windowOf(now: number, days: number): { from: string; to: string } {
  const window = reportWindow(new Date(now - days * dayMs).toISOString(), undefined, now);
  if (!window) throw new Error(`No report covers ${days} days.`);
  return window;
}
