// `npm run faults`: runs the tiers of the fault campaign and says what broke, how to run it again, and what could not be done here.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectFolder } from '../../src/project-folder.ts';
import type { TierReport } from './report.ts';
import { tierNamed, tiers } from './tiers.ts';

const usage = `npm run faults -- [--tier NAME] [--seeds N] [--seed S] [--folder DIR] [--json]

  --tier    one of the tiers below, by name or number; all that have a number of seeds here unless given
  --seeds   how many; per tier as below unless given
  --seed    the first one (1 unless given); the next are counted up
  --folder  where failing runs keep their logs (.faults unless given)
  --until-broken  stop a tier at its first broken schedule, where it can
  --only    mutants, or failures of recovery, with this in their name
  --hard    longer schedules with more going wrong, where a tier knows them
  --json    one JSON document on standard output

${Object.entries(tiers)
  .map(
    ([name, { number, what, seeds }]) => `  ${number.padEnd(3)} ${name.padEnd(13)} ${seeds || 'when named'} × ${what}`,
  )
  .join('\n')}
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      tier: { type: 'string' },
      seeds: { type: 'string' },
      seed: { type: 'string' },
      folder: { type: 'string' },
      json: { type: 'boolean', default: false },
      hard: { type: 'boolean', default: false },
      only: { type: 'string' },
      'until-broken': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const named = values.tier === undefined ? undefined : tierNamed(values.tier);
  if (values.tier !== undefined && named === undefined) return refuse(`There is no tier "${values.tier}".`);
  const [seeds, seed] = [wholeNumber(values.seeds), wholeNumber(values.seed)];
  if (Number.isNaN(seeds) || Number.isNaN(seed)) return refuse('--seeds and --seed take whole numbers.');
  const wanted = named ? [named] : Object.keys(tiers).filter((name) => (tiers[name]?.seeds ?? 0) > 0);
  const folder = resolve(values.folder ?? join(projectFolder, '.faults'));
  mkdirSync(folder, { recursive: true });

  const reports: TierReport[] = [];
  for (const name of wanted) {
    const tier = tiers[name];
    if (!tier) continue;
    const log = (line: string): void => void process.stderr.write(`  ${line}\n`);
    const count = seeds ?? (tier.seeds || 1);
    process.stderr.write(`${name}: ${count} × ${tier.what}\n`);
    const run = await tier.load();
    const { hard, only, 'until-broken': untilBroken } = values;
    const report = await run({
      seeds: count,
      seed: seed ?? 1,
      folder: join(folder, name),
      untilBroken,
      hard,
      only,
      log,
    });
    reports.push(report);
    process.stderr.write(`${summary(name, report, hard)}\n`);
  }
  const failed = reports.some((report) => report.violations.length > 0 || report.missed.length > 0);
  if (values.json) process.stdout.write(`${JSON.stringify({ failed, reports }, null, 2)}\n`);
  return failed ? 1 : 0;
}

function summary(name: string, report: TierReport, hard: boolean): string {
  const lines = [
    `${name}: ${report.runs} runs in ${report.seconds.toFixed(1)} s, ${report.violations.length} violations`,
    ...Object.entries(report.figures).map(([figure, value]) => `  ${figure}: ${value}`),
    ...report.violations
      .slice(0, 20)
      .map(
        ({ seed, invariant, detail, kept, again = `--seeds 1 --seed ${seed}${hard ? ' --hard' : ''}` }) =>
          `  VIOLATION ${invariant} (seed ${seed}): ${detail}${kept ? `\n    kept in ${kept}` : ''}\n    again: npm run faults -- --tier ${name} ${again}`,
      ),
    ...report.missed.map((branch) => `  MISSED: "${branch}" never happened, so this batch proves nothing about it`),
    ...report.skipped.map((what) => `  SKIPPED: ${what}`),
  ];
  return lines.join('\n');
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : /^\d+$/.test(text) ? Number(text) : Number.NaN;

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n\n${usage}`);
  return 2;
}

// Ended from outside, what was started and mounted here goes along: that is done when a process exits, not when it is killed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
process.exitCode = await main();
