// Opens the pools: one for accepting events, one for the engine's loops, one for reports, so that none can starve another.
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import type pg from 'pg';
import { createPool } from './pool.ts';
import type * as tables from './schema.ts';
import type * as access from './schema-access.ts';

export interface Tables {
  connection: tables.ConnectionTable;
  person: tables.PersonTable;
  subject: tables.SubjectTable;
  subject_ref: tables.SubjectRefTable;
  element_value: tables.ElementValueTable;
  event: tables.EventTable;
  transition: tables.TransitionTable;
  lane: tables.LaneTable;
  writeback: tables.WritebackTable;
  attempt: tables.AttemptTable;
  echo: tables.EchoTable;
  incident: tables.IncidentTable;
  kpi_hour: tables.KpiHourTable;
  machine_version: tables.MachineVersionTable;
  dictionary_version: tables.DictionaryVersionTable;
  account: access.AccountTable;
  role_grant: access.RoleGrantTable;
  session: access.SessionTable;
  client: access.ClientTable;
  approval: access.ApprovalTable;
  checkpoint: access.CheckpointTable;
  audit: access.AuditTable;
  import: access.ImportTable;
}

/** A database handle or a transaction: what every function of the store takes first. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

export interface Database extends AsyncDisposable {
  ingest: Db;
  engine: Db;
  reports: Db;
  /** How many requests wait for an ingest connection: a sign to shed load. */
  ingestWaiting(): number;
}

export interface DatabaseOptions {
  /** Refuse a server that may lose what it confirmed. */
  durable?: boolean;
}

/** Opens all pools. Rejects when the server may not be used; the message says why and what to do. */
export async function openDatabase(connectionString: string, options: DatabaseOptions = {}): Promise<Database> {
  const role = await appRole(connectionString, options);
  const common = { connectionString, ...(role ? { role } : {}) };
  const pools: pg.Pool[] = [
    createPool({
      ...common,
      name: 'ingest',
      max: 10,
      connectMs: 2_000,
      statementMs: 3_000,
      lockMs: 1_000,
      idleInTransactionMs: 5_000,
    }),
    createPool({
      ...common,
      name: 'engine',
      max: 4,
      connectMs: 2_000,
      statementMs: 10_000,
      lockMs: 500,
      idleInTransactionMs: 10_000,
    }),
    createPool({
      ...common,
      name: 'reports',
      max: 3,
      connectMs: 1_000,
      statementMs: 5_000,
      lockMs: 500,
      idleInTransactionMs: 5_000,
    }),
  ];
  const [ingest, engine, reports] = pools.map(
    (pool) => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
  ) as [Db, Db, Db];
  return {
    ingest,
    engine,
    reports,
    ingestWaiting: () => pools[0]?.waitingCount ?? 0,
    async [Symbol.asyncDispose]() {
      await Promise.all([ingest, engine, reports].map((db) => db.destroy()));
    },
  };
}

/** Looks at the server once with a plain connection: refuses what would break a promise, and finds the least-privilege role. */
async function appRole(connectionString: string, { durable = false }: DatabaseOptions): Promise<string | null> {
  const pool = createPool({
    connectionString,
    name: 'start',
    max: 1,
    connectMs: 5_000,
    statementMs: 5_000,
    lockMs: 1_000,
    idleInTransactionMs: 5_000,
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { rows } = await sql<{
      recovering: boolean;
      version: number;
      commits: string;
      fsync: string;
      member: boolean;
    }>`
      select pg_is_in_recovery() as recovering, current_setting('server_version_num')::int as version,
        current_setting('synchronous_commit') as commits, current_setting('fsync') as fsync,
        coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = 'interlock_app'), false) as member`.execute(
      db,
    );
    const server = rows[0];
    if (!server) throw new Error('The database answered nothing to the first question. Check DATABASE_URL.');
    if (server.recovering)
      throw new Error('DATABASE_URL points at a standby (pg_is_in_recovery). Point it at the primary.');
    if (server.version < 150_000)
      throw new Error(
        `PostgreSQL 15 or newer is needed; DATABASE_URL points at ${server.version}. Upgrade the server.`,
      );
    if (server.commits === 'off')
      throw new Error('synchronous_commit is off at the server: acknowledged events could be lost. Turn it on.');
    if (durable && server.fsync === 'off')
      throw new Error(
        'fsync is off at the server: acknowledged events could be lost in a power cut. Turn it on; for tests, set INTERLOCK_ALLOW_UNSAFE_DATABASE=true.',
      );
    return server.member ? 'interlock_app' : null;
  } finally {
    await db.destroy();
  }
}
