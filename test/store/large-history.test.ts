// A large history, made small: with every rule of the database on, each foreign key leads somewhere and each count equals its rows.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/load-definitions.ts';
import { searchSubjects } from '../../src/services/reports/search-subjects.ts';
import { compareCounts, compareStateCounts } from '../../src/store/reports/reconcile.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { madeUpPerson, numbered } from '../support/large-history/persons.ts';
import { fillLargeHistory } from '../support/large-history.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const wanted = { subjects: 300, transitions: 2_500 };

let database: TestDatabase;
let service: TestContext;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillLargeHistory(database.connectionString, { ...wanted, checked: true });
  service = await createTestContext({ connectionString: database.connectionString });
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await database?.drop();
});

const count = async (of: string): Promise<number> =>
  (
    await sql<{ count: number }>`select count(*)::int as count from ${sql.raw(of)}`.execute(
      service.context.database.reports,
    )
  ).rows[0]?.count ?? 0;

test('has as many open subjects and transitions as were asked for', async () => {
  expect(await count('subject where not ended')).toBe(wanted.subjects);
  expect(await count('transition')).toBeGreaterThanOrEqual(wanted.transitions);
  expect(await count('transition')).toBeLessThan(wanted.transitions * 1.05);
});

test('stands where its last transition led, in a state of its machine', async () => {
  expect(
    await count(
      'subject s where not exists (select from transition t where t.subject_id = s.id and t.version = s.version and t.to_state = s.state and t.recorded_at = s.state_since)',
    ),
  ).toBe(0);
  expect(
    await count(
      'transition t where t.version > 1 and not exists (select from transition e where e.subject_id = t.subject_id and e.version = t.version - 1 and e.to_state = t.from_state and e.recorded_at < t.recorded_at)',
    ),
  ).toBe(0);
  const { machines } = loadDefinitions();
  const { rows } = await sql<{ machine: string; machine_version: number; state: string; ended: boolean }>`
    select distinct machine, machine_version, state, ended from subject`.execute(service.context.database.reports);
  expect(rows.filter((row) => !machines.get(row.machine, row.machine_version).leaves.has(row.state))).toEqual([]);
});

test('has lanes that are as far as their writebacks, and counts that equal the rows', async () => {
  expect(
    await count(
      `lane l where l.done_seq <> (select count(*) from writeback w where w.subject_id = l.subject_id and w.connection_id = l.connection_id and w.status = 'confirmed')
        or l.next_seq <> (select count(*) from writeback w where w.subject_id = l.subject_id and w.connection_id = l.connection_id)`,
    ),
  ).toBe(0);
  expect(await compareCounts(service.context.database.reports)).toEqual([]);
  expect(await compareStateCounts(service.context.database.reports)).toEqual([]);
});

test('can be searched for the people in it', async () => {
  const { first, last, email } = madeUpPerson(7);
  const reader = { actor: { kind: 'cli' as const, id: 'test' } };
  const byEmail = await searchSubjects(service.context, email, reader);
  expect(byEmail.hits.map(({ subject }) => subject.id)).toEqual([numbered('sub', 7)]);
  const byName = await searchSubjects(service.context, `${first} ${last}`, reader);
  expect(byName.hits.map(({ subject }) => subject.id)).toContain(numbered('sub', 7));
});
