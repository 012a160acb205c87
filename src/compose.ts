// Composes a running Interlock from its configuration: database, bus, use cases, listeners, loops; and takes it apart again.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVendorHttp } from './adapters/http.ts';
import { chooseBus } from './bus/choose.ts';
import type { Bus } from './bus/port.ts';
import type { Config } from './config.ts';
import { diagramsOf } from './console/diagram/kept-diagrams.ts';
import { limits } from './core/limits.ts';
import { FolderTaken } from './folder-owner.ts';
import { createApp, createMetricsApp } from './http/app.ts';
import { type RunningServer, startServer } from './http/server.ts';
import { loadDefinitions } from './load-definitions.ts';
import type { Log } from './log.ts';
import { consumeResults } from './services/consume-results.ts';
import type { Context } from './services/context.ts';
import { createContext } from './services/create-context.ts';
import { driveWritebacks } from './services/drive-writebacks.ts';
import { createLoops } from './services/every.ts';
import { keepVersions } from './services/keep-versions.ts';
import { redriveAll, sweep } from './services/sweep.ts';
import { openVault } from './services/vault.ts';
import { workCommands } from './services/work-commands.ts';
import { type Database, openDatabase } from './store/database.ts';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from './store/embedded/start.ts';
import { migrate } from './store/migrate.ts';

export interface Interlock {
  context: Context;
  url: string;
  /** What was chosen and why, one line each: for the banner. */
  choices: string[];
  stop(): Promise<void>;
}

