// The Postgres of a measurement: the embedded one with its default settings and fsync on, a fresh database for every run.
import { join } from 'node:path';
import pg from 'pg';
import { readPostmaster } from '../../src/store/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';

/** A database of a measurement. */
export interface BenchDatabase {
  /** Of the server. */
  pid: number;
  /** The address of an empty database; the one before is dropped. Of one that is kept, its address. */
  fresh(): Promise<string>;
  /** Transactions that were committed in it. */
  commits(): Promise<number>;
  analyse(): Promise<void>;
  /** What was executed since this was asked last, the dearest first; null unless statements are counted. */
  statements(): Promise<Statement[] | null>;
}

export interface BenchPostgres extends BenchDatabase {
  /** Another database, which is there already and stays. */
  kept(name: string): BenchDatabase;
  /** The superuser's address of a database. */
  addressOf(name: string): string;
  stop(): Promise<void>;
}

export interface Statement {
  calls: number;
  /** In the server, without the commit's wait for the disk. */
  milliseconds: number;
  /** Of these, those that went into making plans, ms. */
  planning: number;
  text: string;
}

const name = 'bench';
/** Whose all databases are: as anybody's service would connect, not as the superuser. */
export const owner = 'bench';

/** `counting`: with pg_stat_statements, which costs a little CPU of its own. */
export async function openBenchPostgres(folder: string, counting = false): Promise<BenchPostgres> {
  const start = () => startEmbeddedPostgres({ folder: join(folder, 'postgres'), log: () => {} });
  let server = await start();
  if (counting) {
    const first = new pg.Client({ connectionString: server.connectionString });
    await first.connect();
    await first.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
    await first.query('alter system set pg_stat_statements.track_planning = on');
    await first.end();
    await server.stop();
    server = await start();
  }
  const postmaster = await readPostmaster(join(folder, 'postgres', 'data'));
  if (!postmaster) throw new Error('the embedded Postgres did not say who it is');
  const addressOf = (database: string): string => {
    const address = new URL(server.connectionString);
    address.pathname = `/${database}`;
    return address.href;
  };
  const query = async (database: string, statement: string): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: addressOf(database) });
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await makeOwner(server.connectionString);
  const on = (name: string, prepare: () => Promise<void>): BenchDatabase => ({
    pid: postmaster.pid,
    async fresh() {
      await prepare();
      if (counting) await query(name, 'create extension if not exists pg_stat_statements');
      await query('postgres', 'checkpoint');
      return addressOfOwner(addressOf(name));
    },
    commits: async () =>
      Number(
        (await query('postgres', `select xact_commit n from pg_stat_database where datname = '${name}'`)).rows[0].n,
      ),
    analyse: async () => void (await query(name, 'vacuum analyze')),
    async statements() {
      if (!counting) return null;
      const { rows } = await query(
        name,
        `select calls::int, total_exec_time + total_plan_time as milliseconds, total_plan_time as planning, regexp_replace(query, '\\s+', ' ', 'g') as text
         from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = '${name}' order by 2 desc`,
      );
      await query(name, 'select pg_stat_statements_reset()');
      return rows as Statement[];
    },
  });
  return {
    ...on(name, async () => {
      await query('postgres', `drop database if exists ${name} with (force)`);
      await query('postgres', `create database ${name} owner ${owner}`);
    }),
    kept: (database) => on(database, async () => {}),
    addressOf,
    stop: () => server.stop(),
  };
}

/** The same database, as its owner. */
export function addressOfOwner(connectionString: string): string {
  const address = new URL(connectionString);
  address.username = owner;
  address.password = owner;
  return address.href;
}

export async function makeOwner(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [owner]);
    if (rowCount === 0) await client.query(`create role ${owner} login createrole password '${owner}'`);
  } finally {
    await client.end();
  }
}
