// Tier 2b: how long each kind of failure keeps the work waiting, against the goals; on the program as it ships, with all its waits.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TierOptions, TierReport } from '../report.ts';
import { buildProgram } from '../rig/build.ts';
import { openGround } from '../rig/ground.ts';
import { hasNats } from '../rig/nats.ts';
import type { Measured, Scenario } from './bench.ts';
import { crashes } from './crashes.ts';
import { disks } from './disks.ts';
import { endings } from './endings.ts';
import { silences } from './silences.ts';

export const scenarios: readonly Scenario[] = [...crashes, ...silences, ...disks, ...endings];

/** One seed is one round through all scenarios (about ten minutes); of several rounds the worst figure counts. `only`: those with this in their name. */
export async function run(options: TierOptions): Promise<TierReport> {
  const startedAt = performance.now();
  const report: TierReport = {
    tier: 'recovery',
    runs: 0,
    violations: [],
    sometimes: {},
    missed: [],
    skipped: [],
    figures: {},
    seconds: 0,
  };
  const chosen = scenarios.filter(({ name }) => options.only === undefined || name.includes(options.only));
  if (chosen.length === 0) throw new Error(`No failure has "${options.only}" in its name.`);
  if (!hasNats()) return { ...report, skipped: ['nats-server is not on the PATH: nothing was measured'] };
  const folder = join(options.folder, 'work');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(folder, { recursive: true });
  const build = buildProgram({ folder: join(folder, 'build'), shortWaits: false });
  const table = new Map<string, Measured>();
  for (let round = 0; round < options.seeds; round += 1) {
    await using ground = await openGround({ folder: join(folder, `ground-${round}`), build });
    for (const scenario of chosen) {
      const missing = scenario.missing?.() ?? null;
      if (missing !== null) {
        if (!report.skipped.includes(missing)) report.skipped.push(missing);
        continue;
      }
      report.runs += 1;
      try {
        const slowness = slownessOf(build);
        if (slowness > 1)
          options.log(`this machine is ${slowness.toFixed(1)} times as slow as a quiet one: short limits grow as much`);
        for (const found of await scenario.measure(ground)) {
          const measured = allow(found, slowness);
          const before = table.get(measured.key);
          if (!before || measured.ms > before.ms) table.set(measured.key, measured);
          options.log(lineOf(measured));
        }
      } catch (error) {
        const detail = `${scenario.name}: ${String((error as Error)?.stack ?? error)}`;
        report.violations.push({ seed: options.seed + round, invariant: 'recovery', detail, kept: folder });
        options.log(detail);
      }
    }
  }
  for (const measured of table.values()) {
    report.figures[measured.key] = Number.isFinite(measured.ms) ? Math.round(measured.ms) : -1;
    if (!isMet(measured))
      report.violations.push({ seed: options.seed, invariant: 'recovery', detail: lineOf(measured), kept: folder });
  }
  for (const line of tableOf([...table.values()])) options.log(line);
  if (report.violations.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { ...report, seconds: (performance.now() - startedAt) / 1000 };
}

/** What a quiet machine needs to load the program, ms: two cores of 2024. */
const quietLoadingMs = 1_500;
/** Beyond this a limit is made of waits of the program, which take no longer on a slow machine. */
const waitsFromMs = 20_000;

/** How much longer than that it takes at this moment; 1 at least. */
function slownessOf(build: string): number {
  const from = performance.now();
  spawnSync(process.execPath, ['--input-type=module', '--eval', `await import('./dist/src/compose.js')`], {
    cwd: build,
  });
  return Math.max(1, (performance.now() - from) / quietLoadingMs);
}

const allow = (measured: Measured, slowness: number): Measured =>
  measured.limitMs === null || measured.limitMs >= waitsFromMs
    ? measured
    : { ...measured, limitMs: Math.round(measured.limitMs * slowness) };

const isMet = ({ limitMs, ms }: Measured): boolean => limitMs === null || ms <= limitMs;

const shown = (ms: number): string => (Number.isFinite(ms) ? String(Math.round(ms)) : 'never');

const lineOf = (one: Measured): string =>
  `${one.goal}: ${shown(one.ms)}${one.limitMs === null ? '' : ` of ${one.limitMs} ms, ${isMet(one) ? 'met' : 'MISSED'}`}`;

/** As Markdown, for people and for READMEs. */
export const tableOf = (measured: readonly Measured[]): string[] => [
  '| goal | limit, ms | measured | met |',
  '|---|---|---|---|',
  ...measured.map(
    (one) =>
      `| ${one.goal} | ${one.limitMs ?? '–'} | ${shown(one.ms)} | ${one.limitMs === null ? '–' : isMet(one) ? 'yes' : 'NO'} |`,
  ),
];
