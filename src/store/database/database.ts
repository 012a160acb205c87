// Opens the pools: one for accepting events, one for delivering, one for the engine's loops, one for reports, so that none can starve another.
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import type pg from 'pg';
import type * as access from '../schema/access.ts';
import type * as acts from '../schema/acts.ts';
import type * as alerts from '../schema/alerts.ts';
import type * as views from '../schema/console.ts';
import type * as files from '../schema/files.ts';
import type * as mapping from '../schema/mapping.ts';
import type * as reconcile from '../schema/reconcile.ts';
import type * as tables from '../schema/schema.ts';
import type * as waves from '../schema/waves.ts';
import { inPipeline } from './pipeline.ts';
import { createPool, type Destroyed, type Siblings } from './pool.ts';
import { type Vacuumed, vacuumTables } from './vacuum.ts';

export interface Tables {
  connection: tables.ConnectionTable;
  vendor_token: tables.VendorTokenTable;
  catalogue: reconcile.CatalogueTable;
  poll: reconcile.PollTable;
  unknown_field: mapping.UnknownFieldTable;
  file_turn: files.FileTurnTable;
  file_in: files.FileInTable;
  file_out: files.FileOutTable;
  file_row: files.FileRowTable;
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
  incident_note: tables.IncidentNoteTable;
  bulk_act: acts.BulkActTable;
  bulk_act_item: acts.BulkActItemTable;
  agreement_hour: acts.AgreementHourTable;
  state_count: acts.StateCountTable;
  tally_stale: acts.TallyStaleTable;
  tally: acts.TallyTable;
  shown: reconcile.ShownTable;
  reconciliation: reconcile.ReconciliationTable;
  kpi_hour: tables.KpiHourTable;
  machine_version: tables.MachineVersionTable;
  dictionary_version: tables.DictionaryVersionTable;
  account: access.AccountTable;
  role_grant: access.RoleGrantTable;
  right_grant: views.RightGrantTable;
  session: access.SessionTable;
  sign_in_link: access.SignInLinkTable;
  client: access.ClientTable;
  approval: access.ApprovalTable;
  proposal: access.ProposalTable;
  party_member: access.PartyMemberTable;
  checkpoint: access.CheckpointTable;
  checkpoint_key: access.CheckpointKeyTable;
  audit: access.AuditTable;
  import: access.ImportTable;
  import_error: access.ImportErrorTable;
  wave: waves.WaveTable;
  shadow_write: waves.ShadowWriteTable;
  console_view: views.ConsoleViewTable;
  alert_rule: alerts.AlertRuleTable;
  alert_channel: alerts.AlertChannelTable;
  alert: alerts.AlertTable;
  alert_delivery: alerts.AlertDeliveryTable;
  alert_watch: alerts.AlertWatchTable;
}

/** A database handle or a transaction: what every function of the store takes first. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

export interface Database extends AsyncDisposable {
  ingest: Db;
  /** What workers fetch and what comes back from them. Like `ingest` only for statements that go from given keys to rows. */
  delivery: Db;
  engine: Db;
  reports: Db;
  /** A transaction on one of the hot paths: its statements leave together where they are begun together. See `inPipeline`. */
  transact<Result>(pool: 'ingest' | 'delivery', work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** For the half of a report that is read at the same time as the other: who has a connection of `reports` may wait for one of these, never the other way round. */
  beside: Db;
  /** Drops old versions of rows from these tables, so that what was emptied is gone from them. */
  vacuum(tables: readonly string[]): Promise<Vacuumed>;
  /** How many requests wait for an ingest connection: a sign to shed load. */
  ingestWaiting(): number;
  figures(): DatabaseFigures;
}

/** For metrics. */
export interface DatabaseFigures {
  pools: { name: string; busy: number; idle: number; waiting: number }[];
  /** Connections that were not handed out again since the start, by the reason. */
  destroyed: Readonly<Record<Destroyed, number>>;
}

export interface DatabaseOptions {
  /** Refuse a server that may lose what it confirmed. */
  durable?: boolean;
}

/**
 * For statements that are given keys and find rows by them. A plan is made once, while the tables may be nearly empty, and kept: by the
 * statistics of that moment it would read whole tables for every batch, however large they have become.
 */
const byKeys: Record<string, string> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/** Nobody's request waits behind these. */
const patient = { max: 4, connectMs: 2_000, statementMs: 10_000, lockMs: 500, idleInTransactionMs: 10_000 };

/** A person waits. */
const asked = {
  max: 3,
  connectMs: 1_000,
  statementMs: 5_000,
  lockMs: 500,
  idleInTransactionMs: 5_000,
  lifetimeSeconds: 600,
};

/** A plan for any page at all is not one for the first page: what is asked seldom is planned each time, for what is asked. */
const planned: Record<string, string> = { plan_cache_mode: 'force_custom_plan' };

