// The season on an empty database and on the large one, by turns in one run: the same service, the same load, new applications each time.
import { loadavg } from 'node:os';
import { growing } from '../../support/plans/explain.ts';
import type { BenchPostgres } from '../postgres.ts';
import { type Middle, middleOf } from '../report.ts';
import { contenders, type Plan, type Round, runOne } from '../run-one.ts';
import { history } from './history.ts';
import { inDatabase } from './sizes.ts';

export interface RatesWanted {
  rounds: number;
  plan: Plan;
}

/** What the season read of a table row by row, all of it. */
export interface Scanned {
  table: string;
  scans: number;
  rows: number;
}

export interface Rates {
  empty: Round[];
  large: Round[];
  /** Large to empty, round by round. */
  ratios: { accepted: Middle; cpu: Middle; postgres: Middle };
  /** Sequential scans of growing tables on the large one, by the service's own statements in all rounds. */
  scanned: Scanned[];
  faults: number;
}

export async function measureRates(
  postgres: BenchPostgres,
  folder: string,
  { rounds, plan }: RatesWanted,
  say: (line: string) => void,
): Promise<Rates> {
  const interlock = contenders.find(({ name }) => name === 'interlock-local');
  if (!interlock)
    throw new Error('There is no contender interlock-local any more; say in rates.ts which one is meant.');
  const databases = { empty: postgres, large: postgres.kept(history) };
  const found: Record<'empty' | 'large', Round[]> = { empty: [], large: [] };
  const run = Date.now().toString(36);
  const before = await scansOf(postgres.addressOf(history));
  for (let number = 1; number <= rounds; number += 1) {
    // Whoever is first is now one, now the other.
    const turns = number % 2 === 1 ? (['empty', 'large'] as const) : (['large', 'empty'] as const);
    // The names of people follow the first letter.
    const names = { warm: `${letter('A', number)}-${run}`, season: `${letter('a', number)}-${run}` };
    for (const which of turns) {
      const round = await runOne({ ...interlock, name: which }, { ...plan, names }, databases[which], folder);
      found[which].push(round);
      say(
        `${number} ${which}: ${round.acceptedPerSecond.toFixed(0)} accepted/s, ${round.cpu.sum.toFixed(2)} CPU s per 1,000 ` +
          `(${round.cpu.server.toFixed(2)} + ${round.cpu.postgres.toFixed(2)}), ${round.turnedAway} turned away, ` +
          `checks ${Object.values(round.checks).join('/')}, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
      );
      for (const { calls, milliseconds, text } of round.statements?.dearest.slice(0, 12) ?? [])
        say(`  ${milliseconds.toFixed(1)} ms, ${calls.toFixed(1)} calls per 1,000: ${text.slice(0, 120)}`);
    }
  }
  const after = await scansOf(postgres.addressOf(history));
  const ratio = (of: (round: Round) => number): Middle =>
    middleOf(found.large.map((round, at) => of(round) / of(found.empty[at] as Round)));
  return {
    ...found,
    ratios: {
      accepted: ratio((round) => round.acceptedPerSecond),
      cpu: ratio((round) => round.cpu.sum),
      postgres: ratio((round) => round.cpu.postgres),
    },
    scanned: after
      .map((one) => {
        const was = before.find(({ table }) => table === one.table);
        return { ...one, scans: one.scans - (was?.scans ?? 0), rows: one.rows - (was?.rows ?? 0) };
      })
      .filter(({ scans }) => scans > 0),
    faults: [...found.empty, ...found.large].reduce(
      (sum, { checks }) => sum + Object.values(checks).reduce((a, b) => a + Math.abs(b), 0),
      0,
    ),
  };
}

const letter = (first: string, number: number): string => String.fromCharCode(first.charCodeAt(0) + (number % 26));

async function scansOf(connectionString: string): Promise<Scanned[]> {
  return await inDatabase<Scanned>(
    connectionString,
    `select relname as table, seq_scan::int as scans, seq_tup_read::float8 as rows from pg_stat_user_tables where relname = any($1)`,
    [growing],
  );
}
