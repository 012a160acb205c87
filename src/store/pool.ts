// Pools that never hand out a connection that is broken, busy or still inside a transaction.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { isSqlState } from './errors.ts';

export interface PoolOptions {
  connectionString: string;
  /** Shown in pg_stat_activity. */
  name: string;
  max: number;
  connectMs: number;
  statementMs: number;
  lockMs: number;
  idleInTransactionMs: number;
  /** Work as this role, when the database has it. */
  role?: string;
}

const statementNamesMax = 500;
const statementNames = new Map<string, string>();

/** A pool with server-side timeouts whose `release` destroys every connection that is not idle and clean. */
export function createPool(options: PoolOptions): pg.Pool {
  const settings: Record<string, string | number> = {
    statement_timeout: options.statementMs,
    lock_timeout: options.lockMs,
    idle_in_transaction_session_timeout: options.idleInTransactionMs,
    timezone: 'UTC',
  };
  if (options.role) settings.role = options.role;
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: `interlock-${options.name}`,
    max: options.max,
    connectionTimeoutMillis: options.connectMs,
    query_timeout: options.statementMs + 2_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    maxLifetimeSeconds: 1_800,
    options: Object.entries(settings)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
  });
  // A backend that dies while its connection is checked out emits 'error'; without a listener the process would end.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    watch(client as WatchedClient);
  });
  return pool;
}

interface WatchedClient extends pg.PoolClient {
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
  releaseWatched?: true;
}

/** Counts statements in flight, names repeated statements so that they stay prepared, and checks each release. */
function watch(client: WatchedClient): void {
  let inFlight = 0;
  let spoiled = false;
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const answer = query(...named(args));
    if (answer instanceof Promise) {
      inFlight += 1;
      answer.then(
        () => {
          inFlight -= 1;
        },
        (error: unknown) => {
          inFlight -= 1;
          spoiled ||= spoils(error);
        },
      );
    }
    return answer;
  }) as typeof client.query;
  guardRelease(client, () => inFlight === 0 && !spoiled && client.getTransactionStatus() === 'I');
}

/** An error without SQLSTATE is not the server's: after a timeout of ours the answer may still come. 0A000: a plan older than the schema. */
function spoils(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code !== 'string' || !isSqlState(code) || code === '0A000';
}

/** pg-pool sets `release` anew at every checkout, so the check is put on the property itself. */
function guardRelease(client: WatchedClient, isClean: () => boolean): void {
  let release: pg.PoolClient['release'] = client.release;
  Object.defineProperty(client, 'release', {
    configurable: true,
    get: () => (error?: Error | boolean) => {
      release.call(
        client,
        error || (isClean() ? undefined : new Error('The connection was not idle when it was given back')),
      );
    },
    set: (next: pg.PoolClient['release']) => {
      release = next;
    },
  });
}

function named(args: unknown[]): unknown[] {
  const [text, values] = args;
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return args;
  let name = statementNames.get(text);
  if (name === undefined) {
    if (statementNames.size >= statementNamesMax) return args;
    name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
    statementNames.set(text, name);
  }
  return [{ name, text, values }, ...args.slice(2)];
}
