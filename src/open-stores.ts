// Opens the database and composes the use cases over it, without serving anything: what a start and a command of the CLI have in common.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVendorHttp } from './adapters/http.ts';
import type { Bus } from './bus/port.ts';
import type { Config } from './config.ts';
import { type Clock, createClock } from './core/clock.ts';
import type { CrashPoint } from './core/crash-points.ts';
import { limits } from './core/limits.ts';
import { crashOnDemand } from './crash-on-demand.ts';
import { FolderTaken } from './folder-owner.ts';
import { loadDefinitions } from './load-definitions.ts';
import type { Log } from './log.ts';
import type { Mailer } from './mail/send-mail.ts';
import { ownFolder, startOwnPostgres } from './own-postgres.ts';
import type { Context } from './services/context.ts';
import { createContext } from './services/create-context.ts';
import type { Loops } from './services/every.ts';
import { followClock } from './services/follow-clock.ts';
import { openVault, type Vault } from './services/vault.ts';
import { keepVersions, runnableVersions } from './services/versions/keep-versions.ts';
import { type Database, openDatabase } from './store/database/database.ts';
import { settleEpoch } from './store/database/epoch.ts';
import { migrate } from './store/database/migrate.ts';
import { type EmbeddedPostgres, joinEmbeddedPostgres } from './store/embedded/start.ts';
import { latestMasterKey } from './store/persons/persons.ts';

export interface StoreOptions {
  /** Use the embedded database of a service that runs on this data folder, rather than refuse: for the command line. */
  join?: boolean;
  /** The embedded database, where it was told to start already. Whoever told it stops it. */
  postgres?: Promise<EmbeddedPostgres> | undefined;
  crashPoint?: CrashPoint | undefined;
}

export interface Stores {
  database: Database;
  masterKey: Buffer;
  choice: string;
  /** Another process runs the embedded database. */
  joined: boolean;
  /** The database's time of day, as of the last look; `followClock` is the next one. */
  clock: Clock;
  followClock(): Promise<void>;
  /** Only where a test had one armed. */
  crashPoint?: CrashPoint | undefined;
}

/** Database (embedded or given) with its schema up to date, and the master key. */
export async function openStores(
  config: Config,
  log: Log,
  undo: (() => Promise<unknown>)[],
  options: StoreOptions = {},
): Promise<Stores> {
  mkdirSync(config.dataFolder, { recursive: true });
  const masterKey = config.masterKey ?? ownMasterKey(config);
  const { connectionString, choice, joined } = await openPostgres(config, log, undo, options);
  const crashPoint = options.crashPoint ?? crashOnDemand(config);
  if (config.crashPoint)
    log.warn(
      { line: `${config.crashPoint.name}:${config.crashPoint.hit}` },
      'INTERLOCK_CRASH_POINT is set: this process kills itself there',
    );
  const { applied } = await migrate(connectionString, crashPoint);
  if (applied.length > 0) log.info({ migrations: applied.length }, 'database migrated');
  const epoch = await settleEpoch(connectionString);
  if (epoch !== null)
    log.warn({ epoch }, 'the database comes from another PostgreSQL cluster: a new epoch of the log begins');
  const database = await openDatabase(connectionString, { durable: !config.allowUnsafeDatabase });
  undo.push(async () => database[Symbol.asyncDispose]());
  const steady = (): number => performance.now();
  const clock = createClock(steady, Date.now());
  const look = followClock(clock, steady, Date.now, log);
  await look(database.engine);
  return { database, masterKey, choice, joined, crashPoint, clock, followClock: () => look(database.engine) };
}

/** The database server: the one that DATABASE_URL names, else our own in the data folder. Its schema may be behind. */
export async function openPostgres(
  config: Config,
  log: Log,
  undo: (() => Promise<unknown>)[],
  options: StoreOptions = {},
): Promise<{ connectionString: string; choice: string; joined: boolean }> {
  if (config.databaseUrl)
    return { connectionString: config.databaseUrl, choice: 'database: DATABASE_URL', joined: false };
  const folder = ownFolder(config);
  try {
    const embedded = await (options.postgres ?? startOwnPostgres(config, log));
    if (!options.postgres) undo.push(() => embedded.stop());
    const adopted = embedded.adopted ? '; it was still running and was adopted' : '';
    return {
      connectionString: embedded.connectionString,
      choice: `database: PostgreSQL of our own in ${folder}, because DATABASE_URL is not set${adopted}`,
      joined: false,
    };
  } catch (error) {
    const connectionString = options.join && error instanceof FolderTaken ? await joinWhenReady(folder) : null;
    if (!connectionString) throw error;
    return {
      connectionString,
      choice: `database: that of the Interlock running on ${config.dataFolder}`,
      joined: true,
    };
  }
}

