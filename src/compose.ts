// Composes a running Interlock from its configuration: database, bus, use cases, listeners, loops; and takes it apart again.
import { setMaxListeners } from 'node:events';
import { chooseBus } from './bus/choose.ts';
import type { Bus } from './bus/port.ts';
import type { Config } from './config.ts';
import type { createConsole as CreateConsole } from './console/app.ts';
import { diagramsOf } from './console/diagram/kept-diagrams.ts';
import { limits } from './core/limits.ts';
import { traceOf } from './core/trace-of.ts';
import { crashOnDemand } from './crash-on-demand.ts';
import { createApp, createMetricsApp } from './http/app.ts';
import { cutReplies } from './http/door/cut-replies.ts';
import { shedLoad, watchPressure } from './http/door/shed-load.ts';
import { type Fetch, type RunningServer, startServer } from './http/server.ts';
import type { Log } from './log.ts';
import { composeContext, openStores, type Stores } from './open-stores.ts';
import { keepSessions } from './services/accounts/keep-sessions.ts';
import { signInLinks } from './services/accounts/sign-in-links.ts';
import { deliverAlerts } from './services/alerts/deliver-alerts.ts';
import { watchAlerts } from './services/alerts/watch-alerts.ts';
import { forLoops } from './services/connections/for-loops.ts';
import type { Context } from './services/context.ts';
import { consumeResults } from './services/delivery/consume-results.ts';
import { driveWritebacks } from './services/delivery/drive-writebacks.ts';
import { keepQueues } from './services/delivery/keep-queues.ts';
import { redriveAll, sweep } from './services/delivery/sweep.ts';
import { watchStuck } from './services/delivery/watch-stuck.ts';
import { workCommands } from './services/delivery/work-commands.ts';
import { createLoops, type Loops, sparingly } from './services/every.ts';
import { exchangeFiles, forgetFileNames } from './services/files/exchange-files.ts';
import { beginOnboardings } from './services/intake/begin-onboardings.ts';
import { pollAll } from './services/intake/poll.ts';
import { keepUnknownFields } from './services/intake/unknown-fields.ts';
import { createSealer } from './services/log/run-sealer.ts';
import { finishErasures, forgetErased } from './services/persons/finish-erasures.ts';
import { eraseDue } from './services/persons/keep-retention.ts';
import { proposeMerges } from './services/persons/propose-merges.ts';
import { reconcile } from './services/reconcile/reconcile.ts';
import { watchAgreement } from './services/reconcile/reconcile-figures.ts';
import { watchCatalogues } from './services/reconcile/watch-catalogues.ts';
import { keepStateCounts, keepTallies } from './services/reports/keep-tallies.ts';
import { carryOutActs } from './services/settling/bulk-acts.ts';
import { watchWaves } from './services/waves/watch-waves.ts';
import type { EmbeddedPostgres } from './store/embedded/start.ts';

/** Far more than there are. */
const loopsMax = 50;

export interface Interlock {
  context: Context;
  url: string;
  /** What was chosen and why, one line each: for the banner. */
  choices: string[];
  /** Where the first admin makes her account, as long as there is none; good once. Show it to people, never to a log. */
  setupUrl: string | null;
  stop(): Promise<void>;
}

/**
 * Starts the roles of this process. Rejects with a message that says what to do; whatever was started is stopped again.
 * `signal` breaks the start off at its next step. `postgres` is the embedded database, where it was told to start already.
 */
