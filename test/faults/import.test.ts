// A small import in its full circle: 2,000 lines, killed twice on the way, with exact totals at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { addAts, linesOf } from './import/index.ts';
import { judge } from './import/judge.ts';
import { makeFile } from './import/make-file.ts';
import { runKilled } from './import/run-killed.ts';

test('2,000 lines, two kills, exact totals', async () => {
  await using database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'interlock-import-test-'));
  try {
    const file = join(folder, 'applications.csv');
    const made = await makeFile(file, 2_000);
    const connection = await addAts(database.connectionString);
    const databaseUrl = database.connectionString;
    const survived = await runKilled({ databaseUrl, connection, file, lines: 2_000, killedAt: [0.1, 0.5] });
    expect(survived.kills).toBe(2);
    expect(survived.said.kind).toBe('resumed');
    expect(await judge(databaseUrl, made, survived, linesOf(`${file}.errors.csv`))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
