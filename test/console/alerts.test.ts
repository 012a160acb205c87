// The page of alerts: rules with their figures, channels that are added, tried and removed, what fires; and who may do what.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { deliverAlerts } from '../../src/services/alerts/deliver-alerts.ts';
import { watchAlerts } from '../../src/services/alerts/watch-alerts.ts';
import { type Browser, openConsole, publicUrl, type TestConsole } from '../support/console.ts';
import { ago, ledgerRows } from '../support/ledger-rows.ts';

let desk: TestConsole;
let operator: Browser;
let viewer: Browser;
let receiver: WebhookReceiver;
let look: () => Promise<void>;
beforeAll(async () => {
  desk = await openConsole();
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
  const rows = ledgerRows(desk.service.context.database.engine);
  await rows.connection('workday');
  await rows.writeback(await rows.subject(), 'workday', { status: 'dead', reason: 'x', settledAt: ago(1_000) });
  look = watchAlerts(desk.service.context, publicUrl);
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await desk?.[Symbol.asyncDispose]();
});

const db = () => desk.service.context.database.engine;
const rule = {
  id: 'late-offers',
  watches: 'stuck',
  cause: 'late_against_sla',
  machine: 'application',
  state: 'active.offer',
  olderThanMinutes: '30',
  atLeast: '2',
  forMinutes: '0',
  calmMinutes: '5',
  repeatAfterMinutes: '60',
  severity: 'critical',
  'channel-all': 'on',
  enabled: 'on',
};
const ruleRow = (id: string) => db().selectFrom('alert_rule').selectAll().where('id', '=', id).executeTakeFirst();

describe('before anything fired', () => {
  test('the rules are there with what they watch, and nobody is told that all is well', async () => {
    const { text } = await viewer.get('/alerts');
    expect(text).toContain('Nothing fires.');
    expect(text).toContain('There are no channels');
    for (const id of ['circuit-open', 'confirmed-rate', 'seal-lag', 'late-against-sla'])
      expect(text).toContain(`<code>${id}</code>`);
    expect(text).not.toMatch(/<form[^>]*alerts/);
  });
});

