// Statements of one transaction leave together, keep their order, and stand or fall together.
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import { type Database, openDatabase, type Tables, type Tx } from '../../src/store/database/database.ts';
import { inPipeline } from '../../src/store/database/pipeline.ts';
import { commitReply, startProxy, type TcpProxy } from '../faults/rig/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let proxy: TcpProxy;
let opened: Database;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.connectionString });
  await owner.connect();
  await owner.query(
    'create table note (id int primary key, by_id int references note); grant all on note to interlock_app',
  );
  const address = new URL(database.connectionString);
  const port = Number(address.port);
  proxy = await startProxy(() => port, seededRandom(1));
  address.port = String(proxy.port);
  address.hostname = '127.0.0.1';
  opened = await openDatabase(address.href);
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  proxy.heal();
  await owner.query('delete from note');
});

const insert = (tx: Tx, id: number, by: number | null = null) =>
  sql`insert into note (id, by_id) values (${id}, ${by})`.execute(tx);
const kept = async (): Promise<number[]> =>
  (await owner.query('select id from note order by id')).rows.map(({ id }) => id as number);

test('ten statements cost two round trips, not twelve: begun together they leave together, the commit after them', async () => {
  await opened.transact('ingest', (tx) => insert(tx, 1));
  proxy.set({ kind: 'delay', minMs: 100, maxMs: 100 });
  const timed = async (): Promise<number> => {
    await owner.query('delete from note where id >= 10');
    const startedAt = performance.now();
    await opened.transact('ingest', async (tx) => {
      await Promise.all(Array.from({ length: 10 }, (_, at) => insert(tx, 10 + at)));
    });
    return performance.now() - startedAt;
  };
  // The least of three: a busy machine adds to any of them.
  const tookMs = Math.min(await timed(), await timed(), await timed());
  expect(await kept()).toHaveLength(11);
  // Two round trips of 100 ms; one for each statement would be 1,200.
  expect(tookMs).toBeGreaterThan(190);
  expect(tookMs).toBeLessThan(700);
});

test('they are carried out in the order in which they were begun', async () => {
  await opened.transact('delivery', async (tx) => {
    // Each needs the one before it.
    await Promise.all(Array.from({ length: 50 }, (_, at) => insert(tx, at, at === 0 ? null : at - 1)));
  });
  expect(await kept()).toHaveLength(50);
});

test('where one fails, all do, its error is the one that is told, and its connection goes on', async () => {
  const before = opened.figures().destroyed;
  const failing = opened.transact('ingest', async (tx) => {
    // The one that fails is deeper in promises than those behind it, and is heard of later.
    const deep = async (): Promise<void> => {
      await Promise.all([Promise.all([insert(tx, 1)]).then((all) => Promise.all(all))]);
    };
    await Promise.all([insert(tx, 1), deep(), insert(tx, 2), insert(tx, 3)]);
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await kept()).toEqual([]);
  await opened.transact('ingest', (tx) => insert(tx, 4));
  expect(await kept()).toEqual([4]);
  expect(opened.figures().destroyed).toEqual(before);
});

test('what is thrown between statements undoes those before it', async () => {
  const failing = opened.transact('ingest', async (tx) => {
    await insert(tx, 1);
    throw new Error('changed our mind');
  });
  await expect(failing).rejects.toThrow('changed our mind');
  expect(await kept()).toEqual([]);
});

test('a connection that breaks on the way fails every statement, once, and is not handed out again', async () => {
  const failing = opened.transact('ingest', async (tx) => {
    await insert(tx, 1);
    proxy.reset();
    await Promise.all([insert(tx, 2), insert(tx, 3)]);
  });
  await expect(failing).rejects.not.toHaveProperty('code', '25P02');
  expect(await kept()).toEqual([]);
  await opened.transact('ingest', (tx) => insert(tx, 5));
  expect(await kept()).toEqual([5]);
});

test('an answer to COMMIT that is lost is an error, never a success', async () => {
  proxy.dropReply(commitReply, 1);
  await expect(opened.transact('ingest', (tx) => insert(tx, 1))).rejects.toThrow();
  expect(proxy.struck()).toMatchObject({ drop_reply: 1 });
  expect(await kept()).toEqual([1]);
});

test('a transaction that was refused at its beginning lets nothing leave after the first answer, which would stand for itself', async () => {
  const sent: string[] = [];
  const connection = {
    async executeQuery({ sql: text }: { sql: string }) {
      sent.push(text);
      if (text === 'begin') throw Object.assign(new Error('the server has no memory left'), { code: '53200' });
      return { rows: [] };
    },
    streamQuery: () => {
      throw new Error('nobody streams here');
    },
  };
  const driver = Object.assign(new DummyDriver(), { acquireConnection: async () => connection });
  const refusing = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const failing = inPipeline(refusing, async (tx) => {
    await sql`select 1`.execute(tx);
    await insert(tx, 1);
  });
  await expect(failing).rejects.toMatchObject({ code: '53200' });
  expect(sent).toEqual(['begin', 'select 1', 'rollback']);
});

test('after its end it is of no use to anybody', async () => {
  let escaped: Tx | undefined;
  await opened.transact('ingest', async (tx) => {
    escaped = tx;
    await insert(tx, 1);
  });
  await expect(insert(escaped as Tx, 2)).rejects.toThrow('after its end');
  expect(await kept()).toEqual([1]);
});
