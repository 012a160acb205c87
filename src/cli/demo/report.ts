// What the demo shows at its end: the KPI table, who is stuck and why, and one JSON line for machines.
import type { Figures } from '../../services/reports/read-kpis.ts';
import type { Verified } from './verify.ts';
import type { World } from './world.ts';

export interface SeasonReport {
  dispositions: Record<string, number>;
  totals: Figures;
  rows: ({ eventType: string | null; connection: string | null } & Figures)[];
  stuck: {
    cause: string;
    code: string;
    detail: string;
    subject: string | null;
    owner: string;
    connection: string | null;
    writeback: string | null;
    behind: number;
  }[];
  stuckTotals: unknown;
}

export async function readReport(world: World): Promise<SeasonReport> {
  const kpis = await read<{ totals: Figures; rows: SeasonReport['rows']; dispositions: Record<string, number> }>(
    world,
    '/v1/kpis?group=transition,connection',
  );
  const stuck = await read<{ items: SeasonReport['stuck']; totals: unknown }>(world, '/v1/stuck?limit=200');
  return {
    dispositions: kpis.dispositions,
    totals: kpis.totals,
    rows: kpis.rows,
    stuck: stuck.items,
    stuckTotals: stuck.totals,
  };
}

async function read<T>(world: World, path: string): Promise<T> {
  const { status, body } = await world.recruiter.get(path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body as T;
}

/** The line that `--json` ends with; its shape is part of the command's contract. */
export function jsonLine(report: SeasonReport, verified: Verified, bus: string, seconds: number): string {
  const { received, applied, duplicate, echo, stale, refused, quarantined, parked } = report.dispositions;
  const { totals } = report;
  const latency = totals.latencyFromAcceptedMs;
  return JSON.stringify({
    events: { received, applied, duplicate, echo, stale, refused, quarantined, parked },
    writebacks: {
      total: totals.writebacks,
      confirmed: totals.confirmed + totals.origin,
      dead: totals.dead,
      waived: totals.waived,
      superseded: totals.superseded,
      open: totals.open,
    },
    contradicted: totals.contradicted,
    inversions: verified.inversions,
    lost: verified.lost,
    latencyMs: { p50: tenths(latency.p50), p95: tenths(latency.p95), p99: tenths(latency.p99) },
    bus,
    seconds: tenths(seconds),
  });
}

/** Open writebacks that the stuck list accounts for: the head of each lane, and what waits behind it. */
export const listedAsStuck = (report: SeasonReport): number =>
  report.stuck.filter((one) => one.cause === 'write_unconfirmed').reduce((sum, one) => sum + 1 + one.behind, 0);

const tenths = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);

/** Null when the promises held; else what was broken. Open writebacks must be on the stuck list. */
export function brokenPromise(report: SeasonReport, verified: Verified): string | null {
  const { received = 0, ...kinds } = report.dispositions;
  const sum = Object.values(kinds).reduce((total, one) => total + one, 0);
  const { totals } = report;
  const settled = totals.confirmed + totals.origin + totals.dead + totals.waived + totals.superseded + totals.open;
  if (sum !== received) return `dispositions add up to ${sum}, received were ${received}`;
  if (settled !== totals.writebacks) return `writebacks add up to ${settled}, there are ${totals.writebacks}`;
  if (verified.lost > 0) return `${verified.lost} events were lost`;
  if (verified.inversions > 0) return `${verified.inversions} writes came out of order`;
  if (verified.falselyConfirmed > 0)
    return `${verified.falselyConfirmed} writebacks count as confirmed that no system showed`;
  const listed = listedAsStuck(report);
  return totals.open > listed ? `${totals.open} writebacks are open and only ${listed} are listed as stuck` : null;
}

export function tableLines(report: SeasonReport): string[] {
  const share = (rate: number | null): string => (rate === null ? '–' : `${(rate * 100).toFixed(1)} %`);
  const ms = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));
  const row = (label: string, connection: string, one: Figures): string[] => [
    label,
    connection,
    String(one.writebacks),
    String(one.attempts),
    String(one.confirmed),
    share(one.confirmedRate),
    share(one.firstTryRate),
    String(one.contradicted),
    ms(one.latencyFromAcceptedMs.p50),
    ms(one.latencyFromAcceptedMs.p95),
    ms(one.latencyFromAcceptedMs.p99),
  ];
  const head = [
    'transition',
    'system',
    'writes',
    'attempts',
    'seen in target',
    'rate',
    'first try',
    'contradicted',
    'p50 ms',
    'p95 ms',
    'p99 ms',
  ];
  const body = [...report.rows]
    .sort((a, b) => (a.connection ?? '').localeCompare(b.connection ?? '') || b.writebacks - a.writebacks)
    .map((one) => row(one.eventType ?? '', one.connection ?? '', one));
  return align([head, ...body, row('all', '', report.totals)]);
}

export function stuckLines(report: SeasonReport): string[] {
  if (report.stuck.length === 0) return ['Nobody is stuck.'];
  const shown = report.stuck
    .slice(0, 12)
    .map((one) => [one.cause, one.owner, one.connection ?? '', one.subject ?? '', one.detail]);
  const more =
    report.stuck.length > shown.length ? [`… and ${report.stuck.length - shown.length} more: GET /v1/stuck`] : [];
  return [...align([['cause', 'whose turn', 'system', 'subject', 'why'], ...shown]), ...more];
}

function align(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        /^[\d.–]/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
