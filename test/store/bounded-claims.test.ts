// What is claimed or merged is bounded, also where the planner takes a table for tiny and would read a subquery again for each row.
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { claimDueProbes, type EventRow, insertEvents } from '../../src/store/engine/events.ts';
import { mergeCounts } from '../../src/store/engine/kpi.ts';
import { insertPersons } from '../../src/store/persons/persons.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let owned: TestDatabase;
let database: Database;
beforeEach(async () => {
  owned = await createTestDatabase();
  database = await openDatabase(owned.connectionString);
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await owned.drop();
});

/** The planner believes that there is one row. */
async function grow(table: string, add: (row: number) => Promise<unknown>): Promise<void> {
  await add(0);
  const owner = new pg.Client({ connectionString: owned.connectionString });
  await owner.connect();
  await owner.query(`analyze ${table}`);
  await owner.end();
  for (let row = 1; row <= 20; row += 1) await add(row);
}

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

const waiting = (row: number): EventRow => ({
  id: `evt_${row}`,
  source: 'connection:ats',
  external_id: `${row}`,
  fingerprint: 'f',
  machine: 'application',
  claim_kind: 'stage',
  claim: 'active.offer',
  by_kind: 'ats',
  ref_system: null,
  ref_id: null,
  subject_id: null,
  person_id: 'per_1',
  payload_ct: null,
  occurred_at: ago(0),
  received_at: ago(0),
  disposition: 'parked',
  code: null,
  detail: null,
  transition_version: null,
  settled_at: null,
  parked_for: 'probe',
  parked_until: ago(-3_600),
  probe_attempt: 0,
  probe_sent_at: null,
  probe_due_at: ago(1_000 - row),
});

test('probes', async () => {
  const tx = database.engine as never;
  const keys = { data_key: Buffer.from('d'), commit_key: Buffer.from('c') };
  await insertPersons(tx, [
    { id: 'per_1', ...keys, master_key_id: 'm', email_index: null, profile_system: null, profile_ref: null },
  ]);
  await grow('event', (row) => insertEvents(tx, [waiting(row)]));
  const claimed = await claimDueProbes(database.engine, 60_000, 2);
  expect(claimed.map((one) => one.id).sort()).toEqual(['evt_0', 'evt_1']);
});

test('counts', async () => {
  const db = database.engine;
  await grow('kpi_hour', () =>
    sql`insert into kpi_hour (hour, measure, machine, event_type, connection_id, count)
      values (date_trunc('hour', clock_timestamp()) - interval '1 hour', 'event.applied', 'application', 'raw', 'ats', 1)`.execute(
      db,
    ),
  );
  expect(await mergeCounts(db, 5)).toBe(5);
  const { rows } = await sql<{ rows: number; sum: number }>`
    select count(*)::int as rows, sum(count)::int as sum from kpi_hour`.execute(db);
  expect(rows).toEqual([{ rows: 17, sum: 21 }]);
  // What was merged is not taken in again, or an hour would be read for ever.
  expect(await mergeCounts(db, 100)).toBe(16);
  expect(await mergeCounts(db, 100)).toBe(0);
});
