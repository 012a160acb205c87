// Erasure in a whole process: a hundred people in every situation, and not a byte of them left.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './erasure/index.ts';

test('nothing is left of a hundred people', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-tier-erasure-'));
  try {
    const report = await run({ seeds: 100, seed: 1, folder, log: () => {} });
    expect(report.violations).toEqual([]);
    expect(report.missed).toEqual([]);
    expect(report.runs).toBe(100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
