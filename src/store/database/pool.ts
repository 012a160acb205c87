// Pools that never hand out a connection that is broken, busy or still inside a transaction.
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
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
  /** A connection is replaced after this long, so that a failover or a moved address is followed. */
  lifetimeSeconds?: number;
  /** Work as this role, when the database has it. */
  role?: string;
  /** More settings of the server, for each session. */
  session?: Readonly<Record<string, string>>;
  /** Shared by pools that reach one server by one way: what one finds dead, the others need not find out again. */
  siblings?: Siblings;
  /** Statements are sent before those in front of them were answered. */
  pipeline?: boolean;
  /** Told of each connection that is not handed out again, and why. */
  onDestroyed?(why: Destroyed): void;
}

/** `unanswered`: a statement got no answer in time, or the connection broke. */
export type Destroyed = 'busy' | 'in_transaction' | 'unanswered' | 'outdated';
/** Every open connection of the pools that share it. */
export type Siblings = Set<WatchedClient>;

/** Of one pool: what reports are asked in ever new ways takes no name away from the statements of the engine. */
const statementNamesMax = 500;

/** A pool with server-side timeouts whose `release` destroys every connection that is not idle and clean. */
export function createPool(options: PoolOptions): pg.Pool {
  const settings: Record<string, string | number> = {
    statement_timeout: options.statementMs,
    lock_timeout: options.lockMs,
    idle_in_transaction_session_timeout: options.idleInTransactionMs,
    timezone: 'UTC',
    ...options.session,
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
    ...(options.pipeline ? { pipeline: true } : {}),
    maxLifetimeSeconds: options.lifetimeSeconds ?? 1_800,
    options: Object.entries(settings)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
  });
  // A backend that dies while its connection is checked out emits 'error'; without a listener the process would end.
  pool.on('error', () => {});
  const siblings: Siblings = options.siblings ?? new Set();
  const named = keepNames();
  pool.on('connect', (client) => {
    client.on('error', () => {});
    watch(client as WatchedClient, siblings, named, options.onDestroyed ?? (() => {}), options.pipeline ?? false);
  });
  pool.on('acquire', (client) => {
    (client as WatchedClient).idle = false;
  });
  pool.on('release', (error, client) => {
    (client as WatchedClient).idle = !error;
  });
  return pool;
}

interface WatchedClient extends pg.PoolClient {
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
  /** Kept by `createPool`: in the pool, and in nobody's hands. */
  idle: boolean;
  /** When the server last answered anything; `performance.now()`. */
  heardAt: number;
}

/** Counts statements in flight, names repeated statements so that they stay prepared, and checks each release. */
function watch(
  client: WatchedClient,
  siblings: Siblings,
  named: (args: unknown[]) => unknown[],
  onDestroyed: (why: Destroyed) => void,
  pipelined: boolean,
): void {
  let inFlight = 0;
  let broken: unknown = null;
  let outdated = false;
  client.heardAt = performance.now();
  siblings.add(client);
  client.once('end', () => void siblings.delete(client));
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const answered = async (answer: Promise<unknown>, sentAt: number, text: unknown): Promise<unknown> => {
    inFlight += 1;
    try {
      const result = await answer;
      client.heardAt = performance.now();
      refuseLostCommit(text, result);
      return result;
    } catch (error) {
      if (isOfServer(error)) {
        client.heardAt = performance.now();
        outdated ||= (error as { code: string }).code === '0A000';
      } else {
        broken ??= error;
        abandonSilent(siblings, sentAt);
      }
      throw error;
    } finally {
      inFlight -= 1;
    }
  };
  client.query = ((...args: unknown[]) => {
    // Whatever comes after (Kysely sends a rollback) would wait as long again, and its error would hide the first.
    if (broken !== null) return Promise.reject(broken);
    if (pipelined) packTogether(client.connection.stream);
    const answer = query(...named(args));
    return answer instanceof Promise ? answered(answer, performance.now(), args[0]) : answer;
  }) as typeof client.query;
  guardRelease(
    client,
    () =>
      broken !== null
        ? 'unanswered'
        : inFlight > 0
          ? 'busy'
          : client.getTransactionStatus() !== 'I'
            ? 'in_transaction'
            : outdated
              ? 'outdated'
              : null,
    onDestroyed,
  );
}

/** What is said before the next turn goes out in one write, not in one for each statement. */
function packTogether(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** An error without SQLSTATE is not the server's: after a timeout of ours the answer may still come. */
function isOfServer(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && isSqlState(code);
}

/** One got no answer: those at rest that have heard nothing since are no better, and each would cost somebody as long. `end` would wait for the server. */
function abandonSilent(siblings: Siblings, since: number): void {
  for (const sibling of siblings) if (sibling.idle && sibling.heardAt < since) sibling.connection.stream.destroy();
}

/** The server answers the commit of a failed transaction with success and the word ROLLBACK. */
function refuseLostCommit(text: unknown, result: unknown): void {
  if (text !== 'commit' || (result as { command?: unknown } | null)?.command === 'COMMIT') return;
  throw Object.assign(new Error('The transaction had failed, and was rolled back instead of committed'), {
    code: '25P02',
  });
}

/** pg-pool sets `release` anew at every checkout, so the check is put on the property itself. */
function guardRelease(
  client: WatchedClient,
  flaw: () => Destroyed | null,
  onDestroyed: (why: Destroyed) => void,
): void {
  let release: pg.PoolClient['release'] = client.release;
  Object.defineProperty(client, 'release', {
    configurable: true,
    get: () => (error?: Error | boolean) => {
      const why = flaw();
      if (why !== null) onDestroyed(why);
      release.call(client, error || (why === null ? undefined : new Error(`The connection was given back ${why}`)));
    },
    set: (next: pg.PoolClient['release']) => {
      release = next;
    },
  });
}

function keepNames(): (args: unknown[]) => unknown[] {
  const names = new Map<string, string>();
  return (args) => {
    const [text, values] = args;
    if (typeof text !== 'string' || !Array.isArray(values)) return args;
    // What begins and ends transactions is nothing to prepare.
    if (values.length === 0 && !text.startsWith('select')) return args;
    let name = names.get(text);
    if (name === undefined) {
      if (names.size >= statementNamesMax) return args;
      name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
      names.set(text, name);
    }
    return [{ name, text, values }, ...args.slice(2)];
  };
}
