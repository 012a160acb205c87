// Checkr: the contract's inbound part, both forms that may be signed, and what a report says of a background check.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { onboardingV1 } from '../../machines/onboarding.v1.ts';
import { checkr } from '../../src/adapters/checkr/index.ts';
import { type CheckrSettings, settingsSchema } from '../../src/adapters/checkr/settings.ts';
import type { InboundRequest, Translation } from '../../src/adapters/port.ts';
import { checkrBench, settings, webhookSecret } from '../../src/certify/benches/checkr.ts';
import { startCheckr } from '../../src/sandbox/checkr.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(checkrBench);

const at = '2026-11-20T09:00:00Z';
const report = (change: Record<string, unknown> = {}) => ({
  id: 'rep1',
  object: 'report',
  uri: '/v1/reports/rep1',
  candidate_id: 'can1',
  status: 'complete',
  result: 'clear',
  tags: ['team-a', 'interlock:417'],
  ...change,
});
const event = (type: string, object: unknown = report(), more: Record<string, unknown> = {}) => ({
  id: 'evt1',
  object: 'event',
  type,
  created_at: at,
  webhook_url: 'https://interlock.example/hooks/checkr',
  data: { object },
  ...more,
});
const translate = (payload: unknown, change: Partial<CheckrSettings> = {}): Translation[] =>
  checkr.translate(payload, {
    connection: 'checkr',
    mapping: mappingOf('checkr'),
    settings: { ...settings, ...change },
    headers: {},
    receivedAt: 0,
  });

describe('signatures', () => {
  const sign = (text: string) => createHmac('sha256', webhookSecret).update(text).digest('hex');
  const verify = (body: string, signature: string) => {
    const request: InboundRequest = {
      method: 'POST',
      url: 'https://interlock.example/hooks/checkr',
      headers: { 'x-checkr-signature': signature },
      body: Buffer.from(body),
      receivedAt: 0,
    };
    return checkr.verify(request, [{ webhookSecret }], settings);
  };
  const pretty = JSON.stringify(event('report.completed'), null, 2);
  const compact = JSON.stringify(event('report.completed'));

  test('over the body as sent, and over its compact form', () => {
    expect(verify(compact, sign(compact))).toEqual({ ok: true });
    expect(verify(pretty, sign(pretty))).toEqual({ ok: true });
    expect(verify(pretty, sign(compact))).toEqual({ ok: true });
  });
  test('and over nothing else', () => {
    expect(verify(compact, sign(pretty)).ok).toBe(false);
    expect(verify(pretty.replace('"clear"', '"consider"'), sign(compact)).ok).toBe(false);
    expect(verify('no json', sign('other')).ok).toBe(false);
    // Two members of one name: what is signed is what is read.
    const twice = compact.replace('"result":"clear"', '"result":"clear","result":"consider"');
    expect(verify(twice, sign(compact)).ok).toBe(false);
    expect(verify('{"__proto__":{"x":1}}', sign('{}')).ok).toBe(false);
    expect(verify('', sign('{}')).ok).toBe(false);
  });
});

