// The pool behind a network that lies: a commit whose answer is lost, a black hole, a server that only says it committed.
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import { classifyDatabaseError } from '../../src/store/database/errors.ts';
import { createPool, type Destroyed, type Siblings } from '../../src/store/database/pool.ts';
import { commitReply, startProxy } from '../faults/rig/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let observer: pg.Client;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let destroyed: Destroyed[];
const pools: pg.Pool[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  observer = new pg.Client({ connectionString: database.connectionString });
  await observer.connect();
  await observer.query('create table note (id int primary key)');
});
afterAll(async () => {
  await observer.end();
  await database.drop();
});
beforeEach(async () => {
  destroyed = [];
  proxy = await startProxy(() => Number(new URL(database.connectionString).port), seededRandom(1));
});
afterEach(async () => {
  proxy.heal();
  for (const pool of pools.splice(0)) await pool.end();
  await proxy[Symbol.asyncDispose]();
});

/** The client gives up after 2 s, the server never. */
function pooled(max: number, siblings?: Siblings): { pool: pg.Pool; db: Kysely<unknown> } {
  const through = new URL(database.connectionString);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const pool = createPool({
    connectionString: through.href,
    name: 'faults',
    max,
    connectMs: 1_000,
    statementMs: 0,
    lockMs: 1_000,
    idleInTransactionMs: 60_000,
    onDestroyed: (why) => void destroyed.push(why),
    ...(siblings ? { siblings } : {}),
  });
  pools.push(pool);
  return { pool, db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }) };
}

const insert = (db: Kysely<unknown>, id: number) =>
  db.transaction().execute((tx) => sql`insert into note (id) values (${id})`.execute(tx));
const isThere = async (id: number): Promise<boolean> =>
  (await observer.query('select from note where id = $1', [id])).rowCount === 1;
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
/** Opens so many connections and leaves them at rest. */
const fill = (db: Kysely<unknown>, count: number) =>
  Promise.all(Array.from({ length: count }, () => sql`select pg_sleep(0.05)`.execute(db)));

describe('a commit whose answer is lost', () => {
  test('is unknown to its caller, is there for everybody, and harms nobody after it', async () => {
    const { db, pool } = pooled(2);
    await fill(db, 2);
    proxy.dropReply(commitReply, 1);
    const error = await failureOf(insert(db, 1));
    expect(proxy.struck()).toMatchObject({ drop_reply: 1 });
    expect(classifyDatabaseError(error)).toBe('unavailable');
    expect(await isThere(1)).toBe(true);
    await insert(db, 2);
    expect(await isThere(2)).toBe(true);
    expect(pool.waitingCount).toBe(0);
  });
});

describe('a commit that the server turned into a rollback', () => {
  test('is an error, though the server calls it success', async () => {
    const { db } = pooled(1);
    const work = db.transaction().execute(async (tx) => {
      await sql`insert into note (id) values (10)`.execute(tx);
      // Somebody swallows the error and goes on.
      await failureOf(sql`select 1 / 0`.execute(tx));
    });
    await expect(work).rejects.toThrow('rolled back instead of committed');
    expect(await isThere(10)).toBe(false);
  });
});

describe('a black hole', () => {
  test('costs a transaction one wait, not one for the rollback too, and keeps the first error', async () => {
    const { db } = pooled(1);
    await fill(db, 1);
    const from = performance.now();
    const work = db.transaction().execute(async (tx) => {
      proxy.set({ kind: 'black_hole' });
      await sql`select 1`.execute(tx);
    });
    await expect(work).rejects.toThrow('Query read timeout');
    expect(performance.now() - from).toBeLessThan(3_500);
    expect(destroyed).toEqual(['unanswered']);
  });

  test('fails every call in bounded time, and when it heals the whole pool works at once', async () => {
    const siblings: Siblings = new Set();
    const { db, pool } = pooled(6, siblings);
    const other = pooled(2, siblings);
    await fill(db, 6);
    await fill(other.db, 2);
    expect([pool.idleCount, other.pool.idleCount]).toEqual([6, 2]);
    proxy.set({ kind: 'black_hole' });
    const from = performance.now();
    expect(await failureOf(insert(db, 20))).toMatchObject({ message: 'Query read timeout' });
    // The others are as dead; nobody has to find out for each of them, in neither pool.
    await sleep(50);
    expect([pool.totalCount, other.pool.totalCount]).toEqual([0, 0]);
    expect(await failureOf(insert(db, 21))).toBeInstanceOf(Error);
    expect(performance.now() - from).toBeLessThan(4_500);
    proxy.heal();
    const healed = performance.now();
    await Promise.all([...Array.from({ length: 12 }, (_, at) => insert(db, 100 + at)), insert(other.db, 200)]);
    expect(performance.now() - healed).toBeLessThan(2_000);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([pool.totalCount, pool.totalCount, 0]);
  });

  test('leaves connections alone that were heard of meanwhile', async () => {
    const { db, pool } = pooled(3);
    await fill(db, 3);
    const slow = failureOf(sql`select pg_sleep(5)`.execute(db));
    await sleep(1_000);
    await fill(db, 2);
    expect(await slow).toMatchObject({ message: 'Query read timeout' });
    await sleep(50);
    expect(pool.idleCount).toBe(2);
  });
});
