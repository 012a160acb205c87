// F45: without the right master key nothing that needs a key is written, least of all in plain text.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createRecorder, Unavailable } from '../../src/services/record-events/index.ts';
import { openVault } from '../../src/services/vault.ts';
import { commandLine, masterKey } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext();
  await service.context
    .recorder()
    .record(intake('K1', 'application.received', { data: { 'candidate.lastName': 'Known' } }));
});
afterAll(async () => service[Symbol.asyncDispose]());

const events = async (): Promise<number> =>
  (await service.context.database.reports.selectFrom('event').select('id').execute()).length;

test('a key file that is gone, or holds no key, stops the start and is named', () => {
  expect(() => readConfig({ INTERLOCK_MASTER_KEY_FILE: '/nowhere/master.key' })).toThrow('/nowhere/master.key');
  expect(() => readConfig({ INTERLOCK_MASTER_KEY: 'c2hvcnQ=' })).toThrow('INTERLOCK_MASTER_KEY');
});

test('a database elsewhere without a key, or with another than its own, is not opened', async () => {
  const base = { DATABASE_URL: service.connectionString, INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true' };
  const none = await commandLine(base)('connection', 'list');
  expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('INTERLOCK_MASTER_KEY')]);
  const other = Buffer.alloc(32, 9).toString('base64');
  const wrong = await commandLine({ ...base, INTERLOCK_MASTER_KEY: other })('connection', 'list');
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('was written under the master key')]);
  const right = await commandLine({ ...base, INTERLOCK_MASTER_KEY: masterKey })('connection', 'list');
  expect(right.exitCode).toBe(0);
});

test('a process whose key does not open a person records nothing about it, and says that it cannot now', async () => {
  const before = await events();
  const blind = { ...service.context, vault: openVault(Buffer.alloc(32, 9)) };
  const late = intake('K1', 'triage.started', { data: { 'candidate.lastName': 'Plain' } });
  await expect(createRecorder(blind).record(late)).rejects.toBeInstanceOf(Unavailable);
  expect(await events()).toBe(before);
  expect(await service.context.recorder().record(late)).toMatchObject({ disposition: 'applied' });
});
