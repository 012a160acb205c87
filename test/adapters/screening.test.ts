// Screening results as Standard Webhooks: the contract's inbound part, signatures, and what each type and field becomes.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVendorHttp } from '../../src/adapters/http.ts';
import type { TranslateContext, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import { screening } from '../../src/adapters/screening/index.ts';
import { type ScreeningSettings, settingsSchema } from '../../src/adapters/screening/settings.ts';
import {
  application,
  connection,
  ordering,
  orderSecret,
  readBench,
  receiptBench,
  settings,
  signingSecret,
  work,
} from '../../src/certify/benches/screening.ts';
import { orderId } from '../../src/core/deciding/order-id.ts';
import { startScreening } from '../../src/sandbox/screening.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

describe('orders with a receipt', () => adapterContract(receiptBench));

describe('orders that can be read', () => adapterContract(readBench));

describe('orders', () => {
  const opened = async (mode: 'receipt' | 'read', more: Record<string, unknown> = {}, orders = true) => {
    const tool = await startScreening({ signingSecret, orderSecret });
    const http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 2_000, bodyBytesMax: 10_000 });
    const context: VendorContext<ScreeningSettings> = {
      connection,
      mapping: mappingOf('screening'),
      settings: orders ? ordering(tool, mode, more) : settings,
      secrets: { signingSecret, orderSecret },
      http,
      signal: new AbortController().signal,
    };
    return {
      desk: tool.orders as NonNullable<typeof tool.orders>,
      context,
      apply: (one: Work) => screening.apply(one, context),
      [Symbol.asyncDispose]: async () => {
        await http.close();
        await tool.close();
      },
    };
  };

  test('say whose application it is, which test, and no more of the candidate than the settings name', async () => {
    await using at = await opened('receipt', { tests: { coding: 'T-17' }, elements: ['candidate.email'] });
    const one = work();
    const more = { ...one.elements, 'candidate.phone': '+1-555-0100' };
    expect(await at.apply({ ...one, elements: more })).toMatchObject({ outcome: { kind: 'confirmed' } });
    expect(at.desk.taken()).toEqual([
      {
        order: { id: one.elements['screening.orderId'], test: 'T-17' },
        application: { system: 'greenhouse-eu', id: one.ref },
        elements: { 'candidate.email': 'ada@example.com' },
      },
    ]);
  });

  test('for another tool, and none at all, are no orders here', async () => {
    await using at = await opened('receipt');
    const one = work();
    const others = [
      {},
      { ...one.elements, 'screening.orderTool': 'other' },
      { ...one.elements, 'screening.orderId': 'x' },
    ];
    for (const elements of others) {
      expect(await at.apply({ ...one, elements })).toEqual({
        outcome: { kind: 'confirmed_already' },
        precondition: 'not_ordered_here',
      });
    }
    expect(at.desk.deliveries()).toEqual([]);
  });

  test('are made for everybody where the settings say so', async () => {
    await using at = await opened('receipt', { every: true });
    const one = work({ elements: { 'candidate.email': 'ada@example.com' } });
    expect(await at.apply(one)).toMatchObject({ outcome: { kind: 'confirmed' } });
    expect(at.desk.taken()).toMatchObject([{ order: null, application: { id: one.ref } }]);
  });

  test('need a secret of their own, and an application that the tool can be told of', async () => {
    await using at = await opened('read');
    const one = work();
    const unsigned = { ...at.context, secrets: { signingSecret } };
    const said = [await screening.apply(one, unsigned), await screening.confirm(one, unsigned)];
    for (const { outcome } of said) expect(outcome).toEqual({ kind: 'refused', reason: 'signing_secret_unusable' });
    expect((await at.apply({ ...one, ref: null })).outcome).toEqual({ kind: 'refused', reason: 'ref_missing' });
    const forged = { ...at.context, secrets: { signingSecret, orderSecret: signingSecret } };
    expect((await screening.apply(one, forged)).outcome).toEqual({ kind: 'unauthorised' });
  });

  test('ordered again after it ran out, the tool is told again', async () => {
    await using at = await opened('read');
    const one = work();
    await at.apply(one);
    const again = work({
      ref: one.ref,
      previousState: one.targetState,
      expectedStates: [one.targetState],
      eventType: 'element.changed',
    });
    expect((await at.apply(again)).outcome).toEqual({ kind: 'confirmed' });
    expect(at.desk.taken()).toHaveLength(2);
  });

  test('a tool without orders is written nothing, and shows nothing', async () => {
    await using at = await opened('receipt', {}, false);
    expect(screening.shows(at.context.settings, 'application', 'active.screening.invited')).toBe(false);
    expect(screening.elementsFor(at.context.settings, 'active.screening.invited', at.context.mapping)).toEqual([]);
    expect((await at.apply(work())).precondition).toBe('not_ordered_here');
    expect(await screening.read('48', at.context)).toBeNull();
  });

  test.each<[string, string, string, boolean]>([
    ['application', 'active.screening.invited', 'orders', true],
    ['application', 'active.screening.started', 'orders', false],
    ['application', 'active.screening', 'orders', false],
    ['onboarding', 'active.screening.invited', 'orders', false],
    ['application', 'active.screening.invited', 'none', false],
  ])('%s %s, %s: %s', (machine, state, kind, wanted) => {
    const has = kind === 'orders' ? ordering({ url: 'http://127.0.0.1:1' }, 'receipt') : settings;
    expect(screening.shows(has, machine as 'application', state)).toBe(wanted);
    expect(screening.showsElements?.(has, machine as 'application', state, mappingOf('screening'))).toEqual(
      wanted ? ['screening.orderId'] : [],
    );
  });

  test('go over https, unless the tool is in the same network', () => {
    const plain = { applicationSystem: 'g', orders: { url: 'http://t.example/o', confirm: { mode: 'receipt' } } };
    expect(settingsSchema.safeParse(plain).error?.issues[0]?.path).toEqual(['orders', 'url']);
    expect(settingsSchema.safeParse({ ...plain, allowPrivate: true }).success).toBe(true);
    const secure = { ...plain.orders, url: 'https://t.example/o' };
    expect(settingsSchema.safeParse({ ...plain, orders: secure }).success).toBe(true);
    const confirm = { mode: 'read', url: 'http://t.example/{ref}' };
    expect(settingsSchema.safeParse({ ...plain, orders: { ...secure, confirm } }).success).toBe(false);
  });
});

