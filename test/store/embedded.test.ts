// The embedded Postgres survives what happens to it on people's machines: kills, leftovers, strangers' pids, missing links.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAlive } from '../../src/processes.ts';
import { sharedBuffersMb } from '../../src/store/embedded/cluster.ts';
import { findPostmaster, readPostmaster } from '../../src/store/embedded/postmaster.ts';
import { type EmbeddedPostgres, joinEmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded/start.ts';
import { scratchFolder } from '../support/scratch.ts';

const started: EmbeddedPostgres[] = [];
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const postgres of started.splice(0)) await postgres.stop();
  for (const folder of folders.splice(0)) {
    const left = await readPostmaster(join(folder, 'data'));
    if (left && isAlive(left.pid)) process.kill(left.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

function newFolder(): string {
  const folder = scratchFolder('interlock-embedded-');
  folders.push(folder);
  return folder;
}

async function start(folder: string, said: string[] = []): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ folder, fsync: false, log: (line) => said.push(line) });
  started.push(postgres);
  return postgres;
}

async function ask<Row extends pg.QueryResultRow>(connectionString: string, query: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    await client.end();
  }
}

/** Another Interlock: a process of its own that starts Postgres on the folder and then waits. */
async function startElsewhere(folder: string): Promise<ChildProcess> {
  const source = new URL('../../src/store/embedded/start.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(source)}).then(async ({ startEmbeddedPostgres }) => {
    await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, fsync: false, log() {} });
    console.log('ready');
    setInterval(() => {}, 1000);
  });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the other process ended before it was ready')));
  });
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

it.each([
  ['half a gigabyte', 0.5, 128],
  ['four', 4, 512],
  ['sixty-four', 64, 1_024],
])('of %s, so many MB are for pages', (_, gigabytes, megabytes) => {
  expect(sharedBuffersMb(gigabytes * 1024 ** 3)).toBe(megabytes);
});

describe('a first and a second start', () => {
  it('keeps the data, starts fast the second time, and has the settings that were promised', async () => {
    const folder = newFolder();
    const first = await start(folder);
    expect(first.adopted).toBe(false);
    await ask(first.connectionString, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    await first.stop();

    const before = performance.now();
    const second = await start(folder);
    // 80 ms alone on a machine; the bound leaves room for a busy one.
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(await ask(second.connectionString, 'select n from kept')).toEqual([{ n: 7 }]);
    const settings = await ask<{ name: string; setting: string }>(
      second.connectionString,
      `select name, setting from pg_settings where name in ('listen_addresses', 'max_connections', 'client_connection_check_interval', 'synchronous_commit', 'data_checksums') order by name`,
    );
    expect(Object.fromEntries(settings.map((row) => [row.name, row.setting]))).toEqual({
      client_connection_check_interval: '1000',
      data_checksums: 'on',
      listen_addresses: '127.0.0.1',
      max_connections: '60',
      synchronous_commit: 'on',
    });
  });

  it('keeps fsync on unless told otherwise, and the password to itself', async () => {
    const folder = newFolder();
    const postgres = await startEmbeddedPostgres({ folder, log: () => {} });
    started.push(postgres);
    expect(await ask(postgres.connectionString, `select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'on' }]);
    expect(statSync(join(folder, 'password')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).not.toContain('password.new');
    const guess = new URL(postgres.connectionString);
    guess.password = 'guess';
    await expect(ask(guess.href, 'select 1')).rejects.toThrow('password authentication failed');
  });

  it('starts over when an earlier start was cut off in the middle of making the data folder', async () => {
    const folder = newFolder();
    await (await start(folder)).stop();
    rmSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data.new'), 'half made');
    const postgres = await start(folder);
    expect(await ask(postgres.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('two processes', () => {
  it('refuses a second owner, lets a command line join, and adopts the server after kill -9 of the first', async () => {
    const folder = newFolder();
    expect(await joinEmbeddedPostgres(folder)).toBeNull();
    const other = await startElsewhere(folder);
    await expect(start(folder)).rejects.toThrow(`Another Interlock (process ${other.pid}) is running on ${folder}`);

    const joined = await joinEmbeddedPostgres(folder);
    expect(joined).not.toBeNull();
    await ask(joined!, 'create table before_the_kill (n int)');
    const server = await readPostmaster(join(folder, 'data'));
    await killed(other);
    expect(isAlive(server!.pid)).toBe(true);

    const said: string[] = [];
    const adopted = await start(folder, said);
    expect(adopted.adopted).toBe(true);
    expect(said.join()).toContain(`process ${server!.pid}`);
    expect(await ask(adopted.connectionString, 'select count(*)::int as n from before_the_kill')).toEqual([{ n: 0 }]);
    await adopted.stop();
    expect(isAlive(server!.pid)).toBe(false);
    expect(existsSync(join(folder, 'owner.json'))).toBe(false);
  });

  it('starts after node and Postgres were both killed, with its own dead pid in the file', async () => {
    const folder = newFolder();
    const other = await startElsewhere(folder);
    const server = await readPostmaster(join(folder, 'data'));
    await killed(other);
    process.kill(server!.pid, 'SIGKILL');
    await vi.waitUntil(() => !isAlive(server!.pid));
    const postgres = await start(folder);
    expect(postgres.adopted).toBe(false);
    expect(await ask(postgres.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is not stopped by a pid file that names somebody else: ids are used again in containers', async () => {
    const folder = newFolder();
    await (await start(folder)).stop();
    const file = join(folder, 'data', 'postmaster.pid');
    writeFileSync(file, `${process.pid}\n${join(folder, 'data')}\n1\n54321\n\n127.0.0.1\n1 1\nready\n`);
    writeFileSync(
      join(folder, 'owner.json'),
      JSON.stringify({ pid: process.pid, incarnation: 'another process that had this id' }),
    );
    const said: string[] = [];
    const postgres = await start(folder, said);
    expect(postgres.adopted).toBe(false);
    expect(said.join()).toContain('and not a running Postgres; struck it out');
    expect(await findPostmaster(join(folder, 'data'), () => {})).toMatchObject({ ready: true });
  });
});

it('starts the server again on the same address when it dies under us', async () => {
  const folder = newFolder();
  const postgres = await start(folder);
  await ask(postgres.connectionString, 'create table kept (n int)');
  const before = Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(before, 'SIGKILL');
  await vi.waitUntil(
    async () =>
      ask(postgres.connectionString, 'select n from kept').then(
        () => true,
        () => false,
      ),
    { timeout: 15_000, interval: 50 },
  );
  expect((await readPostmaster(join(folder, 'data')))?.pid).not.toBe(before);
});
