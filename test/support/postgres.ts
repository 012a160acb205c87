// A database of its own for each test file: a clone of a migrated template, about 150 ms.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/store/database/migrate.ts';

export interface TestDatabase extends AsyncDisposable {
  connectionString: string;
  /** Ends open connections too. May be called twice. */
  drop(): Promise<void>;
}

const template = 'interlock_template';

/** A fresh, migrated, empty database. Call in `beforeAll`, `drop()` in `afterAll`, or hold it with `await using`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await clone(async (admin) => {
    await prepareTemplate(admin);
    return `template ${template}`;
  });
}

/** A database with nothing in it, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await clone(async () => 'template template0');
}

async function clone(from: (admin: pg.Client) => Promise<string>): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withAdmin(async (admin) => admin.query(`create database ${name} ${await from(admin)} strategy file_copy`));
  let dropped: Promise<void> | null = null;
  const drop = (): Promise<void> =>
    (dropped ??= withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`)));
  return { connectionString: addressOf(name), drop, [Symbol.asyncDispose]: drop };
}

/** Made by the first test file that asks. Under a lock, as files run at once; renamed at the end, so that a half-made one is never cloned. */
async function prepareTemplate(admin: pg.Client): Promise<void> {
  await admin.query('select pg_advisory_lock(1)');
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rowCount !== 0) return;
    await admin.query(`drop database if exists ${template}_new with (force)`);
    await admin.query(`create database ${template}_new template template0`);
    await migrate(addressOf(`${template}_new`));
    await admin.query(`alter database ${template}_new rename to ${template}`);
  } finally {
    await admin.query('select pg_advisory_unlock(1)');
  }
}

async function withAdmin(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: addressOf('postgres') });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function addressOf(database: string): string {
  const address = new URL(inject('postgresUrl'));
  address.pathname = `/${database}`;
  return address.href;
}
