// A process that is killed while it exchanges files loses no row and doubles none, wherever it was.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { armCrash, type CrashPointName, neverCrash } from '../../src/core/crash-points.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { type FileExchangeBench, openFileExchange, outboundSettings } from '../support/file-exchange.ts';

let bench: FileExchangeBench;
beforeEach(async () => {
  bench = await openFileExchange();
  const managed = await bench.add('legacy', { outbound: outboundSettings });
  if (!managed.ok) throw new Error(JSON.stringify(managed));
});
afterEach(() => bench[Symbol.asyncDispose]());

const db = () => bench.service.context.database.engine;

/** The signal that ended it. */
function killedAt(point: CrashPointName, hit: number): Promise<string | null> {
  const folder = join(bench.legacy.folder, '..');
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(projectFolder, 'test/support/exchange-files-child.ts'),
      bench.service.connectionString,
      folder,
      point,
      String(hit),
    ],
    { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', (_, signal) => resolve(signal)));
}

/** Dies there, and is a process that is gone for everybody else; where no process of its own is needed, its turn is abandoned. */
async function dies(point: CrashPointName, hit: number, how: 'kill -9' | 'abandoned'): Promise<void> {
  if (how === 'kill -9') return expect(await killedAt(point, hit)).toBe('SIGKILL');
  const { context } = bench.service;
  let deaths = 0;
  context.crashPoint = armCrash({ name: point, hit }, () => {
    deaths += 1;
    throw new Error('abandoned');
  });
  for (let turns = 0; turns < 6 && deaths === 0; turns += 1) await bench.turn();
  expect(deaths).toBe(1);
  context.crashPoint = neverCrash;
}

const applicants = (count: number): void => {
  for (let i = 1; i <= count; i += 1)
    bench.legacy.move(`A${i}`, 'NEW', new Date(Date.UTC(2026, 0, 5)), { first_name: `Kim ${i}` });
};

describe('taking a file', () => {
  test.each([
    ['files.rows_recorded', 1, 'abandoned', 200],
    ['files.rows_recorded', 2, 'kill -9', 10],
    ['files.taken', 1, 'abandoned', 0],
  ] as const)('dead at %s, hit %i, %s', { timeout: 120_000 }, async (point, hit, how, again) => {
    applicants(210);
    await bench.legacy.drop('a.csv');
    await dies(point, hit, how);
    expect(await bench.names('in')).toContain('a.csv');
    await bench.exchange();
    const dispositions = await bench.dispositions();
    expect(dispositions.filter((one) => one === 'applied')).toHaveLength(210);
    const [file] = await bench.arrived();
    // What was recorded and not noted came again, and counted for nothing: one step of it at most.
    expect(file).toMatchObject({
      state: 'taken',
      rows: 210,
      rows_done: 210,
      repeated: again,
      put_away: true,
      faults: 0,
    });
    expect(await bench.names('in/done')).toEqual(['a.csv']);
    expect(await bench.troubles()).toEqual([]);
  });
});

describe('writing a file', () => {
  test.each([
    ['files.packed', 'abandoned'],
    ['files.prepared', 'abandoned'],
    ['files.renamed', 'kill -9'],
  ] as const)('dead at %s, %s', { timeout: 120_000 }, async (point, how) => {
    applicants(3);
    await bench.legacy.drop('a.csv');
    await bench.exchange();
    bench.service.startEngine();
    const refs = ['A1', 'A2', 'A3'];
    for (const ref of refs) await bench.record(ref, 'triage.started');
    await vi.waitFor(async () => expect(await db().selectFrom('file_row').select('state').execute()).toHaveLength(3), {
      timeout: 30_000,
      interval: 50,
    });
    await dies(point, 1, how);
    // The system takes what there is before we are back.
    const before = await bench.legacy.take({ result: () => 'ok' });
    expect(before).toHaveLength(point === 'files.renamed' ? 3 : 0);
    await bench.turn();
    await bench.legacy.take({ result: () => 'ok' });
    expect([...bench.legacy.seen.values()]).toEqual([1, 1, 1]);
    for (const ref of refs) await bench.settled(ref);
    expect((await bench.writebacks('A2')).at(-1)).toMatchObject({ target_state: 'active.triage', status: 'confirmed' });
    const names = await bench.names('out');
    expect(names.filter((name) => name.endsWith('.csv'))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
