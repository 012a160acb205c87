// Tier 0: simulated schedules, shared out over the cores of the machine.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../../src/project-folder.ts';
import type { TierOptions, TierReport } from '../report.ts';
import type { Simulated } from './simulate.ts';

/** Rare branches that a batch of a thousand schedules must go through. */
const mustHappen = [
  'dup_hit',
  'fingerprint_conflict',
  'parked',
  'commit_unknown',
  'commit_refused',
  'restarted',
  'amnesia_redrive',
  'concurrent_same_delivery',
  'forged_result',
  'publish_failed',
  'moved_by_hand',
  'echo',
  'stale',
  'refused',
  'attempt ambiguous',
  'attempt conflict',
  'attempt contradicted',
  'attempt lost',
  'attempt rate_limited',
  'attempt unauthorised',
  'attempt confirmed_already',
  'work at hand',
  'work at hand stale',
  'vendor swallowed',
  'vendor old_value',
] as const;
const batchMin = 1_000;
const program = join(projectFolder, 'dist/simulation/test/faults/simulation/simulate.js');
/** A schedule leaves much garbage and keeps nothing: with room for the young, collecting it costs little, and less when no other thread helps. */
const frugal = ['--max-semi-space-size=128', '--single-threaded-gc'];

export async function run(options: TierOptions): Promise<TierReport> {
  compile();
  const startedAt = performance.now();
  const shares = Math.max(1, Math.min(availableParallelism(), Math.ceil(options.seeds / 50)));
  const size = Math.ceil(options.seeds / shares);
  const parts = await Promise.all(
    Array.from({ length: shares }, (_, share) =>
      simulate(options.seed + share * size, Math.min(size, options.seeds - share * size), options.hard === true),
    ),
  );
  const hits: Record<string, number> = {};
  for (const part of parts) for (const [name, hit] of Object.entries(part.hits)) hits[name] = (hits[name] ?? 0) + hit;
  const broken = parts.flatMap((part) => part.broken);
  if (broken.length > 0) keep(options.folder, broken);
  const seconds = (performance.now() - startedAt) / 1_000;
  const runs = parts.reduce((sum, part) => sum + part.runs, 0);
  return {
    tier: 'simulation',
    runs,
    violations: broken.flatMap(({ seed, findings }) => findings.map((finding) => ({ seed, ...finding }))),
    sometimes: Object.fromEntries(Object.entries(hits).sort(([a], [b]) => (a < b ? -1 : 1))),
    missed: runs < batchMin ? [] : mustHappen.filter((name) => !hits[name]),
    skipped: [],
    figures: {
      brokenSchedules: parts.reduce((sum, part) => sum + part.brokenInAll, 0),
      steps: parts.reduce((sum, part) => sum + part.steps, 0),
      schedulesPerSecond: Math.round(runs / seconds),
    },
    seconds,
  };
}

/** Plain JavaScript runs twice as fast as what is compiled on the way, which keeps the names of all functions. */
function compile(): void {
  const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
  const built = spawnSync(process.execPath, [compiler, '-p', 'test/faults/simulation/tsconfig.json', '--noCheck'], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The simulation does not compile:\n${built.stdout}${built.stderr}`);
}

function simulate(first: number, count: number, hard: boolean): Promise<Simulated> {
  const child = spawn(process.execPath, [...frugal, program, String(first), String(count), ...(hard ? ['hard'] : [])], {
    cwd: projectFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(said) as Simulated);
      else reject(new Error(`Simulating ${count} schedules from seed ${first} ended with exit ${code}.`));
    });
  });
}

function keep(folder: string, broken: Simulated['broken']): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'simulation-broken.json'), `${JSON.stringify(broken, null, 2)}\n`);
}
