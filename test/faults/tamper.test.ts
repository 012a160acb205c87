// Tier 4a whole: every tampering of the log is named at its first bad row, and a log that was left alone is intact.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { allCases } from './tamper/cases.ts';
import { runCases } from './tamper/index.ts';
import { tiers } from './tiers.ts';

test('every tampering is named, and nothing else', { timeout: 60_000 }, async () => {
  const cases = allCases();
  await using database = await createTestDatabase();
  const folder = join(tmpdir(), 'interlock-tamper-test');
  const report = await runCases(database.connectionString, { seeds: cases.length, seed: 1, folder, log: () => {} });
  expect(report.violations).toEqual([]);
  expect(report.runs).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
  expect(tiers.tamper?.seeds).toBe(cases.length);
});