describe('signatures', () => {
  // The example of the Standard Webhooks reference libraries.
  const known = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const request = (change: Record<string, string | undefined> = {}, receivedAt = 1_614_265_330_000) => {
    const headers = {
      'webhook-id': known.id,
      'webhook-timestamp': known.timestamp,
      'webhook-signature': known.signature,
      ...change,
    };
    const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return {
      method: 'POST',
      url: 'https://x.example/hooks/s',
      headers: Object.fromEntries(present),
      body: Buffer.from(known.body),
      receivedAt,
    };
  };
  const verify = (given: ReturnType<typeof request>, ...all: string[]) =>
    screening.verify(
      given,
      all.map((one) => ({ signingSecret: one })),
      settings,
    );

  test('the published example', () => {
    expect(verify(request(), known.secret)).toEqual({ ok: true });
    expect(verify(request(), signingSecret, known.secret)).toEqual({ ok: true });
    expect(verify(request({ 'webhook-signature': `v1,AAAA v1a,xyz ${known.signature}` }), known.secret)).toEqual({
      ok: true,
    });
  });
  test.each([
    ['missing_signature', { 'webhook-id': undefined }, 0],
    ['missing_signature', { 'webhook-timestamp': undefined }, 0],
    ['missing_signature', { 'webhook-signature': undefined }, 0],
    ['bad_signature', { 'webhook-signature': known.signature.replace('v1,', 'v2,') }, 0],
    ['bad_signature', { 'webhook-id': 'msg_other' }, 0],
    ['bad_signature', { 'webhook-timestamp': 'soon' }, 0],
    ['stale_timestamp', {}, 300_001],
    ['stale_timestamp', {}, -300_001],
  ])('%s', (code, change, late) => {
    expect(verify(request(change, 1_614_265_330_000 + late), known.secret)).toMatchObject({ ok: false, code });
  });
  test.each([
    ['', 'bad_signature'],
    ['whsec_', 'bad_signature'],
    ['whsec_not base64!', 'bad_signature'],
  ])('a secret %j is never good', (secret, code) => {
    expect(verify(request(), secret)).toMatchObject({ ok: false, code });
  });
  test('a v1a signature is checked with the public key, and with nothing else', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const key = `whpk_${raw.toString('base64')}`;
    const signed = Buffer.from(`${known.id}.${known.timestamp}.${known.body}`);
    const signature = `v1a,${sign(null, signed, privateKey).toString('base64')}`;
    const good = request({ 'webhook-signature': `v1,AAAA ${signature}` });
    expect(verify(good, key)).toEqual({ ok: true });
    expect(verify(good, known.secret, key)).toEqual({ ok: true });
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
    for (const wrong of [`whpk_${other}`, 'whpk_', 'whpk_AAAA', raw.toString('base64'), known.secret])
      expect(verify(good, wrong)).toMatchObject({ ok: false, code: 'bad_signature' });
    for (const change of [
      { 'webhook-id': 'msg_other' },
      { 'webhook-signature': signature.replace('v1a,', 'v1,') },
      { 'webhook-signature': 'v1a,AAAA' },
      { 'webhook-timestamp': '1614265331' },
    ])
      expect(verify(request({ 'webhook-signature': signature, ...change }), key)).toMatchObject({ ok: false });
    // The public key is public: nothing made with it as a secret counts.
    const forged = createHmac('sha256', raw).update(signed).digest('base64');
    expect(verify(request({ 'webhook-signature': `v1,${forged}` }), key)).toMatchObject({ ok: false });
  });
  test('an empty key cannot be forged', () => {
    const forged = createHmac('sha256', '').update(`${known.id}.${known.timestamp}.${known.body}`).digest('base64');
    expect(verify(request({ 'webhook-signature': `v1,${forged}` }), 'whsec_')).toMatchObject({ ok: false });
  });
});

