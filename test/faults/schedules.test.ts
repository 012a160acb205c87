// Tier 2 in small: a few seeds of real processes under at least eight faults each; `npm run faults` runs as many as one likes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { catalogue, planOf } from './schedules/catalogue.ts';
import { run } from './schedules/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-kept-'));
let keepIt = false;
afterAll(() => {
  if (!keepIt) rmSync(folder, { recursive: true, force: true });
});

test('the plan of a seed follows from its number alone', () => {
  const options = { nats: true, clocks: true, disks: true, spreadMs: 3_000 };
  expect(planOf(7, options)).toEqual(planOf(7, options));
  expect(planOf(7, options)).not.toEqual(planOf(8, options));
  for (let seed = 1; seed <= 200; seed += 1) expect(planOf(seed, options).faults.length).toBeGreaterThanOrEqual(8);
});

test('two hundred seeds draw every fault there is', () => {
  const options = { nats: true, clocks: true, disks: true, spreadMs: 3_000 };
  const drawn = new Set(
    Array.from({ length: 200 }, (_, seed) => planOf(seed, options)).flatMap((plan) =>
      plan.faults.map((one) => one.fault.name),
    ),
  );
  expect(catalogue.map((fault) => fault.name).filter((name) => !drawn.has(name))).toEqual([]);
});

test('three seeds break no promise', { timeout: 400_000 }, async () => {
  const said: string[] = [];
  const report = await run({ seeds: 3, seed: 11, folder, log: (line) => said.push(line) });
  keepIt = report.violations.length > 0;
  expect(report.violations, said.join('\n')).toEqual([]);
  expect([report.runs, report.missed]).toEqual([3, []]);
});
