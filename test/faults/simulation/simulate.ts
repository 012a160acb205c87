// A process that runs some of the simulated schedules, and writes what it found as one line of JSON: `simulate FIRST COUNT [hard]`.
import { fromSeed } from './choices.ts';
import { type Finding, runSchedule } from './run-schedule.ts';

export interface Simulated {
  runs: number;
  steps: number;
  /** Of the first schedules that broke something; the rest is counted. */
  broken: { seed: number; findings: Finding[] }[];
  brokenInAll: number;
  hits: Record<string, number>;
}

const keptMax = 20;

// Commits that fail and publishes that are lost are errors, many of them, and nobody looks where they were made.
Error.stackTraceLimit = 0;

const [first, count] = process.argv.slice(2, 4).map(Number) as [number, number];
const hard = process.argv[4] === 'hard';
const result: Simulated = { runs: 0, steps: 0, broken: [], brokenInAll: 0, hits: {} };
for (let seed = first; seed < first + count; seed += 1) {
  const { findings, steps, hits } = await runSchedule(fromSeed(seed), hard)
    .catch(() => withStacks(seed))
    .catch((error: unknown) => ({
      findings: [{ invariant: 'crash', detail: String((error as Error).stack ?? error) }],
      steps: 0,
      hits: new Map<string, number>(),
    }));
  result.runs += 1;
  result.steps += steps;
  for (const [name, hit] of hits) result.hits[name] = (result.hits[name] ?? 0) + hit;
  if (findings.length === 0) continue;
  result.brokenInAll += 1;
  if (result.broken.length < keptMax) result.broken.push({ seed, findings: findings.slice(0, 5) });
}
process.stdout.write(`${JSON.stringify(result)}\n`);

/** A schedule that crashed, once more: now it counts where. */
async function withStacks(seed: number): ReturnType<typeof runSchedule> {
  Error.stackTraceLimit = 10;
  return runSchedule(fromSeed(seed), hard).finally(() => (Error.stackTraceLimit = 0));
}