describe('translation', () => {
  const context = (change: Partial<ScreeningSettings> = {}): TranslateContext<ScreeningSettings> => ({
    connection: 'tool',
    settings: { ...settings, ...change },
    mapping: mappingOf('screening'),
    headers: { 'webhook-id': 'msg_1' },
    receivedAt: 0,
  });
  const body = (type: string, data: Record<string, unknown> = {}) => ({
    type,
    timestamp: '2026-11-20T10:00:00+01:00',
    data: { application, ...data },
  });
  const result = { score: 72.5, scoreMax: 100, reportUrl: 'https://tool.example/r/1', recommendation: 'advance' };
  const elements = {
    'screening.score': 72.5,
    'screening.scoreMax': 100,
    'screening.reportUrl': 'https://tool.example/r/1',
    'screening.recommendation': 'advance',
  };
  const event = (type: string, data: unknown = {}) => ({
    kind: 'event',
    externalId: 'msg_1',
    machine: 'application',
    ref: '48',
    claim: { kind: 'event', type },
    occurredAt: '2026-11-20T09:00:00.000Z',
    data,
  });

  test.each<[string, unknown, Partial<ScreeningSettings>, unknown]>([
    ['invited', body('screening.invited'), {}, event('screening.invited')],
    ['started', body('screening.started', result), {}, event('screening.started')],
    ['completed', body('screening.completed', result), {}, event('screening.completed', elements)],
    ['completed without a score', body('screening.completed'), {}, event('screening.completed')],
    [
      'score of nought',
      body('screening.completed', { score: 0 }),
      {},
      event('screening.completed', { 'screening.score': 0 }),
    ],
    ['rescored', body('screening.rescored', { score: 9 }), {}, event('screening.rescored', { 'screening.score': 9 })],
    ['passed', body('screening.passed', { score: 90 }), {}, event('screening.passed', { 'screening.score': 90 })],
    ['expired', body('screening.expired'), {}, event('screening.expired')],
    [
      'with a session',
      body('screening.started', { session: { id: 7 } }),
      {},
      { ...event('screening.started'), alsoKnownAs: [{ system: 'tool', ref: '7' }] },
    ],
    ['a number as id', body('screening.started', { application: { id: 48 } }), {}, event('screening.started')],
    [
      'a mapped type',
      body('test.finished', { score: 50 }),
      { types: { 'test.finished': 'screening.completed' } },
      event('screening.completed', { 'screening.score': 50 }),
    ],
    [
      'an ignored type',
      body('test.opened'),
      { types: { 'test.opened': 'ignore' } },
      { kind: 'ignored', reason: 'type_ignored' },
    ],
  ])('%s', (_, payload, change, wanted) => {
    expect(screening.translate(payload, context(change))).toEqual([wanted]);
  });
  test.each<[string, unknown, string]>([
    ['unknown type', body('test.paused'), 'unknown_type'],
    ['a type named like an object member', body('constructor'), 'unknown_type'],
    [
      'another system',
      body('screening.started', { application: { system: 'lever', id: '1' } }),
      'other_application_system',
    ],
    [
      'no application',
      { type: 'screening.started', timestamp: '2026-11-20T10:00:00Z', data: {} },
      'data_not_understood',
    ],
    ['no timestamp', { type: 'screening.started', data: { application } }, 'data_not_understood'],
    ['score above 100', body('screening.completed', { score: 101 }), 'data_not_understood'],
    ['score below 0', body('screening.completed', { score: -1 }), 'data_not_understood'],
    ['score as text', body('screening.completed', { score: '72' }), 'data_not_understood'],
    [
      'report over http',
      body('screening.completed', { score: 1, reportUrl: 'http://x.example' }),
      'data_not_understood',
    ],
    [
      'report as script',
      body('screening.completed', { score: 1, reportUrl: 'javascript:alert(1)' }),
      'data_not_understood',
    ],
    ['no object', 'text', 'body_not_understood'],
  ])('%s is quarantined', (_, payload, reason) => {
    expect(screening.translate(payload, context())).toMatchObject([
      { kind: 'quarantined', externalId: 'msg_1', reason },
    ]);
  });
  test('without the application, the order or the session says whose it is', () => {
    const id = orderId({ connection: 'ats-tests', test: 'coding', round: 1 }, 'c'.repeat(20));
    const none = { application: undefined };
    const said = (data: Record<string, unknown>) => screening.translate(body('screening.started', data), context())[0];
    expect(said({ ...none, order: { id }, session: { id: 'ses_1' } })).toMatchObject({
      system: 'ats-tests',
      ref: id,
      alsoKnownAs: [{ system: 'tool', ref: 'ses_1' }],
    });
    expect(said({ ...none, session: { id: 'ses_1' } })).toMatchObject({ system: 'tool', ref: 'ses_1' });
    expect(said({ order: { id } })).toMatchObject({ ref: '48' });
    for (const bad of [none, { ...none, order: null }, { ...none, order: { id: '48' } }, { order: { id: '48' } }])
      expect(said(bad)).toMatchObject({ kind: 'quarantined', reason: 'data_not_understood' });
  });
  test('refs are ids of the ATS, and no result is ever shown there', () => {
    expect(screening.refSystem?.(settings)).toBe('greenhouse-eu');
    const orders = ordering({ url: 'http://127.0.0.1:1' }, 'receipt');
    for (const known of [settings, orders])
      expect(screening.shows(known, 'application', 'active.screening.completed')).toBe(false);
  });
});

