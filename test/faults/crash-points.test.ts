// Crash points in whole processes: every one of them ends its process at the armed hit, and the smallest part of the matrix holds.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CrashPointName, crashPoints } from '../../src/core/crash-points.ts';
import { dataFolder } from '../acceptance/running.ts';
import { run } from './crash-points/index.ts';
import { caseCount, caseOf, places } from './crash-points/places.ts';
import { buildProgram } from './rig/build.ts';

const names = Object.keys(crashPoints) as CrashPointName[];
const { folder, remove } = dataFolder();

beforeAll(() => void buildProgram({ folder: join(folder, 'build') }), 120_000);
afterAll(remove);

test.each(names)('%s ends its process at the armed hit', (name) => {
  const program = `
    const { readConfig } = await import('./dist/src/config.js');
    const { crashOnDemand } = await import('./dist/src/crash-on-demand.js');
    const crashPoint = crashOnDemand(readConfig());
    for (let hit = 1; hit <= 9; hit += 1) {
      process.stdout.write(String(hit));
      crashPoint(${JSON.stringify(names.find((other) => other !== name))});
      crashPoint(${JSON.stringify(name)});
    }`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(folder, 'build'),
    env: { ...process.env, INTERLOCK_CRASH_POINT: `${name}:7` },
    encoding: 'utf8',
  });
  expect([ended.signal, ended.stdout, ended.stderr]).toEqual(['SIGKILL', '1234567', '']);
});

test('every point is in the matrix, and the matrix is large enough', () => {
  // Those of files are died at by test/services/file-drop-crashes.test.ts.
  expect(Object.keys(places).sort()).toEqual(names.filter((name) => !name.startsWith('files.')).sort());
  expect(caseCount()).toBeGreaterThanOrEqual(150);
  const cases = Array.from({ length: caseCount() }, (_, at) => caseOf(at + 1));
  expect(new Set(cases.map(({ name, part, hit }) => `${name} ${part} ${hit}`)).size).toBe(caseCount());
});

test('a few runs of the matrix', { timeout: 300_000 }, async () => {
  const report = await run({ seeds: 3, seed: 1, folder: join(folder, 'runs'), log: () => {} });
  expect(report.violations).toEqual([]);
  expect(report.runs + report.skipped.length).toBeGreaterThan(0);
});
