// One folder and one embedded Postgres for the whole run: made before the first test file, gone after the last. In memory where there is room for it, for a disk makes each test wait.
import { randomUUID } from 'node:crypto';
import { accessSync, constants, statfsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../src/processes.ts';
import { readPostmaster } from '../../src/store/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's address of a server that the whole run shares; tests clone a database of their own from it. */
    postgresUrl: string;
    /** Another one for every run of the tests, also of those that watch: what is made once for all files of a run goes by it. */
    run: string;
    /** The folder that the run's files are in; gone with it. */
    scratch: string;
  }
}

const prefix = 'interlock-test-';
/** Linux keeps these files in memory. Containers often have 64 MB of it, which is too little. */
const memory = '/dev/shm';
const roomBytes = 2 * 1024 ** 3;
/** Where each run makes its folder. */
const scratchRoot: string = hasRoom(memory) ? memory : tmpdir();
const server = Symbol.for('the server that the projects of a run share');

/** Projects set up one by one, each from its own copy of this file, and share one server. */
const shared = globalThis as { [server]?: { users: number; running: Promise<Running> } };

interface Running {
  folder: string;
  connectionString: string;
  stop(): Promise<void>;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The same for all projects of a run: what the one has built need not be built for the other.
  project.provide('run', `${process.pid}-${performance.timeOrigin}`);
  project.onTestsRerun(() => project.provide('run', randomUUID()));
  shared[server] ??= { users: 0, running: start() };
  const one = shared[server];
  one.users += 1;
  const { folder, connectionString, stop } = await one.running;
  project.provide('scratch', folder);
  project.provide('postgresUrl', connectionString);
  return async () => {
    one.users -= 1;
    if (one.users > 0) return;
    delete shared[server];
    await stop();
  };
}

async function start(): Promise<Running> {
  await removeLeftovers();
  const folder = await mkdtemp(join(scratchRoot, `${prefix}${process.pid}-`));
  // As many connections as several files at once may want, each with all pools of one or two services.
  const postgres = await startEmbeddedPostgres({ folder, fsync: false, connectionsMax: 200, log: () => {} });
  return {
    folder,
    connectionString: postgres.connectionString,
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What runs that were killed left behind: their servers hold memory until somebody ends them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(scratchRoot)) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number(name.slice(prefix.length).split('-')[0]);
    if (!Number.isInteger(owner) || owner <= 0 || isAlive(owner)) continue;
    const folder = join(scratchRoot, name);
    const postmaster = await readPostmaster(join(folder, 'data'));
    if (postmaster && isAlive(postmaster.pid)) process.kill(postmaster.pid, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= roomBytes;
  } catch {
    return false;
  }
}