/** Opens all pools. Rejects when the server may not be used; the message says why and what to do. */
export async function openDatabase(connectionString: string, options: DatabaseOptions = {}): Promise<Database> {
  const { role, session } = await inspect(connectionString, options);
  const destroyed: Record<Destroyed, number> = { busy: 0, in_transaction: 0, unanswered: 0, outdated: 0 };
  const common = {
    connectionString,
    session,
    siblings: new Set() as Siblings,
    onDestroyed: (why: Destroyed) => {
      destroyed[why] += 1;
    },
    ...(role ? { role } : {}),
  };
  const pools = {
    ingest: createPool({
      ...common,
      session: { ...session, ...byKeys },
      name: 'ingest',
      pipeline: true,
      max: 10,
      connectMs: 2_000,
      statementMs: 3_000,
      lockMs: 1_000,
      idleInTransactionMs: 5_000,
    }),
    delivery: createPool({
      ...common,
      ...patient,
      session: { ...session, ...byKeys },
      name: 'delivery',
      pipeline: true,
    }),
    engine: createPool({ ...common, ...patient, name: 'engine' }),
    reports: createPool({ ...common, ...asked, session: { ...session, ...planned }, name: 'reports' }),
    beside: createPool({ ...common, ...asked, session: { ...session, ...planned }, name: 'beside' }),
  };
  const of = (pool: pg.Pool): Db => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const [ingest, delivery, engine] = [of(pools.ingest), of(pools.delivery), of(pools.engine)];
  const [reports, beside] = [of(pools.reports), of(pools.beside)];
  return {
    ingest,
    delivery,
    engine,
    reports,
    beside,
    transact: (pool, work) => inPipeline(pool === 'ingest' ? ingest : delivery, work),
    vacuum: (tables) => vacuumTables(connectionString, tables),
    ingestWaiting: () => pools.ingest.waitingCount,
    figures: () => ({ pools: mapPools(pools), destroyed }),
    async [Symbol.asyncDispose]() {
      await Promise.all([ingest, delivery, engine, reports, beside].map((db) => db.destroy()));
    },
  };
}

const mapPools = (pools: Record<string, pg.Pool>): DatabaseFigures['pools'] =>
  Object.entries(pools).map(([name, { totalCount, idleCount, waitingCount }]) => ({
    name,
    busy: totalCount - idleCount,
    idle: idleCount,
    waiting: waitingCount,
  }));

interface Server {
  recovering: boolean;
  version: number;
  linux: boolean;
  commits: string;
  fsync: string;
  /** May work as `interlock_app`. */
  member: boolean;
  /** The role it would work as may do anything, or sees past row security. */
  unbounded: boolean;
}

/** Looks at the server once with a plain connection: refuses what would break a promise, and finds the least-privilege role. */
async function inspect(
  connectionString: string,
  { durable = false }: DatabaseOptions,
): Promise<{ role: string | null; session: Record<string, string> }> {
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
    const { rows } = await sql<Server>`
      with app as (
        select rolname, case when current_setting('server_version_num')::int >= 160000 then pg_has_role(current_user, oid, 'set')
          else pg_has_role(current_user, oid, 'member') end as allowed from pg_roles where rolname = 'interlock_app')
      select pg_is_in_recovery() as recovering, current_setting('server_version_num')::int as version, version() ~ 'linux' as linux,
        current_setting('synchronous_commit') as commits, current_setting('fsync') as fsync,
        coalesce((select allowed from app), false) as member,
        (select rolsuper or rolbypassrls from pg_roles where rolname = coalesce((select rolname from app where allowed), current_user)) as unbounded`.execute(
      db,
    );
    const server = rows[0];
    if (!server) throw new Error('The database answered nothing to the first question. Check DATABASE_URL.');
    const refusal = refusalOf(server, durable);
    if (refusal) throw new Error(refusal);
    // The server ends what clients that are gone have left behind, their locks with them. Servers elsewhere refuse some of it.
    const session: Record<string, string> = {
      // Compiling takes longer than anything that is asked here.
      jit: 'off',
      ...(server.linux
        ? { tcp_keepalives_idle: '30', tcp_user_timeout: '15s', client_connection_check_interval: '1s' }
        : {}),
    };
    return { role: server.member ? 'interlock_app' : null, session };
  } finally {
    await db.destroy();
  }
}

function refusalOf(server: Server, durable: boolean): string | null {
  if (server.recovering) return 'DATABASE_URL points at a standby (pg_is_in_recovery). Point it at the primary.';
  if (server.version < 150_000)
    return `PostgreSQL 15 or newer is needed; DATABASE_URL points at ${server.version}. Upgrade the server.`;
  if (server.commits === 'off')
    return 'synchronous_commit is off at the server: acknowledged events could be lost. Turn it on.';
  if (durable && server.fsync === 'off')
    return 'fsync is off at the server: acknowledged events could be lost in a power cut. Turn it on; for tests, set INTERLOCK_ALLOW_UNSAFE_DATABASE=true.';
  if (server.unbounded)
    return 'Interlock would work as a superuser or past row security, and a fault could rewrite history. Create the role interlock_app with the grants of migrations/0005_rules.sql, without those rights.';
  return null;
}
