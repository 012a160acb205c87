// What each database error means for its caller, by SQLSTATE; and that real errors carry the codes the table names.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifyDatabaseError, type DatabaseFailure } from '../../src/store/database/errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const coded = (code: string): Error => Object.assign(new Error('words that mean nothing'), { code });

describe('by its code', () => {
  test.each<[code: string, what: string, failure: DatabaseFailure]>([
    ['40001', 'serialization failure', 'contended'],
    ['40P01', 'deadlock', 'contended'],
    ['55P03', 'lock timeout', 'contended'],
    ['23505', 'lost race on a unique key', 'contended'],
    ['08006', 'connection failure', 'unavailable'],
    ['28P01', 'password changed while we ran', 'unavailable'],
    ['53100', 'disk full', 'unavailable'],
    ['53300', 'too many connections', 'unavailable'],
    ['57014', 'statement timeout', 'unavailable'],
    ['57P01', 'backend terminated', 'unavailable'],
    ['57P03', 'starting up', 'unavailable'],
    ['58030', 'input or output failed', 'unavailable'],
    ['XX001', 'data corrupted', 'unavailable'],
    ['25P03', 'idle in a transaction', 'unavailable'],
    ['25006', 'read-only: the primary was demoted', 'unavailable'],
    ['40003', 'commit outcome unknown', 'unavailable'],
    ['ECONNRESET', 'a socket of Node', 'unavailable'],
    ['EPIPE', 'a socket of Node with five letters', 'unavailable'],
    ['22P02', 'text that is no number', 'rejected'],
    ['23503', 'foreign key', 'rejected'],
    ['23514', 'check', 'rejected'],
    ['25P02', 'statement in a failed transaction', 'rejected'],
    ['42501', 'no permission', 'rejected'],
    ['42P01', 'no such table', 'rejected'],
    ['0A000', 'not supported', 'rejected'],
  ])('%s (%s): %s', (code, _, failure) => {
    expect(classifyDatabaseError(coded(code))).toBe(failure);
  });
});

describe('without a code', () => {
  test.each<[what: string, error: unknown, failure: DatabaseFailure]>([
    ['the driver gave up', new Error('Query read timeout'), 'unavailable'],
    ['the connection ended', new Error('Connection terminated unexpectedly'), 'unavailable'],
    ['nothing at all', undefined, 'unavailable'],
    ['a fault of ours', new TypeError('undefined is not a function'), 'rejected'],
    ['an assertion of ours', new Error('A lane has a gap. This is a bug in Interlock.'), 'rejected'],
  ])('%s', (_, error, failure) => {
    expect(classifyDatabaseError(error)).toBe(failure);
  });
});

describe('as the server really says it', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => {});
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function failureOf(...statements: (string | pg.QueryConfig)[]): Promise<DatabaseFailure> {
    try {
      for (const statement of statements) await client.query(statement);
    } catch (error) {
      return classifyDatabaseError(error);
    }
    throw new Error('nothing failed');
  }

  const twice = `insert into dictionary_version (version, hash, document) values (1, 'a', '{}')`;
  const plan = { name: 'grown', text: 'select * from grown' };

  test.each<[what: string, failure: DatabaseFailure, statements: (string | pg.QueryConfig)[]]>([
    ['a unique key', 'contended', [twice, twice]],
    [
      'a plan older than the schema',
      'contended',
      ['create temporary table grown (a int)', plan, 'alter table grown add b int', plan],
    ],
    ['a statement timeout', 'unavailable', ['set statement_timeout = 20', 'select pg_sleep(1)']],
    ['a demoted primary', 'unavailable', ['set default_transaction_read_only = on', 'create table never (a int)']],
    ['an append-only log', 'rejected', ['set default_transaction_read_only = off', 'truncate audit']],
    ['an unknown table', 'rejected', ['select * from nowhere']],
  ])('%s: %s', async (_, failure, statements) => {
    expect(await failureOf(...statements)).toBe(failure);
  });
});
