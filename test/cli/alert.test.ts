// `interlock alert`: rules, channels and tests on the command line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { watchAlerts } from '../../src/services/alerts/watch-alerts.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, ledgerRows } from '../support/ledger-rows.ts';

const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
let service: TestContext;
let receiver: WebhookReceiver;
let interlock: Interlock;
let folder: string;
beforeAll(async () => {
  service = await createTestContext();
  receiver = await startWebhookReceiver({ signingSecret });
  interlock = onDatabase(service.connectionString);
  folder = await mkdtemp(join(tmpdir(), 'interlock-alert-'));
});
afterAll(async () => {
  await receiver?.close();
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

test('a channel is added, tried and removed', async () => {
  expect((await interlock('alert', 'channel', 'list')).stdout).toContain('There are no channels');
  const secret = await file('secret', `${signingSecret}\n`);
  const more = ['--webhook', receiver.hookUrl, '--secret-file', secret, '--allow-private'];
  expect(await interlock('alert', 'channel', 'add', 'ops', ...more)).toMatchObject({ exitCode: 0, stderr: '' });
  const tried = await interlock('alert', 'test', 'ops');
  expect([tried.exitCode, tried.stdout]).toEqual([0, expect.stringMatching(/^sent: HTTP 200 in \d+ ms/)]);
  expect(receiver.messages()).toMatchObject([{ type: 'alert.test' }]);
  receiver.retire();
  const retired = await interlock('alert', 'test', 'ops', '--json');
  expect([retired.exitCode, JSON.parse(retired.stdout)]).toMatchObject([1, { status: 'failed' }]);
  const list = await interlock('alert', 'channel', 'list');
  expect(list.stdout).toMatch(/ops +webhook +127\.0\.0\.1:\d+ .*failed: HTTP 410/);
  expect(await interlock('alert', 'channel', 'remove', 'ops')).toMatchObject({ exitCode: 0 });
  expect(await interlock('alert', 'test', 'ops')).toMatchObject({ exitCode: 1 });
});

test('a rule is set from a file, turned off and removed; what is wrong is named by its field', async () => {
  const good = await file('rule.json', '{"condition": {"watches": "dead_letters", "atLeast": 2}}');
  expect(await interlock('alert', 'rule', 'set', 'mine', '--file', good)).toMatchObject({ exitCode: 0 });
  expect((await interlock('alert', 'rule', 'set', 'mine', '--off')).stdout).toContain('The rule mine is off.');
  const list = await interlock('alert', 'rule', 'list');
  expect(list.stdout).toMatch(/^mine +off +Dead writebacks +each connection +2 or more/m);
  expect(await interlock('alert', 'rule', 'remove', 'mine')).toMatchObject({ exitCode: 0 });
  const wrong = await file('wrong.json', '{"condition": {"watches": "dead_letters", "atLeast": 0}}');
  const refused = await interlock('alert', 'rule', 'set', 'mine', '--file', wrong);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('/condition/atLeast')]);
  expect(await interlock('alert', 'rule', 'set', 'mine')).toMatchObject({ exitCode: 2 });
  expect(await interlock('alert', 'rule', 'remove', 'seal-lag')).toMatchObject({ exitCode: 1 });
});

test('what fires is listed', async () => {
  expect((await interlock('alert', 'list')).stdout).toBe('Nothing fires.\n');
  const rows = ledgerRows(service.context.database.engine);
  await rows.connection('workday');
  await rows.writeback(await rows.subject(), 'workday', { status: 'dead', reason: 'x', settledAt: ago(1_000) });
  await watchAlerts(service.context, 'http://interlock.test')();
  expect((await interlock('alert', 'list')).stdout).toMatch(
    /firing +critical +dead-letters +Alert: Dead writebacks of workday is 1/,
  );
});
