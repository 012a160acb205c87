// Screening results as Standard Webhooks: the contract's inbound part, signatures, and what each type and field becomes.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TranslateContext, Translation } from '../../src/adapters/port.ts';
import { screening } from '../../src/adapters/screening/index.ts';
import { type ScreeningSettings, settingsSchema } from '../../src/adapters/screening/settings.ts';
import { startScreening } from '../../src/sandbox/screening.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';

const signingSecret = `whsec_${Buffer.from('a secret of thirty-two bytes here').toString('base64')}`;
const settings = settingsSchema.parse({ applicationSystem: 'greenhouse-eu' });
const application = { system: 'greenhouse-eu', id: '48' };

adapterContract({
  adapter: screening,
  inbound: { signatureHeader: 'webhook-signature', secretField: 'signingSecret', coversBody: true, echoes: false },
  async open() {
    const tool = await startScreening({ signingSecret });
    return {
      faults: tool.faults,
      webhooks: tool.webhooks,
      settings,
      secrets: { signingSecret },
      newWork: () => {
        throw new Error('Nothing is written to a screening tool.');
      },
      isApplied: () => false,
      timesApplied: () => 0,
      causeEvent: () => void tool.invite(application),
      close: tool.close,
    };
  },
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
  test('an empty key cannot be forged', () => {
    const forged = createHmac('sha256', '').update(`${known.id}.${known.timestamp}.${known.body}`).digest('base64');
    expect(verify(request({ 'webhook-signature': `v1,${forged}` }), 'whsec_')).toMatchObject({ ok: false });
  });
});

describe('translation', () => {
  const context = (change: Partial<ScreeningSettings> = {}): TranslateContext<ScreeningSettings> => ({
    connection: 'tool',
    settings: { ...settings, ...change },
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
  test('refs are ids of the ATS, and nothing is shown or written here', async () => {
    expect(screening.refSystem?.(settings)).toBe('greenhouse-eu');
    expect(screening.shows(settings, 'application', 'active.screening.completed')).toBe(false);
    expect(screening.capabilities).toMatchObject({ reads: false, writes: false });
    expect((await screening.apply({} as never, {} as never)).outcome).toEqual({ kind: 'refused', reason: 'one_way' });
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