test('a candidate’s way through the tool, repeated and out of order, is five events with the ids of their deliveries', async () => {
  const tool = await startScreening({ signingSecret, seed: 7 });
  const capture = await captureWebhooks(202);
  tool.webhooks?.target(capture.url);
  tool.webhooks?.tune({ delayMs: { min: 0, max: 30 }, duplicates: 1 });
  const invitation = await fetch(`${tool.url}/v1/invitations`, {
    method: 'POST',
    body: JSON.stringify({ application }),
  });
  const { id } = (await invitation.json()) as { id: string };
  tool.start(id);
  const { score } = tool.complete(id);
  tool.editByHand(id, { score: 99 });
  tool.pass(id);
  await tool.webhooks?.drain();
  const said = capture.requests.flatMap((request): Translation[] => {
    expect(screening.verify(request, [{ signingSecret }], settings)).toEqual({ ok: true });
    return screening.translate(JSON.parse(Buffer.from(request.body).toString()), {
      connection: 'tool',
      settings,
      mapping: mappingOf('screening'),
      headers: request.headers,
      receivedAt: request.receivedAt,
    });
  });
  const events = said.filter((one) => one.kind === 'event');
  expect(events).toHaveLength(10);
  const once = new Map(events.map((one) => [one.externalId, one]));
  expect([...once.values()].map(({ claim }) => (claim.kind === 'event' ? claim.type : '')).sort()).toEqual([
    'screening.completed',
    'screening.invited',
    'screening.passed',
    'screening.rescored',
    'screening.started',
  ]);
  const completed = events.find(({ claim }) => claim.kind === 'event' && claim.type === 'screening.completed');
  expect(completed?.data['screening.score']).toBe(score);
  expect(tool.log.entries(id).map(({ to, by }) => `${by} ${to.split(' ')[0]}`)).toEqual([
    'api invited',
    'hand started',
    'hand completed',
    'hand completed',
    'hand passed',
  ]);
  await tool.close();
  await capture.close();
});
