// The pool loses no write and survives what happens to its connections; each fault is first shown with a plain pg.Pool.
import { connect, createServer, type Socket } from 'node:net';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPool, type PoolOptions } from '../../src/store/database/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let observer: pg.Client;
const open: pg.Pool[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  observer = new pg.Client({ connectionString: database.connectionString });
  observer.on('error', () => {});
  await observer.connect();
  await observer.query('create table note (id int primary key)');
});

afterAll(async () => {
  for (const pool of open) await pool.end();
  await observer.end();
  await database.drop();
});

/** No statement timeout at the server and 2 s at the client, so that the client gives up first. */
function ours(options: Partial<PoolOptions> = {}): pg.Pool {
  const pool = createPool({
    connectionString: database.connectionString,
    name: 'test',
    max: 1,
    connectMs: 2_000,
    statementMs: 0,
    lockMs: 1_000,
    idleInTransactionMs: 60_000,
    ...options,
  });
  open.push(pool);
  return pool;
}

function plain(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: database.connectionString, max: 1, query_timeout: 2_000, ...options });
  pool.on('error', () => {});
  open.push(pool);
  return pool;
}

const kyselyOn = (pool: pg.Pool): Kysely<unknown> => new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });

async function seenByOthers(id: number): Promise<boolean> {
  return (await observer.query('select 1 from note where id = $1', [id])).rowCount === 1;
}

/** A transaction whose statement the client gives up on; then an unrelated insert on whatever the pool hands out. */
async function insertAfterTimeout(pool: pg.Pool, id: number): Promise<void> {
  const db = kyselyOn(pool);
  const answer = db.transaction().execute(async (tx) => sql`select pg_sleep(4.5)`.execute(tx));
  await expect(answer).rejects.toThrow('Query read timeout');
  await vi.waitUntil(async () => !(await sleeping()), { timeout: 10_000, interval: 20 });
  await sql`insert into note (id) values (${id})`.execute(db);
}

async function sleeping(): Promise<boolean> {
  const found = await observer.query(
    `select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query like 'select pg_sleep%'`,
  );
  return found.rowCount !== 0;
}

describe('a client-side timeout inside a transaction', () => {
  test('a plain pool then answers OK to an insert that nobody will ever see', async () => {
    await insertAfterTimeout(plain(), 1);
    expect(await seenByOthers(1)).toBe(false);
  });

  test('ours gives that connection up: the insert is there for everybody', async () => {
    const pool = ours();
    await insertAfterTimeout(pool, 2);
    expect(await seenByOthers(2)).toBe(true);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
    await expectNoneInTransaction();
  });
});

async function expectNoneInTransaction(): Promise<void> {
  const { rows } = await observer.query(
    `select state, query from pg_stat_activity where datname = current_database() and application_name = 'interlock-test' and state like 'idle in transaction%'`,
  );
  expect(rows).toEqual([]);
}

