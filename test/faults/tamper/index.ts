// Tier 4a: the log is tampered with in every way we could think of, each time by the owner of the database, and each time the verifier must name the first bad row.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../../src/core/canonical-json.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded/start.ts';
import type { TierOptions, TierReport } from '../report.ts';
import { openBench, type Seen } from './bench.ts';
import type { Case } from './case.ts';
import { allCases } from './cases.ts';
import { makeLog } from './log.ts';

/** One seed is one case; the first of all, under number 0, is the log as it is. */
export async function run(options: TierOptions): Promise<TierReport> {
  // Not below the folder of the caller: run as root, the database is another user's, who could not get there.
  const folder = mkdtempSync('/tmp/interlock-tamper-');
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), fsync: false, log: () => {} });
  try {
    await migrate(postgres.connectionString);
    return await runCases(postgres.connectionString, options);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** On an empty, migrated database of the caller's. */
export async function runCases(connectionString: string, options: TierOptions): Promise<TierReport> {
  const startedAt = performance.now();
  const log = await makeLog(connectionString);
  await using bench = openBench(connectionString, log);
  const cases = allCases().slice(options.seed - 1, options.seed - 1 + options.seeds);
  const report = emptyReport(cases.length);
  const violate = (seed: number, detail: string): void => {
    report.violations.push({ seed, invariant: 'I9', detail });
  };

  const untouched = await bench.look(control);
  for (const [where, seen] of Object.entries(untouched))
    if (seen?.kind !== 'intact')
      violate(0, `The log as it is counts as tampered with (${where}): ${canonicalJson(seen)}`);
  for (const [at, one] of cases.entries()) {
    const seed = options.seed + at;
    const seen = await bench.look(one);
    const wanted = one.found(log);
    const elsewhere = one.elsewhere === undefined ? wanted : (one.elsewhere?.(log) ?? null);
    for (const [where, found, should] of [
      ['in the database', foundIn(seen.database), wanted],
      ['in an export', foundIn(seen.elsewhere), elsewhere],
    ] as const)
      if (canonicalJson(found) !== canonicalJson(should))
        violate(seed, `${one.name} (${where}): should find ${canonicalJson(should)}, found ${canonicalJson(found)}`);
    if (wanted) count(report, `${wanted.kind}: ${wanted.fault}`);
  }
  const again = await bench.look(control);
  if (again.database.kind !== 'intact') violate(0, 'A case was not undone: the log is tampered with at the end.');
  report.figures.cases = cases.length;
  report.figures.transitions = log.transitions;
  report.figures.checkpoints = log.checkpoints.length;
  report.seconds = (performance.now() - startedAt) / 1_000;
  keep(options.folder, report);
  return report;
}

const control: Pick<Case, 'tamper'> = { tamper: async () => {} };

const foundIn = (seen: Seen['database']): unknown => (seen.kind === 'broken' ? seen.found : null);

const count = (report: TierReport, branch: string): void => {
  report.sometimes[branch] = (report.sometimes[branch] ?? 0) + 1;
};

const emptyReport = (runs: number): TierReport => ({
  tier: 'tamper',
  runs,
  violations: [],
  sometimes: {},
  missed: [],
  skipped: [],
  figures: {},
  seconds: 0,
});

function keep(folder: string, report: TierReport): void {
  if (report.violations.length === 0) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'violations.json'), JSON.stringify(report.violations, null, 2));
}
