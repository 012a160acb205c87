// Signals at bad moments: while starting, while migrating, twice in a row, with a log that nobody reads. Nothing is left half done or running.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { build } from '../support/build.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/hiring-office.ts';
import { createEmptyDatabase } from '../support/postgres.ts';
import { dataFolder, descendantsOf, type Environment, start } from './running.ts';

const undo: (() => Promise<unknown>)[] = [];
beforeAll(build, 120_000);
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

interface Spawned {
  child: ChildProcess;
  url: string;
  said(): string;
  /** Sends the signal and waits; gives how it ended, and after how many ms. */
  signal(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }>;
}

/** As `start` does, without waiting for it to be ready. */
async function launch(environment: Environment, output: 'pipe' | number = 'pipe'): Promise<Spawned> {
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/program/main.js'], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment, INTERLOCK_PORT: String(port) },
    stdio: ['ignore', output, 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  undo.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    said: () => said,
    async signal(signal) {
      const from = performance.now();
      child.kill(signal);
      await ended;
      return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - from };
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

describe('SIGTERM while starting', () => {
  test('ends it in time with everything it had started, whenever it comes', { timeout: 180_000 }, async () => {
    const { folder, remove } = dataFolder();
    undo.push(remove);
    const environment = { INTERLOCK_DATA_DIR: folder };
    const codes: (number | null)[] = [];
    // Later and later until it comes too late: where each moment falls depends on the machine.
    for (let afterMs = 100, ready = false; !ready && afterMs < 60_000; afterMs = Math.ceil(afterMs * 1.7)) {
      const spawned = await launch(environment);
      await sleep(afterMs);
      ready = await isReady(spawned.url);
      const below = descendantsOf(spawned.child.pid ?? 0);
      const end = await spawned.signal('SIGTERM');
      codes.push(end.code);
      expect([afterMs, end.ms < 15_000]).toEqual([afterMs, true]);
      // Before the program is loaded there is nothing to stop, and the signal itself ends it.
      expect([0, null]).toContain(end.code);
      expect(descendantsOf(process.pid).filter((pid) => below.includes(pid))).toEqual([]);
      expect(running(folder)).toEqual([]);
    }
    expect(codes).toContain(0);
    const whole = await start(environment);
    expect((await whole.terminate()).code).toBe(0);
  });
});

/** Processes whose command line names the folder. */
const running = (folder: string): string[] =>
  execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));

describe('a signal while migrating', () => {
  /** An empty database in which each statement of a migration takes its time. */
  async function slowDatabase() {
    const database = await createEmptyDatabase();
    undo.push(database.drop);
    const owner = new pg.Client({ connectionString: database.connectionString });
    owner.on('error', () => {});
    await owner.connect();
    undo.push(() => owner.end());
    await owner.query(
      `create function dawdle() returns event_trigger language plpgsql as $$ begin perform pg_sleep(0.015); end $$`,
    );
    await owner.query('create event trigger dawdle on ddl_command_end execute function dawdle()');
    const migrating = async (): Promise<boolean> =>
      (
        await owner.query(
          `select from pg_stat_activity where datname = current_database() and application_name = 'interlock-migrate' and query like '%create table%' and state = 'active'`,
        )
      ).rowCount === 1;
    const tables = async (): Promise<number> =>
      (
        await owner.query(
          `select count(*)::int as count from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
        )
      ).rows[0].count;
    const applied = async (): Promise<number> =>
      (await owner.query(`select to_regclass('kysely_migration') as found`)).rows[0].found === null
        ? 0
        : (await owner.query('select count(*)::int as count from kysely_migration')).rows[0].count;
    const { folder, remove } = dataFolder();
    undo.push(remove);
    const environment = {
      INTERLOCK_DATA_DIR: folder,
      INTERLOCK_NATS_SERVER: 'none',
      INTERLOCK_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
      INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
      DATABASE_URL: database.connectionString,
    };
    return { owner, environment, migrating, tables, applied };
  }

  test('once: the migration is finished, then the process ends', { timeout: 90_000 }, async () => {
    const { environment, migrating, tables, applied } = await slowDatabase();
    const spawned = await launch(environment);
    await until(migrating, 30_000);
    const end = await spawned.signal('SIGTERM');
    expect([end.code, end.ms < 15_000]).toEqual([0, true]);
    expect(await isReady(spawned.url)).toBe(false);
    expect([(await tables()) > 10, (await applied()) > 3]).toEqual([true, true]);
  });

  test.each<[string, NodeJS.Signals[]]>([
    ['twice', ['SIGTERM', 'SIGTERM']],
    ['SIGKILL', ['SIGKILL']],
  ])('%s: nothing of it is left, and the next start does all of it', { timeout: 90_000 }, async (_, signals) => {
    const { owner, environment, migrating, tables, applied } = await slowDatabase();
    const spawned = await launch(environment);
    await until(migrating, 30_000);
    for (const signal of signals.slice(0, -1)) spawned.child.kill(signal);
    await sleep(20);
    const end = await spawned.signal(signals.at(-1) ?? 'SIGKILL');
    expect(end.ms).toBeLessThan(1_500);
    await until(async () => !(await migrating()), 10_000);
    expect([await tables(), await applied()]).toEqual([0, 0]);
    await owner.query('drop event trigger dawdle');
    const second = await start(environment);
    expect([(await tables()) > 10, (await applied()) > 3]).toEqual([true, true]);
    expect((await second.terminate()).code).toBe(0);
  });
});

test('a second SIGTERM ends it at once, and the next start goes on from there', { timeout: 90_000 }, async () => {
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const environment = { INTERLOCK_DATA_DIR: folder, INTERLOCK_NATS_SERVER: 'none' };
  const spawned = await launch(environment);
  await until(() => isReady(spawned.url), 30_000);
  spawned.child.kill('SIGTERM');
  // Long enough for the first to be heard, too short for the database to have ended.
  await sleep(20);
  expect(spawned.child.exitCode).toBeNull();
  const end = await spawned.signal('SIGTERM');
  expect([end.code, end.ms < 1_000]).toEqual([130, true]);
  const again = await start(environment);
  expect((await again.terminate()).code).toBe(0);
});

test('a log that nobody reads keeps it neither from starting nor from stopping', { timeout: 60_000 }, async () => {
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const full = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(full, 'x'.repeat(4_096));
  }).toThrow('EAGAIN');
  // As a shell would open it: writing waits.
  const waiting = openSync(path, constants.O_RDWR);
  const spawned = await launch(
    { INTERLOCK_DATA_DIR: join(folder, 'data'), INTERLOCK_NATS_SERVER: 'none', INTERLOCK_LOG_LEVEL: 'debug' },
    waiting,
  );
  await until(() => isReady(spawned.url), 30_000);
  const end = await spawned.signal('SIGTERM');
  expect([end.code, end.ms < 10_000]).toEqual([0, true]);
});
