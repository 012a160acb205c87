// Another master key than the one in use would make data that nobody can read: nothing starts with it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext();
});
afterAll(async () => service[Symbol.asyncDispose]());

const withKey = (fill: number) =>
  commandLine({
    DATABASE_URL: service.connectionString,
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    INTERLOCK_MASTER_KEY: Buffer.alloc(32, fill).toString('base64'),
  });

test('a database is opened with the key it was written under and with no other', async () => {
  expect((await withKey(9)('connection', 'list')).exitCode).toBe(0);
  await service.context.recorder().record(intake('K1', 'application.received'));
  expect((await withKey(7)('connection', 'list')).exitCode).toBe(0);
  const other = await withKey(9)('connection', 'list');
  expect(other.exitCode).toBe(1);
  expect(other.stderr).toContain('Set INTERLOCK_MASTER_KEY to the key it was written under');
});
