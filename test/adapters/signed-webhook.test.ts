// Signed webhooks to any system: the contract in both ways of proof, signatures and rotation, and what a receiver gets to see.
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { Secrets, VendorContext, Work } from '../../src/adapters/port.ts';
import { signedWebhook } from '../../src/adapters/signed-webhook/index.ts';
import { eventBody, signedHeaders } from '../../src/adapters/signed-webhook/outbound.ts';
import { readUrl, type SignedWebhookSettings, settingsSchema } from '../../src/adapters/signed-webhook/settings.ts';
import {
  type Mode,
  nextSigningSecret,
  readBench,
  receiptBench,
  secretOf,
  settingsFor,
  signingSecret,
  work,
} from '../../src/certify/benches/signed-webhook.ts';
import { sandboxApp, startSandboxServer } from '../../src/sandbox/kernel/server.ts';
import {
  startWebhookReceiver,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from '../../src/sandbox/webhook-receiver.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

describe('proof by reading', () => adapterContract(readBench));

describe('proof by receipt', () => adapterContract(receiptBench));

test.each([
  ['read', true],
  ['receipt', false],
] as const)('a receiver that proves by %s can be read: %s', (mode, readable) => {
  expect(
    signedWebhook.canRead?.(settingsFor({ url: 'https://board.example', hookUrl: 'https://board.example/hook' }, mode)),
  ).toBe(readable);
});

describe('what proves what', () => {
  let http: OwnedVendorHttp;
  let receiver: WebhookReceiver | undefined;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 100_000 });
  });
  afterAll(() => http.close());
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
  });
  async function opened(
    mode: Mode,
    options: Partial<WebhookReceiverOptions> = {},
    secrets: Secrets = { signingSecret },
    change: Record<string, unknown> = {},
  ) {
    const at = await startWebhookReceiver({ signingSecret, receipts: mode === 'receipt', ...options });
    receiver = at;
    const context: VendorContext<SignedWebhookSettings> = {
      connection: 'payroll',
      mapping: mappingOf('signed-webhook'),
      settings: settingsFor(at, mode, change),
      secrets,
      http,
      signal: new AbortController().signal,
    };
    return {
      receiver: at,
      context,
      apply: async (one: Work) => (await signedWebhook.apply(one, context)).outcome,
      confirm: async (one: Work) => (await signedWebhook.confirm(one, context)).outcome,
    };
  }

  test('a receipt that names the state confirms', async () => {
    const { apply } = await opened('receipt');
    expect(await apply(work())).toEqual({ kind: 'confirmed' });
  });
  test('a receipt that names another state contradicts', async () => {
    const app = sandboxApp();
    app.post('/hook', (call) => call.json({ shows: 'rejected' }));
    await using server = await startSandboxServer(app);
    const { context } = await opened('receipt');
    const settings = settingsFor({ url: server.url, hookUrl: `${server.url}/hook` }, 'receipt');
    const said = await signedWebhook.apply(work(), { ...context, settings });
    expect(said).toMatchObject({ outcome: { kind: 'contradicted', seen: 'rejected' }, httpStatus: 200 });
  });
  test('a bare 200 is accepted, then contradicted, and posted again under the same id', async () => {
    const { apply, confirm, receiver: at } = await opened('receipt', { receipts: false });
    const one = work();
    expect((await apply(one)).kind).toBe('accepted');
    expect(await confirm(one)).toEqual({ kind: 'contradicted', seen: null });
    expect((await apply({ ...one, attempt: 2 })).kind).toBe('accepted');
    expect(at.deliveries()).toEqual([one.writeback, one.writeback]);
    expect(at.log.entries(one.subject)).toHaveLength(1);
  });
  test('a bare 200 that can be read is confirmed by reading', async () => {
    const { apply } = await opened('read');
    const one = work();
    expect(await apply(one)).toEqual({ kind: 'confirmed' });
    expect(await apply(one)).toEqual({ kind: 'confirmed_already' });
  });
  test('410 is the end', async () => {
    for (const mode of ['receipt', 'read'] as const) {
      const { apply, receiver: at } = await opened(mode);
      at.retire();
      expect(await apply(work())).toEqual({ kind: 'refused', reason: 'gone' });
      await at.close();
    }
  });
  test('a signature the receiver does not take is a matter of credentials', async () => {
    const { apply } = await opened('receipt', {}, { signingSecret: secretOf('wrong') });
    expect(await apply(work())).toEqual({ kind: 'unauthorised' });
  });
  test.each([
    ['current', signingSecret],
    ['next', nextSigningSecret],
  ])('during a rotation a receiver with the %s secret is content', async (_, theirs) => {
    const { apply } = await opened('receipt', { signingSecret: theirs }, { signingSecret, nextSigningSecret });
    expect(await apply(work())).toEqual({ kind: 'confirmed' });
  });
  test.each([[''], ['whsec_'], ['whsec_not base64!']])('the secret %j signs nothing and is said so', async (bad) => {
    const { apply, receiver: at } = await opened('receipt', {}, { signingSecret: bad });
    expect(await apply(work())).toEqual({ kind: 'refused', reason: 'signing_secret_unusable' });
    expect(at.deliveries()).toEqual([]);
  });
  test('a new start date in the same state is posted, once', async () => {
    const amended = (from: Work): Work => ({
      ...from,
      writeback: 'wrb_amended',
      previousState: from.targetState,
      eventType: 'offer.amended',
      version: 10,
      elements: { 'offer.startDate': '2027-02-01' },
    });
    for (const tellsVersion of [true, false]) {
      const { apply, confirm, receiver: at } = await opened('read', { tellsVersion });
      const one = work();
      await apply(one);
      expect(await apply(amended(one))).toEqual({ kind: 'confirmed' });
      expect(at.shown(one.subject)?.elements).toEqual({ 'offer.startDate': '2027-02-01' });
      expect(await confirm(amended(one))).toEqual({ kind: 'confirmed' });
      await at.close();
    }
  });
  test('a value that changed alone is posted, though the receiver has seen the version', async () => {
    const changed = (from: Work): Work => ({
      ...from,
      writeback: 'wrb_changed',
      previousState: from.targetState,
      eventType: 'element.changed',
      elements: { 'offer.startDate': '2027-03-01' },
    });
    for (const tellsVersion of [true, false]) {
      const { apply, confirm, receiver: at } = await opened('read', { tellsVersion });
      const one = work();
      await apply(one);
      expect(await apply(changed(one))).toEqual({ kind: 'confirmed' });
      expect(at.shown(one.subject)?.elements).toEqual({ 'offer.startDate': '2027-03-01' });
      expect(await confirm(changed(one))).toEqual({ kind: 'confirmed' });
      await at.close();
    }
  });
  test('a version that lags behind is not proof', async () => {
    const { apply, receiver: at } = await opened('read', { tellsVersion: true });
    const one = work();
    at.editByHand(one.subject, one.targetState);
    at.faults.next('save_nothing');
    expect((await apply(one)).kind).toBe('accepted');
  });
  test('an address with {ref} waits for nobody: without a ref it is refused', async () => {
    const {
      apply,
      confirm,
      receiver: at,
    } = await opened('read', {}, { signingSecret }, { confirm: { mode: 'read', url: 'http://127.0.0.1:1/{ref}' } });
    expect(await apply(work())).toEqual({ kind: 'refused', reason: 'ref_missing' });
    expect(await confirm(work())).toEqual({ kind: 'refused', reason: 'ref_missing' });
    expect(at.deliveries()).toEqual([]);
  });
  test('read gives what the receiver shows for its own id', async () => {
    const { context, receiver: at } = await opened('read', {}, { signingSecret });
    const byRef = {
      ...context,
      settings: settingsFor(at, 'read', { confirm: { mode: 'read', url: `${at.url}/states/{ref}` } }),
    };
    at.editByHand('p 1/2', 'hired');
    expect(await signedWebhook.read('p 1/2', byRef)).toMatchObject({ state: 'hired' });
    expect(await signedWebhook.read('nobody', byRef)).toBeNull();
    at.faults.next('html_200', { on: 'read' });
    await expect(signedWebhook.read('p 1/2', byRef)).rejects.toThrow('status 200');
  });
});

