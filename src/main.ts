// `npm start`: reads the configuration, starts the roles of this process, and stops them on a signal.
import type { Interlock } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { limits } from './core/limits.ts';
import { createLog, type Log } from './log.ts';
import { type LogSink, openLogSink } from './log-sink.ts';
import { startOwnPostgres } from './own-postgres.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const sink = openLogSink(1, limits.logBufferBytesMax);
  const log = createLog(config.logLevel, sink);
  const asked = new AbortController();
  const starting = begin(config, log, asked.signal);
  // Before anything runs: a stop in the middle of the start must not leave a database of ours behind.
  endOnSignals(starting, asked, log, sink);
  const interlock = await starting;
  interlock.context.metrics.follow(
    'interlock_log_lines_dropped_total',
    'Log lines that nobody read in time',
    [],
    () => [{ value: sink.dropped() }],
  );
  log.info({ address: interlock.url, roles: config.roles, line: interlock.choices.join('\n') }, 'Interlock is ready');
  for (const choice of interlock.choices) process.stderr.write(`  ${choice}\n`);
  process.stderr.write(`  Interlock is ready at ${interlock.url} (API reference: ${interlock.url}/reference)\n`);
  // Not into the log: whoever has the link has the service.
  if (interlock.setupUrl !== null)
    process.stderr.write(`  Make the first account, within 24 hours: ${interlock.setupUrl}\n`);
}

/** Most of a start is reading the program; the database comes up meanwhile. */
async function begin(config: Config, log: Log, signal: AbortSignal): Promise<Interlock> {
  const postgres = config.databaseUrl ? undefined : startOwnPostgres(config, log);
  // Whether it failed is asked when it is needed.
  postgres?.catch(() => {});
  const { startInterlock } = await import('./compose.ts').catch(async (error: unknown) => {
    await postgres?.then((one) => one.stop()).catch(() => {});
    throw error;
  });
  return startInterlock(config, log, signal, postgres);
}

function endOnSignals(starting: Promise<Interlock>, asked: AbortController, log: Log, sink: LogSink): void {
  const end = (code: number): void => {
    if (asked.signal.aborted) return;
    asked.abort();
    const exit = (outcome: number): void => void sink.flush(limits.logFlushMs).then(() => process.exit(outcome));
    setTimeout(() => exit(1), limits.stopMs - limits.logFlushMs).unref();
    void starting
      // A start that was broken off has stopped its parts itself.
      .then((interlock) => interlock.stop())
      .catch(() => {})
      .then(() => exit(code));
  };
  const stop = (signal: NodeJS.Signals): void => {
    // Asked twice: the person means now.
    if (asked.signal.aborted) process.exit(130);
    log.info({ signal }, 'stopping');
    end(0);
  };
  const lastResort = (kind: string) => (error: unknown) => {
    log.error(
      { error: String((error as Error)?.stack ?? error) },
      `${kind}; the process ends so that its supervisor starts a clean one`,
    );
    end(1);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', lastResort('an unhandled rejection'));
  process.on('uncaughtException', lastResort('an uncaught exception'));
}

main().catch((error: unknown) => {
  if ((error as Error)?.name === 'AbortError') return;
  process.stderr.write(`Interlock could not start.\n${(error as Error)?.message ?? String(error)}\n`);
  process.exit(1);
});
