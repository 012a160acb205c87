// Tier 5: the campaign is put to the test itself: every bug that is planted must be noticed within ten schedules.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../../src/project-folder.ts';
import type { TierOptions, TierReport, Violation } from '../report.ts';
import { type Mutant, mutants } from './mutants.ts';
import { plant } from './plant.ts';

/** One run for each mutant; `seeds` takes the first so many of them, `only` those with this in their name. */
export async function run(options: TierOptions): Promise<TierReport> {
  const from = performance.now();
  const violations: Violation[] = [];
  const sometimes: Record<string, number> = {};
  const named = mutants.filter(({ name }) => options.only === undefined || name.includes(options.only));
  if (named.length === 0) throw new Error(`No bug has "${options.only}" in its name.`);
  const chosen = named.slice(0, options.seeds <= 1 ? named.length : options.seeds);
  for (const [index, mutant] of chosen.entries()) {
    const verdict = await hunt(mutant, options);
    const words = verdict.kind === 'caught' ? `caught by ${verdict.by}` : verdict.detail;
    options.log(`${mutant.name} (${mutant.tier}): ${words}`);
    sometimes[mutant.name] = verdict.kind === 'caught' ? 1 : 0;
    if (verdict.kind !== 'caught')
      violations.push({
        seed: index + 1,
        invariant: 'mutants',
        detail: `${mutant.name}: ${verdict.detail}`,
        again: `--only "${mutant.name}"`,
      });
  }
  return {
    tier: 'mutants',
    runs: chosen.length,
    violations,
    sometimes,
    missed: [],
    skipped: [],
    figures: { planted: chosen.length, caught: chosen.length - violations.length },
    seconds: (performance.now() - from) / 1_000,
  };
}

type Verdict = { kind: 'caught'; by: string } | { kind: 'missed' | 'broken'; detail: string };

/** How many schedules a tier is given; a tampering or an erased person is a small one, and a round of recovery needs no luck. */
const schedules: Readonly<Record<Mutant['tier'], number>> = {
  simulation: 10,
  schedules: 10,
  recovery: 1,
  tamper: 92,
  erasure: 40,
};

async function hunt(mutant: Mutant, options: TierOptions): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-mutant-'));
  // Run as root, the database is another user's, who must pass through.
  chmodSync(folder, 0o755);
  try {
    copyProject(folder);
    const planted = plant(mutant, (file) =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : null,
    );
    if (planted.kind === 'moved')
      return { kind: 'broken', detail: `${planted.file} does not hold the text to be changed exactly once` };
    for (const [file, text] of planted.texts) writeFileSync(join(folder, file), text);
    return await campaign(folder, mutant, options);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function copyProject(folder: string): void {
  for (const name of ['src', 'machines', 'migrations', 'dictionary', 'test'])
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'bundle.mjs'])
    cpSync(join(projectFolder, name), join(folder, name));
  symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'dist'), { recursive: true });
}

/** Runs the copy's own campaign. A campaign that cannot run has caught nothing. */
async function campaign(folder: string, { tier, only }: Mutant, { seed }: TierOptions): Promise<Verdict> {
  const wanted = [
    '--tier',
    tier,
    '--seeds',
    String(schedules[tier]),
    '--seed',
    String(seed),
    '--until-broken',
    '--hard',
    '--json',
    ...(only === undefined ? [] : ['--only', only]),
  ];
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/faults/faults.ts', ...wanted], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let answer = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2_000)));
  await new Promise((resolve) => child.once('close', resolve));
  if (answer === '') return { kind: 'broken', detail: `the campaign could not be run:\n${said}` };
  const [report] = (JSON.parse(answer) as { reports: TierReport[] }).reports;
  const found = report?.violations.find((one) => one.invariant !== 'rig');
  if (found) return { kind: 'caught', by: `${found.invariant} (seed ${found.seed}): ${found.detail.slice(0, 160)}` };
  const rig = report?.violations[0]?.detail;
  return rig ? { kind: 'broken', detail: rig } : { kind: 'missed', detail: `not noticed in ${report?.runs} schedules` };
}
