// Hours that do not come within a statement's time together are counted in halves, one that does not come alone in pieces, and it comes to the same.
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

const outOfTime = `raise exception 'canceling statement due to statement timeout' using errcode = 'query_canceled'`;

/** The server says of more than so many hours at once what it says when a statement's time is over. */
const outOfTimeAfter = (hours: number) =>
  owner.query(`
    create or replace function out_of_time() returns trigger language plpgsql as $$ begin
      if (select count(*) from added where unit = 'hour') > ${hours} then ${outOfTime}; end if;
      return null;
    end $$;
    create or replace trigger out_of_time after insert on tally referencing new table as added for each statement execute function out_of_time()`);

/** And of a statement that reads more than so many rows of these. */
const outOfTimeReading = (rows: number) =>
  owner.query(`
    create sequence rows_read;
    create function is_in_time() returns boolean language plpgsql security definer as $$ begin
      if current_setting('rows.statement', true) is distinct from statement_timestamp()::text then
        perform set_config('rows.statement', statement_timestamp()::text, false), setval('rows_read', 1);
      elsif nextval('rows_read') > ${rows} then ${outOfTime};
      end if;
      return true;
    end $$;
    alter table transition enable row level security;
    alter table writeback enable row level security;
    create policy in_time on transition using (is_in_time());
    create policy in_time on writeback using (is_in_time())`);

/** All that moved did so within an hour, evenly, and every tenth write was given up. */
const inOneHour = (hour: string) =>
  owner.query(`
    set session_replication_role = replica;
    with places as (select subject_id, version, row_number() over (order by recorded_at, subject_id, version) - 1 as place, count(*) over () as of from transition)
    update transition t set recorded_at = '${hour}'::timestamptz + place * interval '1 hour' / of from places p where (t.subject_id, t.version) = (p.subject_id, p.version);
    with places as (select id, row_number() over (order by created_at, id) - 1 as place, count(*) over () as of from writeback)
    update writeback w set created_at = '${hour}'::timestamptz + place * interval '1 hour' / of,
      status = case when place % 10 = 0 and status = 'confirmed' then 'dead' else status end, reason = coalesce(reason, 'given_up') from places p where w.id = p.id;
    reset session_replication_role;
    analyze transition, writeback`);

const counted = async (kind = 'any'): Promise<number> =>
  (
    await owner.query<{ count: number }>(
      `select count(*)::int as count from tally where unit = 'hour' and $1 in (kind, 'any')`,
      [kind],
    )
  ).rows[0]?.count ?? 0;

test('where an hour does not come in pieces either, that is told, and no kind is left out for another', async () => {
  await outOfTimeAfter(0);
  await expect(keepTallies(service.context)).rejects.toMatchObject({ code: '57014' });
  expect(await counted()).toBe(0);
  await owner.query(`create or replace function out_of_time() returns trigger language plpgsql as $$ begin
    if exists (select from added where unit = 'hour' and kind = 'stays') then ${outOfTime}; end if;
    return null;
  end $$`);
  await expect(keepTallies(service.context)).rejects.toMatchObject({ code: '57014' });
  expect(await counted('stays')).toBe(0);
  for (const kind of ['writes', 'events', 'stays_by', 'refusals', 'missing'])
    expect(await counted(kind)).toBeGreaterThan(20);
});

test('down to single hours', async () => {
  await owner.query('delete from tally');
  await outOfTimeAfter(1);
  // One round is some days of each kind.
  expect(await keepTallies(service.context)).toBeGreaterThan(100);
  expect(await counted()).toBeGreaterThan(100);
  expect(await compareTallies(service.context.database.reports)).toEqual([]);
});

test('an hour in which much moved in pieces, with what is unfinished', async () => {
  await owner.query('drop trigger out_of_time on tally; delete from tally; delete from tally_stale');
  const { rows } = await owner.query<{ hour: string }>(
    `select to_char(date_trunc('hour', clock_timestamp() at time zone 'utc') - interval '5 hours', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') as hour`,
  );
  const hour = rows[0]?.hour ?? '';
  await inOneHour(hour);
  await outOfTimeReading(150);
  expect(await keepTallies(service.context)).toBeGreaterThan(0);
  const busy = await owner.query<{ kind: string; rows: number; open: number }>(
    `select kind, (select sum((line -> 1 ->> 0)::int)::int from json_array_elements(lines) line) as rows, cardinality(left_out) as open
     from tally where unit = 'hour' and begins = $1 and kind in ('stays', 'writes') order by kind`,
    [hour],
  );
  const [stays, writes] = busy.rows;
  expect(stays?.rows).toBeGreaterThan(300);
  expect(writes?.rows).toBeGreaterThan(150);
  expect(writes?.open).toBeGreaterThan(5);
  await owner.query('drop policy in_time on transition; drop policy in_time on writeback');
  await owner.query(
    'alter table transition disable row level security; alter table writeback disable row level security',
  );
  expect(await compareTallies(service.context.database.reports)).toEqual([]);
});
