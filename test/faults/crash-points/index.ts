// Tier 1, the crash-point matrix: each place × the hits × the processes that come by it, on a real Postgres and a real NATS.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TierOptions, TierReport } from '../report.ts';
import { buildProgram } from '../rig/build.ts';
import { type Ground, openGround } from '../rig/ground.ts';
import { hasNats } from '../rig/nats.ts';
import { caseCount, caseOf } from './places.ts';
import { type RunOutcome, runCase } from './run-case.ts';

/** Runs at a time: more would wait for the processor and not for each other. */
const atOnce = 2;

/** One seed is one run of the matrix: `seeds` as large as the matrix, or larger, is the whole of it, once. */
export async function run(options: TierOptions): Promise<TierReport> {
  const startedAt = performance.now();
  const report: TierReport = {
    tier: 'crash-points',
    runs: 0,
    violations: [],
    sometimes: {},
    missed: [],
    skipped: [],
    figures: {},
    seconds: 0,
  };
  if (!hasNats()) return { ...report, skipped: ['nats-server is not on the PATH: no run was made'] };
  const folder = join(options.folder, 'work');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(folder, { recursive: true });
  const build = buildProgram({ folder: join(folder, 'build') });
  const seeds = Array.from({ length: Math.min(options.seeds, caseCount()) }, (_, at) => options.seed + at);
  const times: RunOutcome[] = [];
  {
    await using ground = await openGround({ folder: join(folder, 'ground'), build });
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
          times.push(await runSeed(ground, seed, options, report));
      }),
    );
  }
  if (report.violations.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { ...report, figures: figuresOf(times), seconds: (performance.now() - startedAt) / 1000 };
}

async function runSeed(ground: Ground, seed: number, options: TierOptions, report: TierReport): Promise<RunOutcome> {
  const one = caseOf(seed);
  const what = `${one.name}:${one.hit} in ${one.part}`;
  const name = `crash${seed}`;
  const from = performance.now();
  const outcome = await runCase(ground, one, seed, name).catch(
    (error: unknown): RunOutcome => ({
      findings: [{ invariant: 'run', detail: String((error as Error)?.stack ?? error) }],
      recoveryMs: null,
      settledMs: null,
      unanswered: 0,
    }),
  );
  report.runs += 1;
  report.sometimes[one.name] = (report.sometimes[one.name] ?? 0) + 1;
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  options.log(`${what}: ${outcome.findings.length === 0 ? 'held' : 'BROKEN'} (seed ${seed}, ${seconds} s)`);
  if (outcome.findings.length > 0) {
    const kept = join(options.folder, `seed-${seed}`);
    cpSync(join(ground.folder, name), kept, { recursive: true, filter: (file) => !file.endsWith('/nats') });
    for (const { invariant, detail } of outcome.findings)
      report.violations.push({ seed, invariant, detail: `${what}: ${detail}`, kept });
  }
  rmSync(join(ground.folder, name), { recursive: true, force: true, maxRetries: 5 });
  return outcome;
}

function figuresOf(outcomes: readonly RunOutcome[]): Record<string, number> {
  const of = (pick: (outcome: RunOutcome) => number | null): number[] =>
    outcomes.flatMap((outcome) => pick(outcome) ?? []).sort((a, b) => a - b);
  const at = (sorted: number[], share: number): number =>
    Math.round(sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0);
  const [recovery, settling] = [of(({ recoveryMs }) => recoveryMs), of(({ settledMs }) => settledMs)];
  return {
    recoveryMsP50: at(recovery, 0.5),
    recoveryMsMax: at(recovery, 1),
    settledMsP50: at(settling, 0.5),
    settledMsMax: at(settling, 1),
    requestsWithoutAnswer: outcomes.reduce((sum, { unanswered }) => sum + unanswered, 0),
  };
}