describe('a channel', () => {
  test('is added, its secret shown once; it is tried, and the real answer is on the page', async () => {
    const said = await operator.post('/alerts/channels', {
      kind: 'webhook',
      id: 'ops',
      url: 'http://127.0.0.1:9/hook',
      allowPrivate: 'on',
    });
    expect(said.status).toBe(200);
    const secret = /whsec_[\w+/=]+/.exec(said.text)?.[0] ?? '';
    expect(secret).not.toBe('');
    expect((await operator.get('/alerts')).text).not.toContain('whsec_');
    receiver = await startWebhookReceiver({ signingSecret: secret });
    const moved = await operator.post('/alerts/channels', {
      kind: 'webhook',
      id: 'ops',
      url: receiver.hookUrl,
      allowPrivate: 'on',
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([303, '/alerts?said=channel#channels']);
    const tried = await operator.post('/alerts/channels/ops/test');
    expect(tried.status).toBe(303);
    const { text } = await operator.get(tried.headers.get('location') ?? '');
    expect(text).toMatch(/The test over ops was taken: HTTP 200 in \d+ ms\./);
    expect(receiver.messages()).toMatchObject([{ type: 'alert.test' }]);
    receiver.retire();
    const failed = await operator.post('/alerts/channels/ops/test');
    expect((await operator.get(failed.headers.get('location') ?? '')).text).toMatch(/was not taken: HTTP 410 in/);
  });

  test('that cannot be used is refused with the field, and what was typed is in no address', async () => {
    const said = await operator.post('/alerts/channels', {
      kind: 'webhook',
      id: 'ops2',
      url: 'http://plain.example.com/',
    });
    expect([said.status, said.text]).toEqual([422, expect.stringContaining('url: must be https')]);
    expect((await operator.post('/alerts/channels', { kind: 'mail', id: 'post', to: 'nobody' })).status).toBe(422);
  });
});

describe('what fires', () => {
  test('is on the page with its list behind it, and on the overview, and leaves when it is over', async () => {
    await look();
    const { text } = await viewer.get('/alerts');
    expect(text).toContain('href="/writebacks?status=dead&amp;connection=workday"');
    expect(text).toContain('Dead writebacks of workday is 1 (1 or more)');
    expect((await viewer.get('/overview')).text).toContain('Dead writebacks of workday is 1 (1 or more)');
    await deliverAlerts(desk.service.context)();
    await db().updateTable('writeback').set({ status: 'waived' }).execute();
    await db()
      .updateTable('alert')
      .set({ calm_since: ago(10 * 60_000) })
      .execute();
    await db()
      .updateTable('alert_watch')
      .set({ due_at: ago(1_000) })
      .execute();
    await look();
    const after = await viewer.get('/alerts');
    expect(after.text).toContain('Nothing fires.');
    expect(after.text).toContain('Dead writebacks of workday is well again after');
    // The receiver is gone, which is to be seen.
    expect(after.text).toContain('1 not taken');
  });
});

describe('a rule', () => {
  test('is added, changed and removed by its form', async () => {
    expect((await operator.get('/alerts/rules?watches=latency_p95')).text).toContain('Told above, seconds');
    const saved = await operator.post('/alerts/rules', rule);
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/alerts?said=rule#rules']);
    expect(await ruleRow('late-offers')).toMatchObject({
      enabled: true,
      condition: {
        watches: 'stuck',
        cause: 'late_against_sla',
        state: 'active.offer',
        olderThanMinutes: 30,
        atLeast: 2,
      },
      terms: { severity: 'critical', repeatAfterMinutes: 60, channels: 'all' },
    });
    expect((await operator.get('/alerts/rules/late-offers')).text).toContain('value="active.offer"');
    await operator.post('/alerts/rules', { ...rule, enabled: '', 'channel-all': '', 'channel-ops-': 'on' });
    expect(await ruleRow('late-offers')).toMatchObject({ enabled: false, terms: { channels: ['ops'] } });
    expect((await operator.post('/alerts/rules/late-offers/remove')).status).toBe(303);
    expect(await ruleRow('late-offers')).toBeUndefined();
    expect((await operator.post('/alerts/rules/seal-lag/remove')).status).toBe(409);
  });

  test('takes shares in per cent, and says which field is wrong', async () => {
    const rate = { ...rule, id: 'confirmed-rate', watches: 'confirmed_rate', windowMinutes: '30', volumeMin: '5' };
    await operator.post('/alerts/rules', { ...rate, below: '97.5', connection: '', machine: '', state: '' });
    expect(await ruleRow('confirmed-rate')).toMatchObject({
      condition: { below: 0.975, windowMinutes: 30 },
      builtin: true,
    });
    const said = await operator.post('/alerts/rules', { ...rate, below: '975' });
    expect([said.status, said.text]).toEqual([422, expect.stringContaining('below: ')]);
    const nowhere = await operator.post('/alerts/rules', { ...rule, state: 'active.nowhere' });
    expect([nowhere.status, nowhere.text]).toEqual([422, expect.stringContaining('application has no state')]);
  });
});

test.each(['viewer', 'auditor', 'committee'] as const)('%s reads and changes nothing', async (role) => {
  const browser = role === 'viewer' ? viewer : await desk.signedIn(role);
  expect((await browser.get('/alerts')).status).toBe(200);
  expect((await browser.get('/alerts/rules/seal-lag')).status).toBe(403);
  for (const path of ['/alerts/channels', '/alerts/channels/ops/test', '/alerts/channels/ops/remove', '/alerts/rules'])
    expect((await browser.post(path, rule)).status).toBe(403);
});

test('a form that is too large is refused in words, with the id to quote', async () => {
  const said = await operator.post('/alerts/channels', { id: 'x'.repeat(70_000) }, { accept: 'text/html' });
  expect([said.status, said.headers.get('content-type')]).toEqual([400, expect.stringContaining('text/html')]);
  expect(said.text).toContain('The form is too large');
  expect(said.text).toContain(`quote <code>${said.headers.get('x-request-id')}</code>`);
});
