// CodeSignal: the contract's inbound part, the signature over the address, and what each event of a test session becomes.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { codesignal } from '../../src/adapters/codesignal/index.ts';
import type { CodeSignalSettings } from '../../src/adapters/codesignal/settings.ts';
import { createVendorHttp } from '../../src/adapters/http.ts';
import type { InboundRequest, Translation } from '../../src/adapters/port.ts';
import { codesignalBench, settings, webhookSecret } from '../../src/certify/benches/codesignal.ts';
import { startCodeSignal } from '../../src/sandbox/codesignal.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(codesignalBench);

const mapping = mappingOf('codesignal');
const url = 'https://interlock.example/hooks/codesignal';
const sign = (text: string, secret = webhookSecret) => createHmac('sha256', secret).update(text).digest('hex');
function request(body: string, signature: string | null, at = url): InboundRequest {
  const headers: Record<string, string> = signature === null ? {} : { 'x-codesignal-signature': signature };
  return { method: 'POST', url: at, headers, body: Buffer.from(body), receivedAt: 0 };
}
const verify = (one: InboundRequest, more: Partial<CodeSignalSettings> = {}, ...secrets: string[]) =>
  codesignal.verify(
    one,
    (secrets.length > 0 ? secrets : [webhookSecret]).map((each) => ({ webhookSecret: each })),
    { ...settings, ...more },
  );
const body = (event: string, payload: Record<string, unknown> = {}, triggeredOn: unknown = 1_553_720_789_347) =>
  JSON.stringify({ event, triggeredOn, payload: { testSessionId: 'ts1', externalId: '48', ...payload } });
const translate = (text: string, connection = 'codesignal'): Translation[] =>
  codesignal.translate(JSON.parse(text), { connection, mapping, settings, headers: {}, receivedAt: 0 });

describe('signatures', () => {
  const text = body('companyTestSessionStarted');
  const good = sign(`${url}companyTestSessionStarted1553720789347`);

  test('address, event and time are what counts', () => {
    expect(verify(request(text, good))).toEqual({ ok: true });
    expect(verify(request(text, good), {}, 'other', webhookSecret)).toEqual({ ok: true });
    for (const other of [
      request(text, good, `${url}/`),
      request(body('companyTestSessionFinished'), good),
      request(body('companyTestSessionStarted', {}, 1_553_720_789_348), good),
      request(text, sign(text)),
    ])
      expect(verify(other)).toMatchObject({ ok: false, code: 'bad_signature' });
    expect(verify(request(text, good), {}, 'other')).toMatchObject({ ok: false, code: 'bad_signature' });
    expect(verify(request(text, null))).toMatchObject({ ok: false, code: 'missing_signature' });
  });

  test('behind a proxy the address is the one that was entered there', () => {
    const entered = 'https://hooks.acme.example/cs';
    const signed = sign(`${entered}companyTestSessionStarted1553720789347`);
    expect(verify(request(text, signed)).ok).toBe(false);
    expect(verify(request(text, signed), { endpointUrl: entered })).toEqual({ ok: true });
  });

  test.each(['', '{}', 'null'])('the empty request %j that tries out a hook is taken, signed or not', (empty) => {
    expect(verify(request(empty, null))).toEqual({ ok: true });
    expect(verify(request(empty, sign(url)))).toEqual({ ok: true });
    const payload: unknown = empty === '' ? undefined : JSON.parse(empty);
    expect(codesignal.translate(payload, { connection: 'c', mapping, settings, headers: {}, receivedAt: 0 })).toEqual([
      { kind: 'ignored', reason: 'hook_tried_out' },
    ]);
  });

  test('what is no event is nobody’s, whatever is signed', () => {
    for (const text of ['[1]', '"x"', '{"event":7}', 'no json'])
      expect(verify(request(text, sign('x')))).toMatchObject({ ok: false, code: 'bad_signature' });
  });
});

