// Tier 2: seeded fault schedules over real processes, two seeds at a time; exports `run`.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TierOptions, TierReport, Violation } from '../report.ts';
import { buildProgram } from '../rig/build.ts';
import { canSkewClocks } from '../rig/clock.ts';
import { canMountDisks } from '../rig/disk.ts';
import { type Ground, openGround } from '../rig/ground.ts';
import { hasNats } from '../rig/nats.ts';
import { addUp, missedOf, type Sometimes } from '../rig/sometimes.ts';
import { again, runSeed, type SeedResult } from './run-seed.ts';

export interface ScheduleOptions extends TierOptions {
  /** A build to test, as `buildProgram` makes it; one of this checkout is made without it. */
  build?: string;
  /** Seeds at once; 2 unless given. */
  atOnce?: number;
  /** Stop after so many failing seeds; all are run unless given. */
  failuresMax?: number;
}

/** Room for the template, one seed and their log. */
const postgresDiskMebibytes = 512;

export async function run(options: ScheduleOptions): Promise<TierReport> {
  const from = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'interlock-faults-'));
  // Run as root, the database is another user's, who must pass through.
  chmodSync(scratch, 0o755);
  mkdirSync(options.folder, { recursive: true });
  const nats = hasNats();
  const results: SeedResult[] = [];
  const broken: Violation[] = [];
  try {
    const build = options.build ?? buildProgram({ folder: join(scratch, 'build') });
    let next = options.seed;
    const end = options.seed + options.seeds;
    const enough = (): boolean =>
      results.filter((one) => one.findings.length > 0).length >= (options.failuresMax ?? Number.POSITIVE_INFINITY);
    const lane = async (name: string): Promise<void> => {
      await using ground = await openGround({
        folder: join(scratch, name),
        build,
        smallDisk: canMountDisks ? postgresDiskMebibytes : 0,
      });
      while (next < end && !enough()) {
        const seed = next;
        next += 1;
        const result = await seedOnce(ground, seed, options, nats, broken);
        if (result) results.push(result);
      }
    };
    const lanes = Math.min(options.atOnce ?? 2, options.seeds);
    await Promise.all(Array.from({ length: lanes }, (_, at) => lane(`lane${at}`)));
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
  return report(options, results, broken, nats, (performance.now() - from) / 1000);
}

/** What the rig itself could not do is a violation too: never a seed that silently was none. */
async function seedOnce(
  ground: Ground,
  seed: number,
  options: ScheduleOptions,
  nats: boolean,
  broken: Violation[],
): Promise<SeedResult | null> {
  try {
    const result = await runSeed({
      ground,
      seed,
      nats,
      clocks: canSkewClocks,
      disks: canMountDisks,
      folder: options.folder,
    });
    options.log(lineOf(result));
    return result;
  } catch (error) {
    const detail = `the seed could not be run: ${(error as Error).message}`;
    broken.push({ seed, invariant: 'rig', detail });
    options.log(`seed ${seed}: ${detail}`);
    return null;
  }
}

function lineOf(result: SeedResult): string {
  const head = `seed ${result.seed}: ${result.events} events, ${(result.ms / 1000).toFixed(1)} s, rest after ${(result.settleMs / 1000).toFixed(1)} s; ${result.faults.join(' ')}`;
  if (result.findings.length === 0) return head;
  const found = result.findings.slice(0, 12).map((one) => `    ${one.invariant}: ${one.detail}`);
  return [
    `${head}\n  BROKEN (${result.findings.length}), kept in ${result.kept}; run it again: ${again(result.seed)}`,
    ...found,
  ].join('\n');
}

function report(
  options: ScheduleOptions,
  results: readonly SeedResult[],
  broken: readonly Violation[],
  nats: boolean,
  seconds: number,
): TierReport {
  const sometimes: Sometimes = {};
  for (const result of results) addUp(sometimes, result.sometimes);
  const sorted = results.map((one) => one.ms).sort((a, b) => a - b);
  const rests = results.map((one) => one.settleMs).sort((a, b) => a - b);
  return {
    tier: 'schedules',
    runs: results.length,
    violations: [
      ...broken,
      ...results.flatMap(({ seed, findings, kept }) =>
        findings.map((one) => ({ seed, ...one, ...(kept === undefined ? {} : { kept }) })),
      ),
    ],
    sometimes,
    missed: missedOf(sometimes, options.seeds, nats),
    skipped: [
      ...(nats ? [] : ['no nats-server on the PATH: one process with the bus inside it, and no fault of NATS']),
      ...(canMountDisks ? [] : ['nobody may mount a disk here: no disk was full (F13, F20, F21)']),
      ...(canSkewClocks ? [] : ['libfaketime is not installed: clocks were right everywhere (F40)']),
    ],
    figures: {
      faultsInjected: results.reduce((sum, one) => sum + one.faults.length, 0),
      events: results.reduce((sum, one) => sum + one.events, 0),
      requests: results.reduce((sum, one) => sum + one.requests, 0),
      seedMsMedian: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
      seedMsMax: Math.round(sorted.at(-1) ?? 0),
      restMsMedian: Math.round(rests[Math.floor(rests.length / 2)] ?? 0),
      restMsMax: Math.round(rests.at(-1) ?? 0),
    },
    seconds,
  };
}
