// /v1/alerts: rules and channels put, tried and removed by those who may; alerts and figures read; never what a channel holds.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { watchAlerts } from '../../src/services/alerts/watch-alerts.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Api, type ApiClient, openApi } from '../support/api.ts';
import { ago, ledgerRows } from '../support/ledger-rows.ts';

const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
let api: Api;
let reader: ApiClient;
let manager: ApiClient;
let receiver: WebhookReceiver;
beforeAll(async () => {
  api = await openApi();
  receiver = await startWebhookReceiver({ signingSecret });
  reader = await api.client('ats', 'alerts:read');
  manager = await api.client('ats', 'alerts:read', 'alerts:manage');
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await api?.[Symbol.asyncDispose]();
});

const hook = () => ({ kind: 'webhook', url: receiver.hookUrl, signingSecret, allowPrivate: true });

describe('channels', () => {
  test('are put, listed without what they hold, tried, and removed', async () => {
    const put = await manager.send('PUT', '/v1/alerts/channels/ops', hook());
    expect([put.status, put.body]).toMatchObject([
      200,
      { id: 'ops', kind: 'webhook', signingSecret: null, last: null },
    ]);
    const tried = await manager.send('POST', '/v1/alerts/channels/ops/test', '');
    expect([tried.status, tried.body]).toMatchObject([
      200,
      { status: 'sent', answer: expect.stringContaining('HTTP 200') },
    ]);
    expect(receiver.messages()).toMatchObject([{ type: 'alert.test', url: `${api.publicUrl}/alerts` }]);
    const list = await reader.get('/v1/alerts/channels');
    expect(list.body.items).toMatchObject([{ id: 'ops', place: new URL(receiver.url).host, last: { status: 'sent' } }]);
    expect(list.text).not.toMatch(/whsec_|\/hook/);
    expect((await manager.send('DELETE', '/v1/alerts/channels/ops', '')).status).toBe(204);
    const gone = await manager.send('POST', '/v1/alerts/channels/ops/test', '');
    expect([gone.status, gone.body.code]).toEqual([404, 'unknown_alert_channel']);
    const { items } = await readAudit(api.service.context.database.engine, { objectKind: 'alert_channel' });
    expect(items.map(({ action, actor_id }) => [action, actor_id])).toEqual(
      ['removed', 'tested', 'added'].map((done) => [`alert_channel.${done}`, manager.id]),
    );
  });

  test('show a secret that was made once', async () => {
    const { signingSecret: _, ...secretless } = hook();
    const put = await manager.send('PUT', '/v1/alerts/channels/made', secretless);
    expect(put.body.signingSecret).toMatch(/^whsec_/);
    expect((await manager.send('PUT', '/v1/alerts/channels/made', secretless)).body.signingSecret).toBeNull();
    await manager.send('DELETE', '/v1/alerts/channels/made', '');
  });

  test('that cannot be used are refused field by field', async () => {
    const refused = await manager.send('PUT', '/v1/alerts/channels/ops', {
      kind: 'webhook',
      url: 'http://hooks.example.com/',
    });
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ pointer: '/url' }]]);
    expect((await manager.send('PUT', '/v1/alerts/channels/Ops!', hook())).status).toBe(422);
  });
});

describe('rules', () => {
  test('are there from the start, put, and removed', async () => {
    const list = await reader.get('/v1/alerts/rules');
    expect(list.body.items).toHaveLength(10);
    const put = await manager.send('PUT', '/v1/alerts/rules/late-offers', {
      condition: { watches: 'stuck', cause: 'late_against_sla', machine: 'application', state: 'active.offer' },
    });
    expect([put.status, put.body]).toMatchObject([
      200,
      { enabled: true, builtin: false, terms: { repeatAfterMinutes: 240 } },
    ]);
    expect((await manager.send('DELETE', '/v1/alerts/rules/late-offers', '')).status).toBe(204);
    const kept = await manager.send('DELETE', '/v1/alerts/rules/seal-lag', '');
    expect([kept.status, kept.body.code]).toEqual([409, 'builtin_alert_rule']);
    expect((await manager.send('DELETE', '/v1/alerts/rules/nothing', '')).status).toBe(404);
  });

  test('about what does not exist are refused', async () => {
    const refused = await manager.send('PUT', '/v1/alerts/rules/x', {
      condition: { watches: 'stuck', owner: 'Nobody' },
    });
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { code: 'invalid_alert', errors: [{ pointer: '/condition/owner' }] },
    ]);
  });
});

test('alerts are paged, the newest first', async () => {
  const rows = ledgerRows(api.service.context.database.engine);
  for (const id of ['one', 'two', 'three']) {
    await rows.connection(id);
    await rows.writeback(await rows.subject({ ref: id }), id, { status: 'dead', reason: 'x', settledAt: ago(1_000) });
  }
  await watchAlerts(api.service.context, api.publicUrl)();
  const first = await reader.get('/v1/alerts?rule=dead-letters&limit=2');
  const second = await reader.get(`/v1/alerts?rule=dead-letters&limit=2&after=${first.body.next}`);
  expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([2, 1, null]);
  const about = [...first.body.items, ...second.body.items].map(({ connection }) => connection);
  expect(about.sort()).toEqual(['one', 'three', 'two']);
  expect((await reader.get('/v1/alerts?status=over')).body.items).toEqual([]);
});

describe('who may', () => {
  test.each([
    ['PUT', '/v1/alerts/channels/ops'],
    ['DELETE', '/v1/alerts/channels/ops'],
    ['POST', '/v1/alerts/channels/ops/test'],
    ['PUT', '/v1/alerts/rules/mine'],
    ['DELETE', '/v1/alerts/rules/mine'],
  ])('%s %s: not who only reads', async (method, path) => {
    expect((await reader.send(method, path, {})).status).toBe(403);
    expect((await api.request(path, { method })).status).toBe(401);
  });
});
