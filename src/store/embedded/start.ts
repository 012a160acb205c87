// The Postgres that runs with Interlock when no DATABASE_URL is set: for evaluation, development and tests.
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { takeOwnership } from '../../folder-owner.ts';
import { isAlive } from '../../processes.ts';
import { findBinaries } from './binaries.ts';
import { type Cluster, connectionStringOf, halt, initialise, launch } from './cluster.ts';
import { findPostmaster, type Postmaster, readPostmaster, servesFolder } from './postmaster.ts';
import { chooseRunAs } from './run-as.ts';

export interface EmbeddedPostgres {
  /** Of the superuser, to a database named `interlock`. The port may change from start to start. */
  connectionString: string;
  /** True when the server was running already: left over by a process that was killed. */
  adopted: boolean;
  /** Stops the server, an adopted one too. May be called twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  folder: string;
  log(line: string): void;
  /** Default true. False is for tests only: it survives the death of a process, not of the machine. */
  fsync?: boolean;
  /** Default 60: enough for one Interlock and some commands. */
  connectionsMax?: number;
}

const database = 'interlock';
const watchMs = 250;
const adoptionMs = 10_000;

/** Makes the folder if needed, starts a server or adopts the one left over, and restarts it if it dies. Throws with a remedy. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const giveBack = takeOwnership(folder, 'set DATABASE_URL so that several processes can share one database');
  try {
    const data = join(folder, 'data');
    const runAs = chooseRunAs(data);
    // Root keeps the folder; the database user must only pass through it.
    if (runAs.uid !== undefined) chmodSync(folder, 0o711);
    const cluster: Cluster = {
      folder,
      data,
      runAs,
      binaries: findBinaries(runAs, options.log),
      fsync: options.fsync ?? true,
      connectionsMax: options.connectionsMax ?? 60,
    };
    const found = existsSync(data) ? await adopt(cluster, options.log) : null;
    if (!existsSync(data)) await initialise(cluster);
    const running = found ?? (await launch(cluster));
    await createDatabase(connectionStringOf(folder, running.port, 'postgres'));
    return supervise(cluster, running, found !== null, giveBack, options.log);
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** The address of a server that another process runs on this folder, or null: how a command line joins in. Changes nothing. */
export async function joinEmbeddedPostgres(folder: string): Promise<string | null> {
  const data = join(resolve(folder), 'data');
  const found = await readPostmaster(data);
  if (!found?.ready) return null;
  const connectionString = connectionStringOf(resolve(folder), found.port, database);
  return (await servesFolder(connectionString, data)) ? connectionString : null;
}

async function adopt(cluster: Cluster, log: (line: string) => void): Promise<Postmaster | null> {
  for (const until = Date.now() + adoptionMs; ; await sleep(50)) {
    const found = await findPostmaster(cluster.data, log);
    if (!found) return null;
    if (found.ready && (await servesFolder(connectionStringOf(cluster.folder, found.port, 'postgres'), cluster.data))) {
      log(`postgres: adopted the server left running on ${cluster.data} (process ${found.pid})`);
      return found;
    }
    if (Date.now() > until) {
      throw new Error(
        `A Postgres server (process ${found.pid}) runs on ${cluster.data} but takes no connections with the password in ${join(cluster.folder, 'password')}. ` +
          `Stop it (kill -INT ${found.pid}) and start again.`,
      );
    }
  }
}

function supervise(
  cluster: Cluster,
  first: { pid: number; port: number },
  adopted: boolean,
  giveBack: () => void,
  log: (line: string) => void,
): EmbeddedPostgres {
  let running = first;
  let restarting: Promise<void> | null = null;
  let stopped: Promise<void> | null = null;
  const restart = async (): Promise<void> => {
    for (let delay = 100; stopped === null; delay = Math.min(delay * 2, 5_000)) {
      log(`postgres: the server (process ${running.pid}) is gone; starting it again`);
      // Same port: the connection string that others hold stays true.
      const next = await launch(cluster, running.port).catch((error: Error) => log(`postgres: ${error.message}`));
      if (next) {
        running = next;
        return;
      }
      await sleep(delay);
    }
  };
  const watch = setInterval(() => {
    if (stopped !== null || restarting !== null || isAlive(running.pid)) return;
    restarting = restart().finally(() => (restarting = null));
  }, watchMs);
  watch.unref();
  const stop = async (): Promise<void> => {
    clearInterval(watch);
    await restarting;
    await halt(cluster, running.pid);
    giveBack();
  };
  return {
    connectionString: connectionStringOf(cluster.folder, first.port, database),
    adopted,
    stop: () => (stopped ??= stop()),
  };
}

async function createDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}
