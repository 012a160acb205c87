// A Postgres data folder: makes it with initdb, starts a server on it, stops one.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../processes.ts';
import type { Binaries } from './binaries.ts';
import { readPostmaster } from './postmaster.ts';
import { firstUnreachable, type RunAs, spawnAs } from './run-as.ts';

export interface Cluster {
  /** `data/` (Postgres), `password`, `owner.json`, `postgres.log`. */
  folder: string;
  data: string;
  runAs: RunAs;
  binaries: Binaries;
  /** False only for tests: survives the death of a process, not of the machine. */
  fsync: boolean;
  connectionsMax: number;
}

const superuser = 'interlock';
const startMs = 30_000;
const stopMs = 20_000;

export const connectionStringOf = (folder: string, port: number, database: string): string =>
  `postgres://${superuser}:${readFileSync(join(folder, 'password'), 'utf8').trim()}@127.0.0.1:${port}/${database}`;

/** Makes the data folder. Worked on under another name, so that an interrupted run leaves nothing that looks finished. */
export async function initialise(cluster: Cluster): Promise<void> {
  const { folder, data, runAs } = cluster;
  const making = `${data}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  giveTo(making, runAs);
  refuseUnreachable(making, runAs);
  writeFileSync(join(folder, 'password'), randomBytes(24).toString('base64url'), { mode: 0o600 });
  chmodSync(join(folder, 'password'), 0o600);
  // Postgres cannot read our file when it runs as somebody else: it gets a copy that initdb removes with the folder's making.
  const passwordForInitdb = join(folder, 'password.new');
  writeFileSync(passwordForInitdb, readFileSync(join(folder, 'password')), { mode: 0o600 });
  giveTo(passwordForInitdb, runAs);
  try {
    // The builtin C.UTF-8 sorts the same on every system and asks for no installed locale.
    const flags = [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--auth=scram-sha-256',
    ];
    await run(cluster, cluster.binaries.initdb, [
      `--pgdata=${making}`,
      `--username=${superuser}`,
      `--pwfile=${passwordForInitdb}`,
      ...flags,
      ...(cluster.fsync ? [] : ['--no-sync']),
    ]);
  } finally {
    rmSync(passwordForInitdb, { force: true });
  }
  renameSync(making, data);
}

/** Starts a server and waits until it takes connections. */
export async function launch(cluster: Cluster, port?: number): Promise<{ pid: number; port: number }> {
  refuseUnreachable(cluster.data, cluster.runAs);
  const chosen = port ?? (await freePort());
  const logFile = join(cluster.folder, 'postgres.log');
  const output = openSync(logFile, 'w', 0o600);
  // Its own session: Ctrl-C in a terminal must reach Postgres through us, after the work in flight is done.
  const child = spawn(cluster.binaries.postgres, ['-D', cluster.data, ...settings(cluster, chosen)], {
    ...spawnAs(cluster.runAs),
    ...cleanEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `exit ${signal ?? code}`));
  child.unref();
  for (const until = Date.now() + startMs; Date.now() < until; await sleep(10)) {
    if (ended !== null) break;
    const postmaster = await readPostmaster(cluster.data);
    if (postmaster?.ready && postmaster.pid === child.pid) return { pid: postmaster.pid, port: postmaster.port };
  }
  child.kill('SIGKILL');
  throw new Error(
    `The embedded Postgres on ${cluster.data} did not start (${ended ?? `not ready within ${startMs / 1_000} s`}). It says: ${lastLines(logFile)}`,
  );
}

/** Ends the server on this folder, whoever started it: "fast", so that open connections do not hold it up. */
export async function halt(cluster: Cluster, pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  // Windows knows no SIGINT; ending the process there is a crash that Postgres recovers from at the next start.
  process.kill(pid, process.platform === 'win32' ? 'SIGTERM' : 'SIGINT');
  for (const until = Date.now() + stopMs; Date.now() < until; await sleep(10)) if (!isAlive(pid)) return;
  process.kill(pid, 'SIGQUIT');
  throw new Error(
    `The embedded Postgres (process ${pid}) on ${cluster.data} did not stop within ${stopMs / 1_000} s and was told to abort. The next start will take a little longer.`,
  );
}

/**
 * Memory of the server for its pages, MB: an eighth of what there is, 128 at least and 1,024 at most. At a million open subjects, counting
 * where systems agree took 148 ms with 1,024 and 242 with 128. It is taken as pages are touched, and the system caches pages besides.
 */
export const sharedBuffersMb = (memoryBytes: number): number =>
  Math.min(1_024, Math.max(128, Math.floor(memoryBytes / 8 / 1_048_576)));

/** Of the machine, or of the container where that has less, bytes. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function settings(cluster: Cluster, port: number): string[] {
  const all: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: cluster.connectionsMax,
    shared_buffers: `${sharedBuffersMb(availableMemory())}MB`,
    fsync: cluster.fsync ? 'on' : 'off',
    full_page_writes: cluster.fsync ? 'on' : 'off',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    jit: 'off',
    tcp_keepalives_idle: 30,
    // Ends the work of clients that are gone.
    ...(process.platform === 'win32' ? {} : { client_connection_check_interval: '1s' }),
    ...(process.platform === 'linux' ? { tcp_user_timeout: '15s' } : {}),
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function run(cluster: Cluster, program: string, parameters: string[]): Promise<void> {
  const child = spawn(program, parameters, {
    ...spawnAs(cluster.runAs),
    ...cleanEnvironment(),
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `exit ${signal ?? code}`));
  });
  if (ended !== null)
    throw new Error(
      `The embedded Postgres could not make its data folder ${cluster.data} (${ended}). It says: ${said.trim().slice(-600)}`,
    );
}

function giveTo(path: string, runAs: RunAs): void {
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(path, runAs.uid, runAs.gid);
}

function refuseUnreachable(path: string, runAs: RunAs): void {
  const blocked = firstUnreachable(path, runAs);
  if (blocked === null) return;
  throw new Error(
    `Interlock runs as root, so the embedded Postgres runs as ${runAs.name}, who may not enter ${blocked} on the way to ${path}. ` +
      `Either allow it (chmod o+x ${blocked}) or keep the data elsewhere (INTERLOCK_DATA_DIR); running Interlock as an ordinary user avoids the question.`,
  );
}

/** Not our environment: PGOPTIONS, PGPORT and the like would bend the server. Windows programs do not start without theirs. */
const cleanEnvironment = () => (process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', TZ: 'UTC' } });

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port on 127.0.0.1.');
  return address.port;
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-4).join(' | ') : 'nothing';
}
