// How many are where is what the subjects say, at every moment, whoever changes them and however it is merged.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeStateCounts } from '../../src/store/counts/state-counts.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { compareStateCounts } from '../../src/store/reports/reconcile.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let owned: TestDatabase;
let database: Database;
let client: pg.Client;
beforeAll(async () => {
  owned = await createTestDatabase();
  database = await openDatabase(owned.connectionString);
  client = await connect();
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
  await owned.drop();
});

async function connect(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: owned.connectionString });
  await one.connect();
  return one;
}

const add = (by: pg.Client, name: string, count: number) =>
  by.query(
    `with people as (
       insert into person (id, data_key, commit_key, master_key_id) select 'per_${name}_' || n, 'd', 'c', 'm' from generate_series(1, ${count}) n returning id)
     insert into subject (id, machine, machine_version, state, version, chain_head, person_id, state_since)
     select 'sub' || substr(id, 4), 'application', 1, 'active.applied', 1, '', id, now() from people`,
  );

const counted = async () =>
  (
    await client.query(
      `select state, region, machine_version as version, sum(count)::int as here from state_count group by 1, 2, 3 having sum(count) <> 0 order by 1, 2, 3`,
    )
  ).rows;

describe('what is counted', () => {
  test('follows what comes, moves, gets a region and changes its version', async () => {
    await add(client, 'a', 10);
    expect(await counted()).toEqual([{ state: 'active.applied', region: null, version: 1, here: 10 }]);
    await client.query(`update subject set state = 'active.triage', version = 2 where id <= 'sub_a_3'`);
    await client.query(`update subject set region = 'EMEA' where state = 'active.triage'`);
    await client.query(`update subject set machine_version = 2, version = 3 where id = 'sub_a_1'`);
    await client.query(`update subject set facts = '{"seen": true}'`);
    expect(await counted()).toEqual([
      { state: 'active.applied', region: null, version: 1, here: 6 },
      { state: 'active.triage', region: 'EMEA', version: 1, here: 3 },
      { state: 'active.triage', region: 'EMEA', version: 2, here: 1 },
    ]);
    expect(await compareStateCounts(database.reports)).toEqual([]);
  });

  test('is undone with its transaction, and what changes nothing appends nothing', async () => {
    const before = await counted();
    await client.query('begin');
    await add(client, 'undone', 5);
    await client.query('rollback');
    expect(await counted()).toEqual(before);
    const rows = async () => (await client.query('select count(*)::int as n from state_count')).rows[0].n;
    const appended = await rows();
    await client.query(`update subject set sla_due_at = now()`);
    expect(await rows()).toBe(appended);
  });

  test('can be found wrong', async () => {
    await client.query('begin');
    await client.query(
      `insert into state_count (machine, machine_version, state, region, ended, count) values ('application', 1, 'hired', null, true, 2)`,
    );
    await client.query('commit');
    expect(await compareStateCounts(database.reports)).toEqual([
      {
        machine: 'application',
        version: 1,
        state: 'hired',
        region: null,
        ended: true,
        connection: null,
        counted: 2,
        subjects: 0,
      },
    ]);
    await client.query(`delete from state_count where state = 'hired'`);
  });
});

describe('merging', () => {
  test('leaves one row per key, and nothing where nobody is left', async () => {
    while ((await mergeStateCounts(database.engine, 3)) > 0);
    const { rows } = await client.query('select state, count::int as here, merged from state_count order by 1, 2');
    expect(rows).toEqual([
      { state: 'active.applied', here: 6, merged: true },
      { state: 'active.triage', here: 1, merged: true },
      { state: 'active.triage', here: 3, merged: true },
    ]);
    await client.query(`update subject set state = 'active.screening', version = 9 where state = 'active.triage'`);
    while ((await mergeStateCounts(database.engine, 3)) > 0);
    expect((await client.query(`select state from state_count where state = 'active.triage'`)).rows).toEqual([]);
  });

  test('loses nothing beside writers and beside itself', async () => {
    const writers = await Promise.all([1, 2, 3].map(connect));
    let writing = true;
    const write = async (by: pg.Client, at: number): Promise<void> => {
      await add(by, `w${at}`, 40);
      for (let round = 0; round < 40; round += 1) {
        const state = ['active.triage', 'active.screening', 'active.offer'][(round + at) % 3];
        await by.query(
          `update subject set state = $1, region = $2, version = version + 1 where id like $3 and right(id, 1) = $4`,
          [state, round % 2 === 0 ? 'EMEA' : 'APAC', `sub_w${at}_%`, String(round % 10)],
        );
      }
    };
    const merge = async (): Promise<number> => {
      let taken = 0;
      while (writing) taken += await mergeStateCounts(database.engine, 7);
      return taken;
    };
    const merging = [merge(), merge()];
    const looking = (async () => {
      // Each reading is of one moment, in the middle of it all.
      while (writing) expect(await compareStateCounts(database.reports)).toEqual([]);
    })();
    await Promise.all(writers.map(write)).finally(() => (writing = false));
    await looking;
    for (const taken of await Promise.all(merging)) expect(taken).toBeGreaterThan(20);
    while ((await mergeStateCounts(database.engine, 100)) > 0);
    expect(await compareStateCounts(database.reports)).toEqual([]);
    await Promise.all(writers.map((one) => one.end()));
  });
});
