// The Postgres of a measurement: the embedded one with its default settings and fsync on, a fresh database for every run.
import { join } from 'node:path';
import pg from 'pg';
import { readPostmaster } from '../../src/store/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';

export interface BenchPostgres {
  pid: number;
  /** The address of an empty database; the one before is dropped. */
  fresh(): Promise<string>;
  /** Transactions that were committed in the fresh one. */
  commits(): Promise<number>;
  analyse(): Promise<void>;
  /** What was executed since this was asked last, the dearest first; null unless statements are counted. */
  statements(): Promise<Statement[] | null>;
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
const owner = 'bench';

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
  /** As anybody's service would connect: not as the superuser. */
  const addressOfOwner = (): string => {
    const address = new URL(addressOf(name));
    address.username = owner;
    address.password = owner;
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
  await query('postgres', `create role ${owner} login createrole password '${owner}'`);
  return {
    pid: postmaster.pid,
    async fresh() {
      await query('postgres', `drop database if exists ${name} with (force)`);
      await query('postgres', `create database ${name} owner ${owner}`);
      if (counting) await query(name, 'create extension pg_stat_statements');
      await query('postgres', 'checkpoint');
      return addressOfOwner();
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
    stop: () => server.stop(),
  };
}