describe('translation', () => {
  const result = {
    score: 900,
    maxScore: 1000,
    codingScore: 820,
    versionedCodingScore: { version: 'codingScore2023', value: 575 },
  };
  const provider = { 'screening.provider': 'CodeSignal' };
  const scored = { ...provider, 'screening.score': 90, 'screening.scoreMax': 1000 };

  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['companyTestSessionCreated', {}, 'screening.invited', provider],
    ['companyTestSessionStarted', {}, 'screening.started', provider],
    ['companyTestSessionFinished', result, 'screening.completed', scored],
    ['preScreenResultShared', result, 'screening.completed', scored],
    ['preScreenResultVerified', result, 'screening.completed', scored],
    ['preScreenExpired', { expiredReason: 'testNotTaken' }, 'screening.expired', provider],
    [
      'preScreenExpired',
      { expiredReason: 'notCertified', rejectedReasons: ['Presence of others'] },
      'screening.expired',
      provider,
    ],
  ])('%s %j is %s', (event, payload, type, data) => {
    expect(translate(body(event, payload))).toEqual([
      {
        kind: 'event',
        externalId: `${event}:ts1:1553720789347`,
        machine: 'application',
        ref: '48',
        alsoKnownAs: [{ system: 'codesignal', ref: 'ts1' }],
        claim: { kind: 'event', type },
        occurredAt: '2019-03-27T21:06:29.347Z',
        data,
      },
    ]);
  });

  test.each([
    ['preScreenResultVerificationPending', 'verification_pending'],
    ['preScreenResultNotVerified', 'result_not_verified'],
    ['preScreenCandidateDeclined', 'candidate_declined'],
    ['preScreenIntegrityReviewUpdated', 'integrity_review'],
    ['assessmentCreated', 'assessment_changed'],
    ['assessmentUpdated', 'assessment_changed'],
    ['liveInterviewFinished', 'live_interview'],
    ['liveInterviewFeedbackUpdated', 'live_interview'],
    ['somethingNew', 'unknown_event'],
  ])('%s says nothing: %s', (event, reason) => {
    expect(translate(body(event, result))).toEqual([{ kind: 'ignored', reason }]);
  });

  test('without externalId the session itself is the name', () => {
    expect(translate(body('companyTestSessionStarted', { externalId: undefined }))[0]).toMatchObject({
      system: 'codesignal',
      ref: 'ts1',
    });
    expect(translate(body('companyTestSessionStarted', { externalId: 48 }))[0]).toMatchObject({ ref: '48' });
  });

  test('another body under one event, session and time has the same id, so that it is seen as a conflict', () => {
    const [first, second] = [900, 1000].map(
      (score) => translate(body('companyTestSessionFinished', { ...result, score }))[0],
    );
    expect(first).not.toEqual(second);
    expect((first as { externalId: string }).externalId).toBe((second as { externalId: string }).externalId);
  });

  test.each<[string, Record<string, unknown>]>([
    ['score_missing', { maxScore: 10 }],
    ['score_missing', { score: '9', maxScore: 10 }],
    ['score_missing', { score: -1, maxScore: 10 }],
    ['score_scale_unknown', { score: 4 }],
    ['score_scale_unknown', { score: 4, maxScore: null }],
    ['score_scale_unknown', { score: 0, maxScore: 0 }],
    ['score_above_maximum', { score: 5, maxScore: 4 }],
  ])('%s: %j is not guessed at', (reason, payload) => {
    expect(translate(body('preScreenResultShared', payload))).toEqual([
      {
        kind: 'quarantined',
        externalId: 'preScreenResultShared:ts1:1553720789347',
        reason,
        detail: expect.any(String),
      },
    ]);
  });

  test.each([
    [4, 5, 80],
    [80, 100, 80],
    [1, 3, 33.33],
    [0, 600, 0],
  ])('%d of %d is %d percent', (score, maxScore, percent) => {
    expect(translate(body('companyTestSessionFinished', { score, maxScore }))[0]).toMatchObject({
      data: { 'screening.score': percent, 'screening.scoreMax': maxScore },
    });
  });

  test('the link to the report loses its access token', () => {
    const address = 'https://app.codesignal.com/test-result/oH3q?accessToken=A7HnBp&tab=1';
    expect(translate(body('companyTestSessionFinished', { ...result, url: address }))[0]).toMatchObject({
      data: { 'screening.reportUrl': 'https://app.codesignal.com/test-result/oH3q?tab=1' },
    });
    const [unsafe] = translate(body('companyTestSessionFinished', { ...result, url: 'javascript:alert(1)' }));
    expect((unsafe as { data: object }).data).not.toHaveProperty('screening.reportUrl');
  });

  test('an event without its session, and no event at all, are quarantined', () => {
    expect(translate(body('companyTestSessionStarted', { testSessionId: undefined }))[0]).toMatchObject({
      kind: 'quarantined',
      reason: 'session_missing',
    });
    for (const text of ['{"event":7}', '[1]', body('x', {}, -1), body('x', {}, 1e15)])
      expect(translate(text)[0]).toMatchObject({ kind: 'quarantined', reason: 'body_not_understood' });
  });
});

