// Hours that do not come within a statement's time together are counted in halves, and come to the same.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTallies } from '../../src/services/reports/keep-tallies.ts';
import { compareTallies } from '../../src/store/reports/reconcile.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { fillLargeHistory } from '../support/large-history.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let service: TestContext;
let owner: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillLargeHistory(database.connectionString, { subjects: 50, transitions: 400, sealed: 1 });
  owner = new pg.Client({ connectionString: database.connectionString });
  await owner.connect();
  service = await createTestContext({ connectionString: database.connectionString });
}, 120_000);
afterAll(async () => {
  await owner?.end();
  await service?.[Symbol.asyncDispose]();
  await database?.drop();
});

/** The server says of more than so many hours at once what it says when a statement's time is over. */
const outOfTimeAfter = (hours: number) =>
  owner.query(`
    create or replace function out_of_time() returns trigger language plpgsql as $$ begin
      if (select count(*) from added where unit = 'hour') > ${hours} then
        raise exception 'canceling statement due to statement timeout' using errcode = 'query_canceled';
      end if;
      return null;
    end $$;
    create or replace trigger out_of_time after insert on tally referencing new table as added for each statement execute function out_of_time()`);

const counted = async (): Promise<number> =>
  (await owner.query<{ count: number }>(`select count(*)::int as count from tally where unit = 'hour'`)).rows[0]
    ?.count ?? 0;

test('single hours are not made smaller: that they do not come is told', async () => {
  await outOfTimeAfter(0);
  await expect(keepTallies(service.context)).rejects.toMatchObject({ code: '57014' });
  expect(await counted()).toBe(0);
});

test('down to single hours', async () => {
  await outOfTimeAfter(1);
  // One round is some days of each kind.
  expect(await keepTallies(service.context)).toBeGreaterThan(100);
  expect(await counted()).toBeGreaterThan(100);
  expect(await compareTallies(service.context.database.reports)).toEqual([]);
});