describe('translation', () => {
  const about = { ref: '417', alsoKnownAs: [{ system: 'checkr', ref: 'can1' }] };

  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['report.created', { status: 'pending', result: null }, 'check.requested', {}],
    ['report.completed', {}, 'check.cleared', { 'check.result': 'clear' }],
    ['report.completed', { result: 'consider' }, 'check.flagged', { 'check.result': 'consider' }],
    ['report.completed', { status: 'clear', result: undefined }, 'check.cleared', { 'check.result': 'clear' }],
    ['report.completed', { status: 'consider', result: null }, 'check.flagged', { 'check.result': 'consider' }],
    // The result counts, not a status that means something else.
    ['report.completed', { status: 'clear', result: 'consider' }, 'check.flagged', { 'check.result': 'consider' }],
  ])('%s %j is %s', (type, change, wanted, data) => {
    expect(translate(event(type, report(change)))).toEqual([
      {
        kind: 'event',
        externalId: 'evt1',
        machine: 'onboarding',
        ...about,
        claim: { kind: 'event', type: wanted },
        occurredAt: '2026-11-20T09:00:00.000Z',
        data: { 'check.provider': 'Checkr', ...data },
      },
    ]);
  });

  test('a finding is weighed by a person: no event of ours ends the hire, and none accepts it', () => {
    const types = [
      'report.completed',
      'report.engaged',
      'report.pre_adverse_action',
      'report.post_adverse_action',
      'adverse_action.created',
    ];
    for (const type of types)
      for (const adjudication of [null, 'engaged', 'pre_adverse_action', 'post_adverse_action']) {
        const said = translate(event(type, report({ result: 'consider', adjudication })));
        const claims = said.flatMap((one) =>
          one.kind === 'event' && one.claim.kind === 'event' ? [one.claim.type] : [],
        );
        expect(claims.filter((claim) => claim !== 'check.flagged')).toEqual([]);
      }
    const { on } = onboardingV1.states.preparing.states.background_check.states.consider;
    expect(on['check.accepted'].meta.causedBy).not.toContain(checkr.kind);
  });

  test.each([
    ['report.suspended', 'report_suspended'],
    ['report.disputed', 'report_disputed'],
    ['report.canceled', 'report_canceled'],
    ['report.updated', 'report_updated'],
    ['invitation.created', 'invitation_created'],
    ['account.credentialed', 'account_credentialed'],
    ['Jane Doe <jane@example.com>', 'unknown_type'],
  ])('%s says nothing: %s', (type, reason) => {
    expect(translate(event(type))).toEqual([{ kind: 'ignored', reason }]);
  });

  test('without a tag of ours the candidate is the name', () => {
    for (const tags of [[], null, undefined, ['interlock:'], ['417']])
      expect(translate(event('report.completed', report({ tags })))[0]).toMatchObject({
        system: 'checkr',
        ref: 'can1',
      });
    expect(
      translate(event('report.completed', report({ tags: ['employee:9'] })), { tagPrefix: 'employee:' })[0],
    ).toMatchObject({ ref: '9' });
  });

  test.each<[string, unknown]>([
    ['report_not_included', event('report.completed', { id: 'rep1', object: 'report', uri: '/v1/reports/rep1' })],
    ['unknown_result', event('report.completed', report({ result: null }))],
    ['unknown_result', event('report.completed', report({ status: 'canceled', result: null }))],
    ['unknown_result', event('report.completed', report({ result: 'adverse_action' }))],
    ['body_not_understood', event('report.completed', report(), { id: '' })],
    ['body_not_understood', event('report.completed', report(), { created_at: 'yesterday' })],
  ])('%s is quarantined', (reason, payload) => {
    expect(translate(payload)).toEqual([
      { kind: 'quarantined', externalId: expect.stringMatching(/^(evt1|body:)/), reason, detail: expect.any(String) },
    ]);
  });

  test('events of another account are not ours', () => {
    const mine = { accountId: 'acc1' };
    expect(translate(event('report.completed', report(), { account_id: 'acc2' }), mine)).toEqual([
      { kind: 'ignored', reason: 'other_account' },
    ]);
    expect(translate(event('report.completed'), mine)).toEqual([{ kind: 'ignored', reason: 'other_account' }]);
    expect(translate(event('report.completed', report(), { account_id: 'acc1' }), mine)[0]).toMatchObject({
      kind: 'event',
    });
  });

  test('where a report is read is told only when the settings know', () => {
    const reportUrl = 'https://dashboard.checkr.com/reports/{id}';
    const known = { reportUrl: settingsSchema.parse({ newHireSystem: 'b', reportUrl }).reportUrl };
    expect(
      translate(event('report.completed', report({ id: 'a b' })), known as Partial<CheckrSettings>)[0],
    ).toMatchObject({
      data: { 'check.reportUrl': 'https://dashboard.checkr.com/reports/a%20b' },
    });
    expect(settingsSchema.safeParse({ newHireSystem: 'b', reportUrl: 'https://dashboard.checkr.com' }).success).toBe(
      false,
    );
  });
});

test('the simulated provider: one order is one request and one result, however it is written', async () => {
  for (const options of [{}, { reformat: true }, { accountId: 'acc1' }]) {
    const capture = await captureWebhooks(200);
    const provider = await startCheckr({ webhookSecret, ...options });
    provider.webhooks.target(capture.url);
    const { id } = provider.order(['interlock:417']);
    await provider.webhooks.drain();
    provider.complete(id, 'consider');
    await provider.webhooks.drain();
    const said = capture.requests.flatMap((request) => {
      expect(checkr.verify(request, [{ webhookSecret }], settings)).toEqual({ ok: true });
      return translate(JSON.parse(Buffer.from(request.body).toString()));
    });
    const claims = said.flatMap((one) => (one.kind === 'event' && one.claim.kind === 'event' ? [one.claim.type] : []));
    expect(claims).toEqual(['check.requested', 'check.flagged']);
    await provider.close();
    await capture.close();
  }
});