test('the simulated product: a hook is tried out, a watched over session has one result, and the next event waits for the one before', async () => {
  const capture = await captureWebhooks(200);
  const tool = await startCodeSignal({ webhookSecret });
  expect(await tool.saveHook(capture.url)).toBe(true);
  const { id } = tool.invite('48', true);
  tool.start(id);
  tool.finish(id, 900);
  tool.verify(id, true);
  await tool.webhooks.drain();
  const [empty, ...told] = capture.requests;
  expect(empty?.body.length).toBe(0);
  expect(told.map((one) => codesignal.verify(one, [{ webhookSecret }], settings))).toEqual(
    Array.from({ length: 4 }, () => ({ ok: true })),
  );
  const said = told.flatMap((one) => translate(Buffer.from(one.body).toString()));
  expect(said.map((one) => (one.kind === 'event' && one.claim.kind === 'event' ? one.claim.type : one.kind))).toEqual([
    'screening.invited',
    'screening.started',
    'ignored',
    'screening.completed',
  ]);
  await tool.close();
  await capture.close();
});

describe('reading a result back', () => {
  const opened = async () => {
    const tool = await startCodeSignal({ webhookSecret, apiKey: 'key' });
    const http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 2_000, bodyBytesMax: 10_000 });
    const reading = { ...settings, readBack: true, apiUrl: `${tool.url}/graphql`, allowPrivate: true };
    const context = {
      connection: 'codesignal',
      mapping,
      settings: reading,
      secrets: { webhookSecret, apiKey: 'key' },
      http,
      signal: new AbortController().signal,
    };
    return {
      tool,
      context,
      read: (id: string, more: object = {}) => codesignal.read(id, { ...context, ...more }),
      [Symbol.asyncDispose]: async () => {
        await http.close();
        await tool.close();
      },
    };
  };

  test('a result is only named by its webhook, and what the body says of it is not taken', () => {
    const reading = { ...settings, readBack: true };
    for (const payload of [{ score: 1000, maxScore: 1000 }, {}]) {
      const told: unknown = JSON.parse(body('companyTestSessionFinished', payload));
      expect(
        codesignal.translate(told, { connection: 'c', mapping, settings: reading, headers: {}, receivedAt: 0 }),
      ).toEqual([
        {
          kind: 'event',
          externalId: 'companyTestSessionFinished:ts1:1553720789347',
          machine: 'application',
          ref: 'ts1',
          system: 'c',
          alsoKnownAs: [{ system: 'greenhouse-eu', ref: '48' }],
          claim: { kind: 'event', type: 'screening.completed' },
          occurredAt: '2019-03-27T21:06:29.347Z',
          data: { 'screening.provider': 'CodeSignal' },
          look: true,
        },
      ]);
    }
    const started: unknown = JSON.parse(body('companyTestSessionStarted'));
    const [plain] = codesignal.translate(started, {
      connection: 'c',
      mapping,
      settings: reading,
      headers: {},
      receivedAt: 0,
    });
    expect(plain).toMatchObject({ ref: '48' });
    expect(plain).not.toHaveProperty('look');
  });

  test('what CodeSignal shows, at each step', async () => {
    await using at = await opened();
    const { id } = at.tool.invite('48');
    expect(await at.read(id)).toEqual({ stage: 'pending', state: 'active.screening.invited', native: null });
    at.tool.start(id);
    expect(await at.read(id)).toMatchObject({ stage: 'active', state: 'active.screening.started' });
    at.tool.finish(id, 900);
    expect(await at.read(id)).toEqual({
      stage: 'over',
      state: 'active.screening.completed',
      native: null,
      elements: {
        'screening.score': 90,
        'screening.scoreMax': 1000,
        'screening.reportUrl': `https://app.codesignal.com/test-result/${id}`,
      },
    });
    expect(await at.read('nobody')).toBeNull();
    expect(await at.read(id, { settings })).toBeNull();
  });

  test('what could not be read is said so, and read again later', async () => {
    await using at = await opened();
    const { id } = at.tool.invite('48');
    for (const kind of ['error_before', 'html_200', 'rate_limit', 'reset', 'unauthorised'] as const) {
      at.tool.faults.next(kind, { on: 'read' });
      await expect(at.read(id)).rejects.toThrow('CodeSignal could not be read');
    }
    // GraphQL answers 200 to a key that may not.
    await expect(at.read(id, { secrets: {} })).rejects.toThrow('CodeSignal could not be read');
    expect(await at.read(id)).not.toBeNull();
  });
});
