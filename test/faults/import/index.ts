// The tier of imports: a seed is 100,000 applications, imported by a process that is killed twice on the way.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../src/store/database/migrate.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded/start.ts';
import { onDatabase } from '../../support/command-line.ts';
import type { TierOptions, TierReport, Violation } from '../report.ts';
import { judge } from './judge.ts';
import { makeFile } from './make-file.ts';
import { runKilled } from './run-killed.ts';

const linesPerSeed = 100_000;
const peakBytesMax = 512 * 1024 * 1024;

export async function run({ seeds, seed, log }: TierOptions): Promise<TierReport> {
  const startedAt = performance.now();
  const report: TierReport = {
    tier: 'import',
    runs: 0,
    violations: [],
    sometimes: {},
    missed: [],
    skipped: process.platform === 'linux' ? [] : ['memory, which is read from /proc'],
    figures: {},
    seconds: 0,
  };
  for (let at = seed; at < seed + seeds; at += 1) {
    const { figures, violations } = await importOnce(log);
    report.runs += 1;
    report.violations.push(...violations.map((one) => ({ seed: at, ...one })));
    Object.assign(report.figures, figures);
  }
  report.seconds = (performance.now() - startedAt) / 1_000;
  return report;
}

async function importOnce(
  log: (line: string) => void,
): Promise<{ figures: Record<string, number>; violations: Omit<Violation, 'seed'>[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-import-'));
  const data = mkdtempSync(join(tmpdir(), 'interlock-import-postgres-'));
  const postgres = await startEmbeddedPostgres({ folder: data, fsync: true, log: () => {} });
  try {
    const databaseUrl = postgres.connectionString;
    await migrate(databaseUrl);
    const connection = await addAts(databaseUrl);
    const file = join(folder, 'applications.csv');
    const made = await makeFile(file, linesPerSeed);
    log(`${linesPerSeed} lines: ${made.created} new, ${made.duplicates} said twice, ${made.errors} wrong`);
    const survived = await runKilled({ databaseUrl, connection, file, lines: linesPerSeed, killedAt: [0.25, 0.6] });
    const violations = await judge(databaseUrl, made, survived, linesOf(`${file}.errors.csv`));
    if (survived.peakBytes > peakBytesMax)
      violations.push({ invariant: 'memory', detail: `${Math.round(survived.peakBytes / 1_048_576)} MB` });
    const { said, kills, seconds, steady, peakBytes } = survived;
    log(
      `killed ${kills} times, ended with ${said.created} created, ${said.duplicates} duplicates, ${said.errors} errors`,
    );
    const figures = {
      'lines a second': Math.round(steady.lines / steady.seconds),
      'lines a second, with two kills and three starts': Math.round(linesPerSeed / seconds),
      'peak memory, MB': Math.round(peakBytes / 1_048_576),
    };
    return { figures, violations };
  } finally {
    await postgres.stop();
    for (const one of [folder, data]) rmSync(one, { recursive: true, force: true });
  }
}

/** An ATS whose ids the file holds; nothing listens there, and nobody is to call. */
export async function addAts(databaseUrl: string): Promise<string> {
  const ran = await onDatabase(databaseUrl)(
    ...['connection', 'add', 'ats', '--adapter', 'signed-webhook', '--secret', `signingSecret=${secret}`],
    ...[
      '--settings',
      JSON.stringify({
        url: 'https://ats.invalid/hook',
        states: ['active', 'hired', 'rejected'],
        confirm: { mode: 'receipt' },
      }),
    ],
  );
  if (ran.exitCode !== 0) throw new Error(`The connection could not be added: ${ran.stderr}`);
  return 'ats';
}

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** Distinct lines that a file of errors names. */
export const linesOf = (path: string): number =>
  new Set(
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(1)
      .filter((row) => row !== '')
      .map((row) => row.split(',')[0]),
  ).size;
