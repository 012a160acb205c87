// Opens the service's database for one command, beside a running service or alone, and closes it again.

import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { traceOf } from '../core/trace-of.ts';
import type { Log } from '../log.ts';
import type { By } from '../services/clients/manage-clients.ts';
import type { Context } from '../services/context.ts';
import type { Cli } from './terminal.ts';

export interface Session {
  context: Context;
  /** For the audit log: the user of the operating system. */
  by: By & { actor: { kind: 'cli'; id: string } };
  /** Where vendors and clients reach the service, without a slash at its end. */
  publicUrl: string;
}

/** Rejects when the database cannot be had; whatever was started is stopped. */
export async function inSession<T>(cli: Cli, work: (session: Session) => Promise<T>): Promise<T> {
  return withStores(cli, async ({ config, log, undo, compose }) => {
    const [{ createLocalBus }, { createLoops }] = await Promise.all([
      import('../bus/local.ts'),
      import('../services/every.ts'),
    ]);
    const stores = await compose.openStores(config, log, undo.list, { join: true });
    if (stores.joined) undo.giveTurn();
    // Nothing is sent from here: the service finds what is due in the database.
    const bus = createLocalBus({ log: (line) => log.info({ line }, 'bus') });
    undo.list.push(async () => bus[Symbol.asyncDispose]());
    const context = await compose.composeContext(config, log, stores, bus, createLoops(log), undo.list, {
      dispatches: false,
    });
    return work({
      context,
      by: { actor: { kind: 'cli', id: userName() } },
      publicUrl: config.publicUrl ?? `http://${config.host}:${config.port}`,
    });
  });
}

/** The database's address alone, whatever its schema. */
export async function withDatabase<T>(cli: Cli, work: (connectionString: string) => Promise<T>): Promise<T> {
  return withStores(cli, async ({ config, log, undo, compose }) => {
    const { connectionString, joined } = await compose.openPostgres(config, log, undo.list, { join: true });
    if (joined) undo.giveTurn();
    return work(connectionString);
  });
}

interface Opened {
  config: Config;
  log: Log;
  undo: { list: (() => Promise<unknown>)[]; giveTurn(): void };
  compose: typeof import('../open-stores.ts');
}

async function withStores<T>(cli: Cli, work: (opened: Opened) => Promise<T>): Promise<T> {
  const [{ readConfig }, { createLog }, compose] = await Promise.all([
    import('../config.ts'),
    import('../log.ts'),
    import('../open-stores.ts'),
  ]);
  const config = readConfig(cli.env);
  // Warnings only: what is not asked for would bury the answer. They go where the answer does not.
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, cli.stderr);
  const giveTurn = config.databaseUrl ? () => {} : await takeTurn(config.dataFolder);
  const list: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      for (const one of list.splice(0).reverse())
        await one().catch((error: unknown) => log.warn(traceOf(error), 'a part did not stop cleanly'));
      giveTurn();
    })());
  const interrupted = (): void => void close().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work({ config, log, undo: { list, giveTurn }, compose });
  } finally {
    await close();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/**
 * Commands that run the embedded database themselves go one after the other: else the first to end would stop it under the others.
 * Beside a service the turn is given back at once. Giving it back twice does no harm.
 */
async function takeTurn(dataFolder: string): Promise<() => void> {
  const [{ FolderTaken, takeOwnership }, { limits }] = await Promise.all([
    import('../folder-owner.ts'),
    import('../core/limits.ts'),
  ]);
  for (const until = Date.now() + limits.joinMs; ; await sleep(50)) {
    try {
      const giveBack = takeOwnership(join(dataFolder, 'cli'), 'try again when that command has ended');
      let held = true;
      return () => {
        if (held) giveBack();
        held = false;
      };
    } catch (error) {
      if (!(error instanceof FolderTaken) || Date.now() > until) throw error;
    }
  }
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
