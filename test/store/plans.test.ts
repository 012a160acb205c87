// The plans of the engine's statements, and of its loops: none reads a table that grows, nor on an empty database, where a plan is made that is kept while tables grow.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { fillLargeHistory } from '../support/large-history.ts';
import { type Asked, engineStatements } from '../support/plans/engine-statements.ts';
import { faultsOf } from '../support/plans/explain.ts';
import { loopStatements } from '../support/plans/loop-statements.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let service: TestContext;

/** Known, and nothing else may be added. */
const known = [
  // All that waits, or is on its way, is looked at where only what is due was to be.
  ...['claimDue', 'findExpiredLeases', 'drive writebacks, every 0.25 s', 'sweep, every 1 s'].flatMap((name) =>
    ['generic', 'own'].map((plan) => `${name} (${plan} plan) asks what time it is for each row of writeback`),
  ),
  // Made while these tables are small, where reading all of them is hardly dearer, and made anew when they are analysed.
  'findRecentWrites (generic plan) reads all of echo_pkey on echo',
  'compare persons, every 2 s (generic plan) reads all of person_pkey on person',
  'compare persons, every 2 s (own plan) reads all of person_pkey on person',
];

const faults = async (statements: readonly Asked[]): Promise<string[]> =>
  (await faultsOf(service.context.database, statements)).filter((fault) => !known.includes(fault));

describe.each([
  { rows: 0, history: null },
  { rows: 2_000, history: { subjects: 300, transitions: 2_000 } },
])('with $rows transitions', ({ history }) => {
  beforeAll(async () => {
    database = await createTestDatabase();
    if (history) await fillLargeHistory(database.connectionString, { ...history, sealed: 1 });
    service = await createTestContext({ connectionString: database.connectionString });
    // So that new hires are looked for.
    const added = await addConnection(
      service.context,
      { kind: 'cli', id: 'tester' },
      {
        id: 'people',
        adapter: 'bamboohr',
        settings: {
          companyDomain: 'acme',
          baseUrl: 'http://127.0.0.1:9',
          keyField: 'customKey',
          trackOnboarding: true,
        },
        scope: {},
        secrets: { apiKey: 'key', webhookPrivateKey: 'hush' },
        direction: 'in',
      },
    );
    if (!added.ok) throw new Error(JSON.stringify(added));
    // So that somebody is compared, with others of the same name.
    await sql`update person set compared_at = null where id in (select id from person order by id limit 5)`.execute(
      service.context.database.engine,
    );
  }, 120_000);
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  test('the engine goes by indexes', async () => {
    expect(await faults(await engineStatements())).toEqual([]);
  });

  test('so do its loops', async () => {
    const statements = await loopStatements(service.context, database.connectionString);
    expect(statements.length).toBeGreaterThan(20);
    expect(await faults(statements)).toEqual([]);
  });
});