/** Starts the roles of this process. Rejects with a message that says what to do; whatever was started is stopped again. */
export async function startInterlock(config: Config, log: Log): Promise<Interlock> {
  const undo: (() => Promise<unknown>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const one of undo.splice(0).reverse()) await one().catch((error: unknown) => log.warn({ error: String((error as Error)?.message) }, 'a part did not stop cleanly'));
  };
  try {
    const stores = await openStores(config, log, undo);
    const bus = await chooseBus({ natsUrl: config.natsUrl ?? undefined, natsServerPath: config.natsServer === 'none' ? null : (config.natsServer ?? undefined), folder: config.dataFolder, onLog: (line) => log.info({ line }, 'bus') });
    undo.push(async () => bus[Symbol.asyncDispose]());
    return await serveRoles(config, log, stores, bus, undo, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

export interface StoreOptions {
  /** Use the embedded database of a service that runs on this data folder, rather than refuse: for the command line. */
  join?: boolean;
}

export interface Stores {
  database: Database;
  masterKey: Buffer;
  choice: string;
  /** Another process runs the embedded database. */
  joined: boolean;
}

/** Database (embedded or given) with its schema up to date, and the master key. */
export async function openStores(config: Config, log: Log, undo: (() => Promise<unknown>)[], options: StoreOptions = {}): Promise<Stores> {
  mkdirSync(config.dataFolder, { recursive: true });
  const masterKey = config.masterKey ?? ownMasterKey(config);
  const { connectionString, choice, joined } = await openPostgres(config, log, undo, options);
  const { applied } = await migrate(connectionString);
  if (applied.length > 0) log.info({ migrations: applied.length }, 'database migrated');
  const database = await openDatabase(connectionString);
  undo.push(async () => database[Symbol.asyncDispose]());
  return { database, masterKey, choice, joined };
}

/** The database server: the one that DATABASE_URL names, else our own in the data folder. Its schema may be behind. */
export async function openPostgres(config: Config, log: Log, undo: (() => Promise<unknown>)[], options: StoreOptions = {}): Promise<{ connectionString: string; choice: string; joined: boolean }> {
  if (config.databaseUrl) return { connectionString: config.databaseUrl, choice: 'database: DATABASE_URL', joined: false };
  const folder = join(config.dataFolder, 'postgres');
  try {
    const embedded = await startEmbeddedPostgres({ folder, log: (line) => log.info({ line }, 'postgres') });
    undo.push(() => embedded.stop());
    const adopted = embedded.adopted ? '; it was still running and was adopted' : '';
    return { connectionString: embedded.connectionString, choice: `database: PostgreSQL of our own in ${folder}, because DATABASE_URL is not set${adopted}`, joined: false };
  } catch (error) {
    const connectionString = options.join && error instanceof FolderTaken ? await joinWhenReady(folder) : null;
    if (!connectionString) throw error;
    return { connectionString, choice: `database: that of the Interlock running on ${config.dataFolder}`, joined: true };
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
  if (config.databaseUrl) throw new Error('DATABASE_URL is set, so INTERLOCK_MASTER_KEY (or INTERLOCK_MASTER_KEY_FILE) must be too: 32 bytes in base64, the same for every process. Make one with: openssl rand -base64 32');
  if (!existsSync(config.masterKeyFile)) writeFileSync(config.masterKeyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return Buffer.from(readFileSync(config.masterKeyFile, 'utf8').trim(), 'base64');
}

/** The use cases over given stores and bus; the CLI uses it without serving anything. */
export async function composeContext(config: Config, log: Log, stores: Stores, bus: Bus, loops: ReturnType<typeof createLoops>, undo: (() => Promise<unknown>)[]): Promise<Context> {
  const { machines, dictionary } = loadDefinitions();
  const dictionaryVersion = await keepVersions(stores.database.engine, machines, dictionary);
  const http = { timeoutMs: limits.vendorTimeoutMs, bodyBytesMax: limits.vendorBodyBytesMax };
  const open = createVendorHttp({ ...http, allowPrivateAddresses: true });
  const guarded = config.allowPrivateAddresses ? open : createVendorHttp({ ...http, allowPrivateAddresses: false });
  undo.push(async () => {
    await open[Symbol.asyncDispose]();
    if (guarded !== open) await guarded[Symbol.asyncDispose]();
  });
  return createContext({ database: stores.database, bus, machines, dictionary, dictionaryVersion, vault: openVault(stores.masterKey), log, vendorHttp: { guarded, open }, every: loops.every, reorderWindowMs: config.reorderWindowMs, parkedMs: config.parkedMs });
}

async function serveRoles(config: Config, log: Log, stores: Stores, bus: Bus, undo: (() => Promise<unknown>)[], stopAll: () => Promise<void>): Promise<Interlock> {
  const loops = createLoops(log);
  const context = await composeContext(config, log, stores, bus, loops, undo);
  const ending = new AbortController();
  undo.push(async () => {
    ending.abort();
    await loops.idle();
  });
  let stopping = false;
  // The port may be any free one, and addresses of ours are made of it: so listen first, and answer when there is an app.
  let app: ReturnType<typeof createApp> | undefined;
  const server = await startServer((request, env) => app?.fetch(request, env) ?? new Response('starting', { status: 503, headers: { 'retry-after': '1' } }), config.host, config.port);
  undo.push(() => server.stop(limits.stopMs - 5_000));
  const publicUrl = config.publicUrl ?? server.url;
  app = createApp(context, {
    publicUrl,
    api: config.roles.includes('api'),
    stopping: () => stopping,
    requestsPerMinute: config.requestsPerMinute,
    metricsHere: config.metricsPort === null,
    draw: diagramsOf(context),
  });
  if (config.metricsPort !== null) await serveMetrics(context, config, undo);
  if (config.roles.includes('worker')) workCommands(context, ending.signal);
  if (config.roles.includes('sweeper')) runEngine(context, ending.signal);
  return {
    context,
    url: server.url,
    choices: [stores.choice, `bus: ${bus.description}`],
    async stop() {
      stopping = true;
      await stopAll();
    },
  };
}

async function serveMetrics(context: Context, config: Config, undo: (() => Promise<unknown>)[]): Promise<void> {
  const metrics: RunningServer = await startServer(createMetricsApp(context).fetch, config.host, config.metricsPort ?? 0);
  undo.push(() => metrics.stop(1_000));
}

function runEngine(context: Context, signal: AbortSignal): void {
  consumeResults(context, signal);
  const redrive = (): void => void redriveAll(context).catch(() => context.log.warn({}, 'driving everything again failed; the leases run out instead'));
  context.bus.onAmnesia(redrive);
  // The local bus remembers nothing from before: what was in flight then is in flight nowhere.
  if (context.bus.kind === 'local') redrive();
  context.every('drive writebacks', limits.dispatchPollMs, () => driveWritebacks(context), signal);
  context.every('sweep', limits.sweepPollMs, () => sweep(context), signal);
}
