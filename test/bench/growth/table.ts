// What was found about growth, in Markdown.
import { type Middle, middleOf } from '../report.ts';
import type { Round } from '../run-one.ts';
import type { Answer } from './answers.ts';
import type { Rates } from './rates.ts';
import type { Retention } from './retention.ts';
import type { TableSize, Vacuumed } from './sizes.ts';

export interface Found {
  transitions: number;
  subjects: number;
  /** Sizes before the seasons, after them, and after a vacuum. */
  before?: TableSize[];
  rates?: Rates;
  after?: TableSize[];
  vacuumed?: Vacuumed[];
  answers?: Answer[];
  planFaults?: string[];
  retention?: Retention;
}

export function tables(found: Found): string {
  const { rates, after, before, vacuumed, answers, planFaults, retention } = found;
  return [
    rates ? ratesTable(rates, found) : null,
    after && before && vacuumed ? sizesTable(before, after, vacuumed) : null,
    answers ? answersTable(answers) : null,
    planFaults
      ? `Plans of the engine and its loops at ${count(found.transitions)} transitions: ${planFaults.length === 0 ? 'none reads a growing table' : planFaults.join('; ')}.`
      : null,
    retention ? retentionTable(retention) : null,
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}

const count = (value: number): string => Math.round(value).toLocaleString('en');
const mega = (bytes: number): string => count(bytes / 1_048_576);
const middle = ({ median, min, max }: Middle, digits = 2): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

function ratesTable({ empty, large, ratios, scanned, faults }: Rates, { transitions, subjects }: Found): string {
  const of = (rounds: readonly Round[], figure: (round: Round) => number, digits?: number): string =>
    middle(middleOf(rounds.map(figure)), digits);
  const row = (name: string, figure: (round: Round) => number, ratio: Middle | null, digits?: number): string[] => [
    name,
    of(empty, figure, digits),
    of(large, figure, digits),
    ratio ? middle(ratio) : '',
  ];
  const figures = table(
    [
      'median (min–max)',
      'empty',
      `${count(transitions)} transitions, ${count(subjects)} open subjects`,
      'large to empty, by round',
    ],
    [
      row('accepted/s', (round) => round.acceptedPerSecond, ratios.accepted, 0),
      row('CPU s per 1,000 events', (round) => round.cpu.sum, ratios.cpu),
      row('… of Postgres', (round) => round.cpu.postgres, ratios.postgres),
      row('accept p50 ms', (round) => round.latency.p50, null, 1),
      row('accept p99 ms', (round) => round.latency.p99, null, 1),
    ],
  );
  const scans =
    scanned.length === 0
      ? 'none'
      : scanned.map((one) => `${one.table} ${count(one.scans)} times, ${count(one.rows)} rows`).join('; ');
  return `${figures}\n\nChecks that failed: ${faults}. Sequential scans of growing tables in the seasons: ${scans}.`;
}

function sizesTable(before: readonly TableSize[], after: readonly TableSize[], vacuumed: readonly Vacuumed[]): string {
  return table(
    [
      'table',
      'rows',
      'MB',
      'MB of indexes',
      'grew by MB',
      'dead rows after the seasons',
      'updates in place',
      'vacuum s',
    ],
    after.map((one) => {
      const was = before.find((other) => other.table === one.table);
      const grown = was ? one.tableBytes + one.indexBytes - was.tableBytes - was.indexBytes : 0;
      const vacuum = vacuumed.find((other) => other.table === one.table);
      return [
        one.table,
        count(one.rows),
        mega(one.tableBytes),
        mega(one.indexBytes),
        mega(grown),
        count(one.dead),
        one.hotShare === null ? '–' : `${(one.hotShare * 100).toFixed(0)} %`,
        vacuum ? vacuum.seconds.toFixed(1) : '–',
      ];
    }),
  );
}

const answersTable = (answers: readonly Answer[]): string =>
  table(
    ['question', 'p50 ms', 'p95 ms', 'max ms'],
    answers.map(({ kind, question, p50Ms, p95Ms, maxMs }) => [
      `${kind}: ${question}`,
      p50Ms.toFixed(1),
      p95Ms.toFixed(1),
      maxMs.toFixed(1),
    ]),
  );

function retentionTable({ dueMs, dueFailure, erased, eraseP50Ms, eraseP95Ms, deleted }: Retention): string {
  const due = dueMs === null ? `looking for who is due failed: ${dueFailure}` : `who is due: ${count(dueMs)} ms`;
  return `${table(
    ['deleting the oldest week of ended subjects', 'rows', 'ms', 'MB of WAL'],
    deleted.map((one) => [one.table, count(one.rows), count(one.ms), mega(one.walBytes)]),
  )}\n\nErasing ${erased} persons one by one: p50 ${eraseP50Ms.toFixed(1)}, p95 ${eraseP95Ms.toFixed(1)} ms each; ${due}.`;
}