export async function startInterlock(
  config: Config,
  log: Log,
  signal?: AbortSignal,
  postgres?: Promise<EmbeddedPostgres>,
): Promise<Interlock> {
  const undo: (() => Promise<unknown>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const one of undo.splice(0).reverse())
      await one().catch((error: unknown) => log.warn(traceOf(error), 'a part did not stop cleanly'));
  };
  try {
    if (postgres)
      undo.push(() =>
        postgres.then(
          (one) => one.stop(),
          () => {},
        ),
      );
    // While the database answers, there is time to read the pages.
    const reading = config.roles.includes('console') ? import('./console/app.ts') : null;
    reading?.catch(() => {});
    const crashPoint = crashOnDemand(config);
    const [opened, chosen] = await Promise.allSettled([
      openStores(config, log, undo, { postgres, crashPoint }),
      chooseBus({
        natsUrl: config.natsUrl ?? undefined,
        natsServerPath: config.natsServer === 'none' ? null : (config.natsServer ?? undefined),
        folder: config.dataFolder,
        onLog: (line) => log.info({ line }, 'bus'),
        crashPoint,
      }),
    ]);
    if (chosen.status === 'fulfilled') undo.push(async () => chosen.value[Symbol.asyncDispose]());
    if (opened.status === 'rejected') throw opened.reason;
    if (chosen.status === 'rejected') throw chosen.reason;
    signal?.throwIfAborted();
    return await serveRoles(config, log, opened.value, chosen.value, undo, stopAll, (await reading)?.createConsole);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function serveRoles(
  config: Config,
  log: Log,
  stores: Stores,
  bus: Bus,
  undo: (() => Promise<unknown>)[],
  stopAll: () => Promise<void>,
  createConsole: typeof CreateConsole | undefined,
): Promise<Interlock> {
  const loops = createLoops(log);
  const context = await composeContext(config, log, stores, bus, loops, undo);
  const ending = new AbortController();
  // Every loop listens to it, and there are more of them than the ten at which Node begins to wonder.
  setMaxListeners(loopsMax, ending.signal);
  undo.push(async () => {
    ending.abort();
    await loops.idle();
  });
  let stopping = false;
  // The port may be any free one, and addresses of ours are made of it: so listen first, and answer when there is an app.
  let app: ReturnType<typeof createApp> | undefined;
  const answer: Fetch = (request, env) =>
    app?.fetch(request, env) ?? new Response('starting', { status: 503, headers: { 'retry-after': '1' } });
  const shedding = shedLoad(watchPressure(context), context);
  const server = await startServer(
    stores.crashPoint ? cutReplies(answer, stores.crashPoint) : answer,
    config.host,
    config.port,
    config.roles.includes('api') ? shedding.atTheDoor : undefined,
  );
  undo.push(() => server.stop(limits.stopMs - 5_000));
  followDatabase(context);
  followLoops(context, loops);
  context.every('follow the clock', limits.clockPollMs, () => stores.followClock(), ending.signal);
  const publicUrl = config.publicUrl ?? server.url;
  const sealer = config.roles.includes('sweeper') ? createSealer(context, config.checkpointFile) : null;
  // Whatever may fail comes first: a process that has said it is ready does not end for it any more.
  const setupLink = config.roles.includes('console') ? await signInLinks(context).forFirstAdmin() : null;
  if (config.metricsPort !== null) await serveMetrics(context, config, undo);
  const pages = createConsole?.(context, { publicUrl, trustedProxies: config.trustedProxies });
  app = createApp(context, {
    publicUrl,
    api: config.roles.includes('api'),
    stopping: () => stopping,
    notices: () => sealer?.notices() ?? [],
    requestsPerMinute: config.requestsPerMinute,
    trustedProxies: config.trustedProxies,
    metricsHere: config.metricsPort === null && isLoopback(config.host),
    draw: diagramsOf(context),
    shedding,
    pages,
  });
  if (pages) undo.push(async () => pages.close());
  pages
    ?.prepare()
    .catch((error: unknown) => log.warn(traceOf(error), 'diagrams could not be laid out; pages try again'));
  if (config.roles.includes('worker')) workCommands(context, ending.signal);
  // Also where events are taken: what this process could not publish, no other knows of before the leases run out.
  if (config.roles.some((role) => role === 'api' || role === 'sweeper')) context.bus.onAmnesia(() => redrive(context));
  if (config.roles.includes('sweeper')) runEngine(context, ending.signal);
  context.every('keep unknown fields', limits.unknownFieldsFlushMs, () => keepUnknownFields(context), ending.signal);
  if (config.roles.includes('sweeper')) {
    context.every('watch for alerts', limits.alertDeliverPollMs, watchAlerts(context, publicUrl), ending.signal);
    context.every('deliver alerts', limits.alertDeliverPollMs, deliverAlerts(context), ending.signal);
  }
  if (sealer) context.every('seal the log', limits.sealPollMs, () => sealer.once(), ending.signal);
  if (config.roles.includes('sweeper') && config.retention)
    context.every('retention', limits.retentionPollMs, () => eraseDue(context), ending.signal);
  if (config.roles.includes('sweeper'))
    context.every('compare persons', limits.comparePollMs, () => proposeMerges(context, ending.signal), ending.signal);
  context.every('forget the erased', limits.forgetErasedMs, () => forgetErased(context), ending.signal);
  context.every('end sessions that are over', limits.endSessionsMs, () => keepSessions(context).sweep(), ending.signal);
  return {
    context,
    url: server.url,
    setupUrl: setupLink === null ? null : `${publicUrl}/setup/${setupLink}`,
    choices: [stores.choice, `bus: ${bus.description}`],
    async stop() {
      stopping = true;
      await stopAll();
    },
  };
}

async function serveMetrics(context: Context, config: Config, undo: (() => Promise<unknown>)[]): Promise<void> {
  const metrics: RunningServer = await startServer(
    createMetricsApp(context).fetch,
    config.host,
    config.metricsPort ?? 0,
  );
  undo.push(() => metrics.stop(1_000));
}

function followDatabase({ database, metrics }: Context): void {
  metrics.follow(
    'interlock_database_connections',
    'Connections to the database, and requests that wait for one',
    ['pool', 'state'],
    () =>
      database.figures().pools.flatMap(({ name, busy, idle, waiting }) => [
        { labels: { pool: name, state: 'busy' }, value: busy },
        { labels: { pool: name, state: 'idle' }, value: idle },
        { labels: { pool: name, state: 'waiting' }, value: waiting },
      ]),
  );
  metrics.follow(
    'interlock_database_connections_destroyed_total',
    'Connections to the database that were not fit to be used again',
    ['reason'],
    () => Object.entries(database.figures().destroyed).map(([reason, value]) => ({ labels: { reason }, value })),
  );
}

/** A connection that never answers again is seen here: the loop that holds it stands, and the log says so only now and then. */
function followLoops({ metrics }: Context, loops: Loops): void {
  metrics.follow(
    'interlock_background_age_seconds',
    'Since a round of a background loop last ended well',
    ['loop'],
    () => loops.ages().map(({ loop, seconds }) => ({ labels: { loop }, value: seconds })),
  );
}

const redrive = (context: Context): void =>
  void redriveAll(context).catch(() =>
    context.log.warn({}, 'driving everything again failed; the leases run out instead'),
  );

function runEngine(context: Context, signal: AbortSignal): void {
  consumeResults(context, signal);
  const unhurried = forLoops(context);
  // The local bus remembers nothing from before: what was in flight then is in flight nowhere.
  if (context.bus.kind === 'local') redrive(context);
  context.every('drive writebacks', limits.dispatchPollMs, () => driveWritebacks(context), signal);
  context.every('finish erasures', limits.finishErasuresMs, () => finishErasures(context), signal);
  context.every('sweep', limits.sweepPollMs, () => sweep(context), signal);
  context.every('carry out acts', limits.actPollMs, () => carryOutActs(context), signal);
  context.every('begin onboardings', limits.onboardingPollMs, () => beginOnboardings(unhurried), signal);
  context.every(
    'watch for stuck lanes',
    limits.stuckPollMs,
    sparingly(watchStuck(context), limits.stuckPauseMsMax),
    signal,
  );
  context.every('reconcile', limits.reconcilePollMs, () => reconcile(unhurried), signal);
  context.every('poll', limits.catalogueWatchMs, () => pollAll(unhurried, signal), signal);
  context.every('exchange files', limits.fileWatchMs, () => exchangeFiles(unhurried, signal), signal);
  context.every('forget file names', limits.forgetFileNamesMs, () => forgetFileNames(context), signal);
  context.every('watch catalogues', limits.catalogueWatchMs, () => watchCatalogues(unhurried, signal), signal);
  context.every(
    'watch agreement',
    limits.agreementPollMs,
    sparingly(watchAgreement(context), limits.agreementPauseMsMax),
    signal,
  );
  context.every('watch waves', limits.waveWatchMs, watchWaves(context), signal);
  context.every('keep tallies', limits.tallyPollMs, () => keepTallies(context), signal);
  context.every('keep state counts', limits.mergePollMs, () => keepStateCounts(context), signal);
  keepQueues(context, signal);
}

/** Figures tell much about a company: they leave this machine only over a port that was opened for them. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
