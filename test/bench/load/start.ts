// npm run bench -- start: how long the built program takes until it is ready on a data folder that is there, what it holds in memory
// when nothing happens, and how large it is.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../../src/project-folder.ts';
import { freePort } from '../children.ts';
import { monotonicMs } from '../moments.ts';
import { asJson, type Given, type Options } from '../options.ts';
import { middleOf } from '../report.ts';
import { imageParts, largestPackages } from './image-size.ts';
import { proportionalBelowMiB, residentMiB } from './memory.ts';
import { print, say } from './run.ts';

interface Start {
  /** From spawn until the embedded Postgres said that it is ready, until the port was open, and until /readyz said 200, ms. */
  postgres: number;
  listening: number;
  ready: number;
}

interface Running {
  start: Start;
  pid: number;
  url: string;
  stop(): Promise<void>;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
const hasPostgres = (dataFolder: string): boolean => {
  const file = join(dataFolder, 'postgres/data/postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
};

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<number> {
  for (const end = monotonicMs() + 60_000; !(await isSo()); await sleep(4))
    if (monotonicMs() > end) throw new Error(`after a minute still not so: ${what}`);
  return monotonicMs();
}

async function start(dataFolder: string, withNats: boolean, options: readonly string[]): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    INTERLOCK_DATA_DIR: dataFolder,
    INTERLOCK_PORT: String(port),
    INTERLOCK_LOG_LEVEL: 'warn',
    ...(withNats ? {} : { INTERLOCK_NATS_SERVER: 'none' }),
  };
  const at = monotonicMs();
  const child = spawn(process.execPath, [...options, 'dist/program/main.js'], {
    cwd: projectFolder,
    env: environment,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const postgres = (await until(() => hasPostgres(dataFolder), 'Postgres is up')) - at;
  const listening = (await until(() => isOpen(port), 'the port is open')) - at;
  const ready = (await until(() => isReady(url), 'it is ready')) - at;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { start: { postgres, listening, ready }, pid: child.pid ?? 0, url, stop };
}

/** Its first start makes the database and lays the diagrams out. */
async function makeFolder(withNats: boolean): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  // Where root runs this, Postgres runs as somebody else, who must pass through.
  chmodSync(folder, 0o711);
  const first = await start(folder, withNats, []);
  say(`the first start, which makes the database: ${first.start.ready.toFixed(0)} ms`);
  // The diagrams are laid out in a thread of their own, for some seconds.
  await sleep(20_000);
  await first.stop();
  return folder;
}

const mebibytes = (bytes: number): number => bytes / 1024 / 1024;

export const options = {
  starts: { says: 'of the built program on a folder that exists', default: '5' },
  quiet: { says: 'seconds before memory is read', default: '60' },
  nats: { says: 'with the nats-server that is on PATH; else over the local bus', default: false },
  profile: { says: 'a folder for the CPU profile of each start' },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code. */
export async function run(given: Given<typeof options>): Promise<number> {
  const compiler = join(projectFolder, 'node_modules/typescript/bin/tsc');
  for (const step of [[compiler, '-p', 'tsconfig.build.json'], ['bundle.mjs']])
    execFileSync(process.execPath, step, { cwd: projectFolder, stdio: 'inherit' });
  const folder = await makeFolder(given.nats);
  const options = given.profile ? ['--cpu-prof', `--cpu-prof-dir=${given.profile}`] : [];
  const starts: Start[] = [];
  try {
    for (let number = 1; number <= Number(given.starts); number += 1) {
      const running = await start(folder, given.nats, options);
      starts.push(running.start);
      say(JSON.stringify(running.start));
      await running.stop();
    }
    const quiet = await start(folder, given.nats, []);
    await sleep(Number(given.quiet) * 1_000);
    const memory = { service: residentMiB(quiet.pid), below: proportionalBelowMiB(quiet.pid) };
    await quiet.stop();
    const sizes = imageParts();
    const found = { starts, memory, sizes, largest: largestPackages(12) };
    const time = (name: string, of: (one: Start) => number): (string | number)[] => {
      const { median, max } = middleOf(starts.map(of));
      return [`${name}, ms`, median.toFixed(0), max.toFixed(0)];
    };
    const rows = [
      time('spawn → Postgres ready', (one) => one.postgres),
      time('spawn → port open', (one) => one.listening),
      time('spawn → ready', (one) => one.ready),
      [`memory of the process after ${given.quiet} s of quiet, MiB`, memory.service, ''],
      ['… of Postgres and all below it, MiB', memory.below, ''],
      ...sizes.inside.map(({ part, bytes }) => [`image: ${part}, MiB`, mebibytes(bytes), '']),
      ['image: all of these, MiB', mebibytes(sizes.inside.reduce((sum, { bytes }) => sum + bytes, 0)), ''],
      ...sizes.outside.map(({ part, bytes }) => [`not in the image: ${part}, MiB`, mebibytes(bytes), '']),
    ];
    print(found, ['', `median of ${starts.length}`, 'worst'], rows, given.json);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