describe('a connection whose bytes are swallowed on the way', () => {
  /** A proxy that can stop to forward what it has accepted, as a lost NAT entry does. */
  async function withProxy(work: (connectionString: string, swallow: () => void) => Promise<void>): Promise<void> {
    const { hostname, port } = new URL(database.connectionString);
    const sockets: Socket[] = [];
    const pairs: [Socket, Socket][] = [];
    const proxy = createServer((client) => {
      const server = connect(Number(port), hostname);
      for (const socket of [client, server]) socket.on('error', () => {});
      client.pipe(server).pipe(client);
      sockets.push(client, server);
      pairs.push([client, server]);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const target = new URL(database.connectionString);
    target.hostname = '127.0.0.1';
    target.port = String((proxy.address() as { port: number }).port);
    try {
      await work(target.href, () => {
        for (const [client, server] of pairs.splice(0)) {
          client.unpipe(server).resume();
          server.unpipe(client).resume();
        }
      });
    } finally {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    }
  }

  /** Kysely gives the connection back without an error, whatever happened on it. */
  const ask = (pool: pg.Pool): Promise<unknown> => sql`select 1`.execute(kyselyOn(pool));

  test('a plain pool hands it out again and again', async () => {
    await withProxy(async (connectionString, swallow) => {
      const pool = plain({ connectionString, query_timeout: 300 });
      await ask(pool);
      swallow();
      await expect(ask(pool)).rejects.toThrow('Query read timeout');
      await expect(ask(pool)).rejects.toThrow('Query read timeout');
      expect(pool.totalCount).toBe(1);
    });
  });

  test('ours fails once and works at the next query', async () => {
    await withProxy(async (connectionString, swallow) => {
      const pool = ours({ connectionString });
      await ask(pool);
      swallow();
      await expect(ask(pool)).rejects.toThrow('Query read timeout');
      await ask(pool);
      expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
    });
  });
});

/** Ends the backend that a checked-out connection talks to. */
async function killBackendOf(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  await observer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
}

describe('a backend that dies while its connection is checked out', () => {
  test('a plain connection emits an error that nobody listens to, which ends the process', async () => {
    const client = await plain().connect();
    expect(client.listenerCount('error')).toBe(0);
    const said: string[] = [];
    client.on('error', (error) => said.push(error.message));
    await killBackendOf(client);
    client.release(true);
    expect(said.length).toBeGreaterThan(0);
  });

  test('ours listens: the transaction fails as a value of its caller, and the pool recovers', async () => {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    try {
      const pool = ours({ max: 3 });
      const db = kyselyOn(pool);
      const fates = await Promise.allSettled(
        [11, 12, 13].map((id) =>
          db.transaction().execute(async (tx) => {
            await sql`insert into note (id) values (${id})`.execute(tx);
            const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
            await observer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
            await sql`select pg_sleep(1)`.execute(tx);
          }),
        ),
      );
      expect(fates.map((fate) => fate.status)).toEqual(['rejected', 'rejected', 'rejected']);
      await Promise.all([14, 15, 16].map((id) => sql`insert into note (id) values (${id})`.execute(db)));
      expect(await Promise.all([11, 12, 13, 14, 15, 16].map(seenByOthers))).toEqual([
        false,
        false,
        false,
        true,
        true,
        true,
      ]);
      expect(pool.totalCount).toBeLessThanOrEqual(3);
      expect([pool.idleCount, pool.waitingCount]).toEqual([pool.totalCount, 0]);
    } finally {
      process.off('uncaughtException', uncaught);
    }
    expect(uncaught).not.toHaveBeenCalled();
  });

  test('an idle one is dropped, and the next query gets another', async () => {
    const pool = ours();
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    await observer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await vi.waitUntil(() => pool.totalCount === 0);
    await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });
});

describe('what is given back', () => {
  test.each<[string, (client: pg.PoolClient) => unknown]>([
    ['busy', (client) => void client.query('select pg_sleep(0.2)').catch(() => {})],
    ['inside a transaction', (client) => client.query('begin')],
    [
      'inside a failed transaction',
      async (client) => {
        await client.query('begin');
        await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
      },
    ],
    [
      'with plans that the schema has outgrown',
      async (client) => {
        await client.query('create temporary table grown (a int)');
        const read = (): Promise<unknown> => client.query('select * from grown where a > $1', [0]);
        await read();
        await client.query('alter table grown add column b int');
        await expect(read()).rejects.toThrow('cached plan must not change result type');
      },
    ],
  ])('%s is destroyed, not handed out again', async (_, use) => {
    const pool = ours();
    const client = await pool.connect();
    await use(client);
    client.release();
    expect(pool.totalCount).toBe(0);
    const next = await pool.connect();
    expect(next).not.toBe(client);
    next.release();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });

  test.each<[string, (client: pg.PoolClient) => unknown]>([
    ['after a query', (client) => client.query('select 1')],
    ['after a refused query', (client) => expect(client.query('select 1 / 0')).rejects.toThrow('division by zero')],
    [
      'after a transaction',
      async (client) => {
        await client.query('begin');
        await client.query('commit');
      },
    ],
  ])('%s it is kept', async (_, use) => {
    const pool = ours();
    for (let round = 0; round < 2; round += 1) {
      const client = await pool.connect();
      await use(client);
      client.release();
    }
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    expect(() => pool.query('select 1')).not.toThrow();
  });

  test('twice is refused', async () => {
    const client = await ours().connect();
    client.release();
    expect(() => client.release()).toThrow('Release called on client which has already been released');
  });
});

describe('statements', () => {
  test('with values are prepared under a name, once; so is what the store selects without any, and nothing else', async () => {
    const pool = ours();
    const names = async (): Promise<{ statement: string }[]> =>
      (await pool.query('select statement from pg_prepared_statements order by statement')).rows;
    await pool.query('select $1::int as n', [1]);
    await expect(pool.query('select $1::int as n', [2])).resolves.toMatchObject({ rows: [{ n: 2 }] });
    await sql`select ${3}::int as m`.execute(kyselyOn(pool));
    expect(await names()).toEqual([{ statement: 'select $1::int as m' }, { statement: 'select $1::int as n' }]);
    await sql`set application_name = 'other'`.execute(kyselyOn(pool));
    await sql`select 4 as k`.execute(kyselyOn(pool));
    expect(await names()).toContainEqual({ statement: 'select 4 as k' });
    expect(await names()).toHaveLength(3);
  });
});

test('each connection carries the limits it was asked for', async () => {
  const pool = ours({
    statementMs: 3_000,
    lockMs: 1_000,
    idleInTransactionMs: 5_000,
    role: 'interlock_app',
    name: 'limits',
  });
  const { rows } = await pool.query(
    `select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'TimeZone', 'application_name') order by name`,
  );
  expect(Object.fromEntries(rows.map((row: { name: string; setting: string }) => [row.name, row.setting]))).toEqual({
    application_name: 'interlock-limits',
    idle_in_transaction_session_timeout: '5000',
    lock_timeout: '1000',
    statement_timeout: '3000',
    TimeZone: 'UTC',
  });
  expect((await pool.query('select current_user as me')).rows).toEqual([{ me: 'interlock_app' }]);
});
