// A Postgres of the rig's own, killed and frozen at will, with a template from which each seed gets a migrated database in under a second.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isAlive } from '../../../src/processes.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded/start.ts';
import { descendantsOf } from '../../acceptance/running.ts';
import { reapAtExit } from './reaper.ts';

export interface RigPostgres extends AsyncDisposable {
  port: number;
  /** Straight to the server, past every proxy. */
  addressOf(database: string): string;
  /** A fresh clone of the template; gives its name. */
  createDatabase(name: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** SIGKILL to the postmaster and every backend; it starts again by itself. Resolves when it answers. */
  kill9(): Promise<void>;
  /** SIGSTOP to all of them. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL to one backend that works for Interlock: Postgres then restarts all others. False when there was none. */
  killBackend(database: string): Promise<boolean>;
  /** pg_terminate_backend for every backend of the database that is inside a transaction, or one that is not. Gives how many. */
  terminateBackends(database: string): Promise<number>;
  /** Holds an exclusive lock on a table for so long. */
  lockTable(database: string, table: string, ms: number): Promise<void>;
  log(): string;
}

const template = 'rig_template';
/** Two seasons at a time, each with five processes that may hold 24. */
const connectionsMax = 300;

/** `prepare` fills the template after the migrations. */
export async function startRigPostgres(
  folder: string,
  prepare: (connectionString: string) => Promise<void>,
): Promise<RigPostgres> {
  const server = await startEmbeddedPostgres({ folder, fsync: false, connectionsMax, log: () => {} });
  const addressOf = (database: string): string => {
    const address = new URL(server.connectionString);
    address.pathname = `/${database}`;
    return address.href;
  };
  const admin = <T>(work: (client: pg.Client) => Promise<T>, database = 'postgres'): Promise<T> =>
    withClient(addressOf(database), work);
  await admin((client) => client.query(`create database ${template} template template0`));
  await migrate(addressOf(template));
  await prepare(addressOf(template));
  const postmaster = (): number => Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const forgetAtExit = reapAtExit(postmaster);
  const signalAll = (signal: NodeJS.Signals): number[] => {
    const all = [postmaster()].flatMap((pid) => [pid, ...descendantsOf(pid)]);
    for (const pid of all) signalOne(pid, signal);
    return all;
  };
  return {
    port: Number(new URL(server.connectionString).port),
    addressOf,
    createDatabase: (name) =>
      admin(
        async (client) => void (await client.query(`create database ${name} template ${template} strategy file_copy`)),
      ),
    dropDatabase: (name) =>
      admin(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
    async kill9() {
      const killed = signalAll('SIGKILL');
      while (killed.some(isAlive)) await sleep(10);
      for (const until = Date.now() + 20_000; Date.now() < until; await sleep(25))
        if (await admin(async () => true).catch(() => false)) return;
      throw new Error('Postgres did not come back after kill -9');
    },
    freeze: () => void signalAll('SIGSTOP'),
    thaw: () => void signalAll('SIGCONT'),
    async killBackend(database) {
      const pid = await admin((client) => backendOf(client, database)).catch(() => null);
      if (pid !== null) signalOne(pid, 'SIGKILL');
      return pid !== null;
    },
    terminateBackends: (database) =>
      admin(async (client) => {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = $1 and application_name like 'interlock-%' and (state like 'idle in%' or state = 'active' or random() < 0.3)`,
          [database],
        );
        return rowCount ?? 0;
      }).catch(() => 0),
    lockTable: (database, table, ms) =>
      admin(async (client) => {
        await client.query('begin');
        await client.query(`lock table ${table} in access exclusive mode`);
        await sleep(ms);
        await client.query('rollback');
      }, database).catch(() => {}),
    log: () => readFileSync(join(folder, 'postgres.log'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      signalAll('SIGCONT');
      await server.stop();
      forgetAtExit();
    },
  };
}

export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
  queryMs = 30_000,
): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: queryMs });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function backendOf(client: pg.Client, database: string): Promise<number | null> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = $1 and application_name like 'interlock-%' order by random() limit 1`,
    [database],
  );
  return rows[0]?.pid ?? null;
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
