// Opening a database: what is refused at the start and how it is said, and what the service's own role may do.
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let opened: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  opened = await openDatabase(database.connectionString);
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await database.drop();
});

async function asOwner(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

describe('every pool', () => {
  test.each(['ingest', 'delivery', 'engine', 'reports'] as const)(
    '%s works as the role with the least rights',
    async (pool) => {
      const { rows } = await sql<{ me: string; owner: boolean; name: string }>`
      select current_user as me, (select rolsuper from pg_roles where rolname = current_user) as owner,
        current_setting('application_name') as name`.execute(opened[pool]);
      expect(rows).toEqual([{ me: 'interlock_app', owner: false, name: `interlock-${pool}` }]);
    },
  );
});

test.each([
  ['ingest', 'off', 'force_generic_plan'],
  ['delivery', 'off', 'force_generic_plan'],
  ['engine', 'on', 'auto'],
  ['reports', 'on', 'force_custom_plan'],
] as const)('%s reads whole tables: %s, plans: %s', async (pool, scans, plans) => {
  const { rows } = await sql<{ scans: string; plans: string }>`
    select current_setting('enable_seqscan') as scans, current_setting('plan_cache_mode') as plans`.execute(
    opened[pool],
  );
  expect(rows).toEqual([{ scans, plans }]);
});

test('reports are planned for what is asked, however often it was asked', async () => {
  await opened.reports.connection().execute(async (db) => {
    for (let nth = 1; nth <= 8; nth += 1) await sql`select id from event order by received_at limit ${nth}`.execute(db);
    const { rows } = await sql<{ generic: number; custom: number }>`
      select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements where statement like '%from event order by received_at%'`.execute(
      db,
    );
    expect(rows).toEqual([{ generic: 0, custom: 8 }]);
  });
});

test.runIf(process.platform === 'linux')('the server is told to notice clients that are gone', async () => {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in ('tcp_keepalives_idle', 'tcp_user_timeout', 'client_connection_check_interval')
    order by name`.execute(opened.ingest);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    client_connection_check_interval: '1000',
    tcp_keepalives_idle: '30',
    tcp_user_timeout: '15000',
  });
});

describe('the service cannot', () => {
  test.each([
    ['delete history', 'delete from transition'],
    ['rewrite history', `update transition set hash = '\\x00'`],
    ['empty a log', 'truncate audit'],
    ['rewrite an approval', `update approval set decision = 'approved'`],
    ['drop a table', 'drop table event'],
    ['turn a rule off', 'alter table event disable trigger all'],
    ['escape the rules of replication', `set session_replication_role = 'replica'`],
    ['make a table', 'create table mine (n int)'],
    ['touch the list of migrations', 'delete from kysely_migration'],
  ])('%s', async (_, statement) => {
    await expect(sql.raw(statement).execute(opened.engine)).rejects.toMatchObject({ code: '42501' });
  });
});

test('waiting requests are counted, so that load can be shed', async () => {
  expect(opened.ingestWaiting()).toBe(0);
  const slow = Array.from({ length: 12 }, () => sql`select pg_sleep(0.5)`.execute(opened.ingest));
  await vi.waitUntil(() => opened.ingestWaiting() === 2, { interval: 5 });
  await Promise.all(slow);
  expect(opened.ingestWaiting()).toBe(0);
});

describe('what is refused', () => {
  test('a database that forgets acknowledged writes, by a setting of its own', async () => {
    await using careless = await createTestDatabase();
    const name = new URL(careless.connectionString).pathname.slice(1);
    await asOwner(careless.connectionString, `alter database ${name} set synchronous_commit = off`);
    await expect(openDatabase(careless.connectionString)).rejects.toThrow(
      'synchronous_commit is off at the server: acknowledged events could be lost. Turn it on.',
    );
    await asOwner(careless.connectionString, `alter database ${name} set synchronous_commit = on`);
    await using again = await openDatabase(careless.connectionString);
    expect(again.ingestWaiting()).toBe(0);
  });

  test('a server without fsync where durability is asked for', async () => {
    // The tests' own server is one.
    await expect(openDatabase(database.connectionString, { durable: true })).rejects.toThrow(
      'fsync is off at the server',
    );
  });

  test('a role that nothing holds back', async () => {
    const name = `unbounded_${process.pid}`;
    await asOwner(database.connectionString, `create role ${name} login bypassrls password 'x'`);
    const address = new URL(database.connectionString);
    address.username = name;
    address.password = 'x';
    try {
      await expect(openDatabase(address.href)).rejects.toThrow('Create the role interlock_app');
      await asOwner(database.connectionString, `grant interlock_app to ${name}`);
      await using bounded = await openDatabase(address.href);
      expect(bounded.figures().destroyed).toEqual({ busy: 0, in_transaction: 0, unanswered: 0, outdated: 0 });
    } finally {
      await asOwner(database.connectionString, `drop role ${name}`);
    }
  });

  test('nothing of an owner who is no superuser: migrations make the role hers, and without it she works as herself', async () => {
    const name = `owner_${process.pid}`;
    const admin = database.connectionString;
    await asOwner(admin, `create role ${name} login createrole password 'x'`);
    await using fresh = await createEmptyDatabase();
    const address = new URL(fresh.connectionString);
    await asOwner(admin, `alter database ${address.pathname.slice(1)} owner to ${name}`);
    address.username = name;
    address.password = 'x';
    const worksAs = async (): Promise<string> => {
      await using open = await openDatabase(address.href);
      const { rows } = await sql<{ me: string }>`select current_user as me`.execute(open.engine);
      return rows[0]?.me ?? '';
    };
    try {
      await migrate(address.href);
      // The role is the test server's superuser's already: she is not given it.
      expect(await worksAs()).toBe(name);
      await asOwner(admin, `grant interlock_app to ${name} with admin true, set false`);
      expect(await worksAs()).toBe(name);
      await asOwner(admin, `grant interlock_app to ${name} with set true`);
      expect(await worksAs()).toBe('interlock_app');
    } finally {
      await fresh.drop();
      await asOwner(admin, `drop role ${name}`);
    }
  });

  test('a database that is not there, in the words of the server', async () => {
    const missing = new URL(database.connectionString);
    missing.pathname = '/nowhere';
    await expect(openDatabase(missing.href)).rejects.toThrow('database "nowhere" does not exist');
  });

  test('leaves no connection behind', async () => {
    await using careless = await createTestDatabase();
    const name = new URL(careless.connectionString).pathname.slice(1);
    await asOwner(careless.connectionString, `alter database ${name} set synchronous_commit = off`);
    await expect(openDatabase(careless.connectionString)).rejects.toThrow();
    await vi.waitUntil(async () => {
      const { rows } =
        await sql`select from pg_stat_activity where datname = ${name} and application_name = 'interlock-start'`.execute(
          opened.reports,
        );
      return rows.length === 0;
    });
  });
});