/** The process that has the folder may only just be starting its database. */
async function joinWhenReady(folder: string): Promise<string | null> {
  for (const until = Date.now() + limits.joinMs; ; await sleep(100)) {
    const connectionString = await joinEmbeddedPostgres(folder);
    if (connectionString || Date.now() > until) return connectionString;
  }
}

/** With a database of our own the key may lie beside it; a database elsewhere must never depend on a file nobody knows of. */
function ownMasterKey(config: Config): Buffer {
  if (config.databaseUrl)
    throw new Error(
      'DATABASE_URL is set, so INTERLOCK_MASTER_KEY (or INTERLOCK_MASTER_KEY_FILE) must be too: 32 bytes in base64, the same for every process. Make one with: openssl rand -base64 32',
    );
  if (!existsSync(config.masterKeyFile))
    writeFileSync(config.masterKeyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return Buffer.from(readFileSync(config.masterKeyFile, 'utf8').trim(), 'base64');
}

/** With another key than the one that was used, nothing personal could be read, and what is written now could not be read later. */
async function refuseOtherKey(database: Database, vault: Vault): Promise<void> {
  const used = await latestMasterKey(database.engine);
  if (used === null || used === vault.masterKeyId) return;
  throw new Error(
    `This database was written under the master key ${used}, but the one given is ${vault.masterKeyId}. Set INTERLOCK_MASTER_KEY to the key it was written under.`,
  );
}

/** The use cases over given stores and bus; the CLI uses it without serving anything. */
export async function composeContext(
  config: Config,
  log: Log,
  stores: Stores,
  bus: Bus,
  loops: Loops,
  undo: (() => Promise<unknown>)[],
  options: { dispatches: boolean } = { dispatches: true },
): Promise<Context> {
  const { machines: delivered, dictionary } = loadDefinitions();
  const dictionaryVersion = await keepVersions(stores.database.engine, delivered, dictionary, stores.crashPoint);
  const { machines, waiting } = await runnableVersions(stores.database.engine, delivered);
  for (const { name, version } of waiting)
    log.warn({ machine: `${name}.v${version}` }, 'a machine version waits for its signatures and does not run yet');
  const vault = openVault(stores.masterKey);
  await refuseOtherKey(stores.database, vault);
  const http = {
    timeoutMs: limits.vendorTimeoutMs,
    bodyBytesMax: limits.vendorBodyBytesMax,
    crashPoint: stores.crashPoint,
  };
  const open = createVendorHttp({ ...http, allowPrivateAddresses: true });
  const guarded = config.allowPrivateAddresses ? open : createVendorHttp({ ...http, allowPrivateAddresses: false });
  undo.push(async () => {
    await open[Symbol.asyncDispose]();
    if (guarded !== open) await guarded[Symbol.asyncDispose]();
  });
  const mailer = config.mail ? await openMailer(config.mail) : null;
  if (mailer) undo.push(async () => mailer[Symbol.asyncDispose]());
  return createContext({
    database: stores.database,
    bus,
    machines,
    dictionary,
    dictionaryVersion,
    vault,
    log,
    vendorHttp: { guarded, open },
    files: { root: config.dropRoot, allowPrivateAddresses: config.allowPrivateAddresses },
    mailer,
    every: loops.every,
    clock: stores.clock,
    reorderWindowMs: config.reorderWindowMs,
    parkedMs: config.parkedMs,
    dispatches: options.dispatches,
    crashPoint: stores.crashPoint,
  });
}

/** Where no mail server was named, nothing that speaks with one is read either. */
async function openMailer(mail: NonNullable<Config['mail']>): Promise<Mailer> {
  const { createMailer } = await import('./mail/send-mail.ts');
  return createMailer({ ...mail, timeoutMs: limits.mailTimeoutMs });
}