describe('what is sent', () => {
  const settings = settingsFor({ url: 'http://127.0.0.1:1', hookUrl: 'http://127.0.0.1:1/hook' }, 'receipt');
  test('the body, with the elements of the settings and no others', () => {
    const one = work({
      ref: 'p-1',
      elements: { 'offer.startDate': '2027-01-04', 'candidate.email': 'ada@example.com' },
    });
    expect(JSON.parse(eventBody(one, settings))).toEqual({
      type: 'application.offer.accepted',
      id: one.writeback,
      timestamp: '2026-11-02T09:00:00.000Z',
      data: {
        subject: one.subject,
        ref: 'p-1',
        machine: 'application',
        from: 'active.offer.extended',
        to: 'active.offer.accepted',
        event: 'offer.accepted',
        version: 9,
        elements: { 'offer.startDate': '2027-01-04' },
      },
    });
    expect(JSON.parse(eventBody(one, { ...settings, elements: [] })).data).not.toHaveProperty('elements');
  });
  test('the headers verify with either secret, by the reference library', () => {
    const now = Date.now();
    const headers = signedHeaders('wrb_1', '{}', { signingSecret, nextSigningSecret }, now);
    if (!headers) throw new Error('Both secrets are good, so there must be headers.');
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [signingSecret, nextSigningSecret])
      expect(new Webhook(secret).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(secretOf('third')).verify('{}', headers)).toThrow();
  });
  test('the published example of Standard Webhooks', () => {
    const headers = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '{"test": 2432232314}',
      { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      1_614_265_330_000,
    );
    expect(headers?.['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});

describe('settings', () => {
  const good = { url: 'https://hr.example/hook', states: ['hired'], confirm: { mode: 'receipt' } };
  test.each<[string, Record<string, unknown>, boolean]>([
    ['https', {}, true],
    ['http', { url: 'http://hr.example/hook' }, false],
    ['http inside', { url: 'http://hr.example/hook', allowPrivate: true }, true],
    ['no states', { states: [] }, false],
    ['no proof', { confirm: undefined }, false],
    ['read', { confirm: { mode: 'read', url: 'https://hr.example/s/{subject}' } }, true],
    ['read over http', { confirm: { mode: 'read', url: 'http://hr.example/s/{subject}' } }, false],
    ['read without an id', { confirm: { mode: 'read', url: 'https://hr.example/s' } }, false],
    ['something unknown', { surprise: 1 }, false],
    ['a file', { url: 'file:///etc/passwd' }, false],
  ])('%s: %s', (_, change, accepted) => {
    expect(settingsSchema.safeParse({ ...good, ...change }).success).toBe(accepted);
  });
  test.each([
    ['application', 'hired', true],
    ['application', 'active.offer.accepted', true],
    ['application', 'active.offerings', false],
    ['requisition', 'hired', false],
  ] as const)('%s %s: %s', (machine, state, wanted) => {
    const settings = settingsSchema.parse({ ...good, states: ['hired', 'active.offer'] });
    expect(signedWebhook.shows(settings, machine, state)).toBe(wanted);
  });
  test('ids in an address are escaped', () => {
    expect(readUrl('https://x.example/{ref}?s={subject}&r={ref}', { ref: 'a/b', subject: 's&1' })).toBe(
      'https://x.example/a%2Fb?s=s%261&r=a%2Fb',
    );
    expect(readUrl('https://x.example/{subject}', { ref: 'a', subject: null })).toBeNull();
    expect(
      settingsSchema.parse({ ...good, confirm: { mode: 'read', url: 'https://x.example/{ref}' } }).confirm,
    ).toMatchObject({ url: 'https://x.example/{ref}' });
  });
});
