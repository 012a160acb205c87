// What a measurement says: medians with their range, and ratios to the hand-written service of the same round.
import type { Round } from './run-one.ts';

export const baseline = 'hand-written';

export interface Middle {
  median: number;
  min: number;
  max: number;
}

export function middleOf(values: readonly number[]): Middle {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

const figures: readonly (readonly [name: string, of: (round: Round) => number | undefined])[] = [
  ['accepted/s', (round) => round.acceptedPerSecond],
  ['accept p50 ms', (round) => round.latency.p50],
  ['accept p99 ms', (round) => round.latency.p99],
  ['write-backs/s', (round) => round.writebacksPerSecond],
  ['CPU s per 1,000', (round) => round.cpu.sum],
  ['… of the server', (round) => round.cpu.server],
  ['… of Postgres', (round) => round.cpu.postgres],
  ['… of its companion', (round) => round.cpu.companion],
  ['commits per event', (round) => round.commitsPerEvent],
  ['at a fixed rate: event to vendor p50 ms', (round) => round.open?.total.p50],
  ['at a fixed rate: event to vendor p99 ms', (round) => round.open?.total.p99],
];

export interface Summary {
  contender: string;
  rounds: number;
  figures: Record<string, Middle>;
  /** To the hand-written service, round by round. */
  ratios: Record<string, Middle>;
  /** What was missing, inverted, repeated, unexpected or wrongly answered, over all rounds: nothing may be. */
  faults: number;
}

/** `rounds`: in the order in which they ran; those that belong together have the same number. */
export function summarise(rounds: readonly (Round & { number: number })[]): Summary[] {
  const names = [...new Set(rounds.map(({ contender }) => contender))];
  return names.map((contender) => {
    const mine = rounds.filter((round) => round.contender === contender);
    const values = (of: (round: Round) => number | undefined): number[] => mine.flatMap((round) => of(round) ?? []);
    const ratio = (of: (round: Round) => number | undefined): number[] =>
      mine.flatMap((round) => {
        const base = rounds.find((other) => other.contender === baseline && other.number === round.number);
        const [above, below] = [of(round), base ? of(base) : undefined];
        return above !== undefined && below ? [above / below] : [];
      });
    return {
      contender,
      rounds: mine.length,
      figures: middles(values),
      ratios: middles(ratio),
      faults: mine.reduce((sum, { checks }) => sum + Object.values(checks).reduce((a, b) => a + Math.abs(b), 0), 0),
    };
  });
}

function middles(of: (figure: (round: Round) => number | undefined) => number[]): Record<string, Middle> {
  const found = figures.map(([name, figure]) => [name, of(figure)] as const).filter(([, values]) => values.length > 0);
  return Object.fromEntries(found.map(([name, values]) => [name, middleOf(values)]));
}

const short = (value: number): string =>
  Number.isNaN(value) ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const cell = (middle: Middle | undefined): string =>
  middle ? `${short(middle.median)} (${short(middle.min)}–${short(middle.max)})` : '–';

/** Two tables in Markdown: the figures, and the ratios. */
export function tables(summaries: readonly Summary[]): string {
  const table = (title: string, of: (summary: Summary) => Record<string, Middle>): string => {
    const names = figures.map(([name]) => name).filter((name) => summaries.some((one) => of(one)[name]));
    const rows = names.map((name) => `| ${name} | ${summaries.map((one) => cell(of(one)[name])).join(' | ')} |`);
    return [
      `| ${title} | ${summaries.map((one) => one.contender).join(' | ')} |`,
      `|---|${summaries.map(() => '---|').join('')}`,
      ...rows,
    ].join('\n');
  };
  const faults = summaries.map(({ contender, faults: count }) => `${contender} ${count}`).join(', ');
  return [
    table('median (min–max)', (one) => one.figures),
    table(`ratio to ${baseline} of the same round`, (one) => one.ratios),
    `Checks that failed: ${faults}.`,
  ].join('\n\n');
}
