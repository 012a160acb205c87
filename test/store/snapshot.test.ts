// Parts of a report that are read at the same time belong together.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Tx } from '../../src/store/database/database.ts';
import { inOneSnapshot } from '../../src/store/reports/snapshot.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext();
});
afterAll(async () => service[Symbol.asyncDispose]());

test('both halves of a report see one state, whatever is written between them', async () => {
  const { database } = service.context;
  const count = async (db: Db | Tx): Promise<number> => (await db.selectFrom('subject').select('id').execute()).length;
  const rows = ledgerRows(database.engine);
  const [one, other] = await inOneSnapshot(
    database,
    async (tx) => {
      const before = await count(tx);
      await rows.subject({});
      return [before, await count(tx)];
    },
    async (tx) => {
      while ((await count(database.engine)) === 0) await new Promise((again) => setTimeout(again, 5));
      return count(tx);
    },
  );
  expect([one, other]).toEqual([[0, 0], 0]);
  expect(await count(database.engine)).toBe(1);
});
