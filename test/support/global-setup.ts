// One embedded Postgres for the whole run: started before the first test file, gone with its folder after the last.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../src/processes.ts';
import { readPostmaster } from '../../src/store/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';
import { scratchRoot } from './scratch.ts';

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

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The same for all projects of a run: what the one has built need not be built for the other.
  project.provide('run', `${process.pid}-${performance.timeOrigin}`);
  project.onTestsRerun(() => project.provide('run', randomUUID()));
  await removeLeftovers();
  const folder = await mkdtemp(join(scratchRoot, `${prefix}${process.pid}-`));
  project.provide('scratch', folder);
  const said: string[] = [];
  const postgres = await startEmbeddedPostgres({ folder, fsync: false, log: (line) => said.push(line) });
  project.provide('postgresUrl', postgres.connectionString);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
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
