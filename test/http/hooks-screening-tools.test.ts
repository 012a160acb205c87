// CodeSignal's and Checkr's webhooks through the whole HTTP surface: a hook is saved, a check moves a new hire, and one signature carries one body.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type CheckrSandbox, startCheckr } from '../../src/sandbox/checkr.ts';
import { type CodeSignalSandbox, startCodeSignal } from '../../src/sandbox/codesignal.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { type Api, type ApiClient, by, openApi } from '../support/api.ts';
import { until as untilWithin } from '../support/hiring-office.ts';

const webhookSecret = 'a-secret-of-the-tool';
let api: Api;
let server: RunningServer;
let codesignal: CodeSignalSandbox;
let checkr: CheckrSandbox;
let client: ApiClient;

beforeAll(async () => {
  api = await openApi();
  server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
  codesignal = await startCodeSignal({ webhookSecret });
  checkr = await startCheckr({ webhookSecret, reformat: true });
  checkr.webhooks.target(`${server.url}/hooks/checkr`);
  client = await api.client('hris');
  const { context } = api.service;
  const added = [
    await addConnection(context, by.actor, {
      id: 'codesignal',
      adapter: 'codesignal',
      settings: { applicationSystem: 'ats', endpointUrl: `${server.url}/hooks/codesignal` },
      scope: {},
      secrets: { webhookSecret },
    }),
    await addConnection(context, by.actor, {
      id: 'checkr',
      adapter: 'checkr',
      settings: { newHireSystem: 'hr' },
      scope: {},
      secrets: { webhookSecret },
    }),
  ];
  expect(added).toEqual([{ ok: true }, { ok: true }]);
});
afterAll(async () => {
  await codesignal.close();
  await checkr.close();
  await server.stop(500);
  await api[Symbol.asyncDispose]();
});

const until = (isTrue: () => Promise<boolean>) => untilWithin(isTrue, 25_000);
const reports = () => api.service.context.database.reports;
let said = 0;
async function say(as: ApiClient, machine: string, type: string, name: { system: string; ref: string }, data = {}) {
  said += 1;
  const subject = { ...name, machine };
  const answer = await as.events({ id: `said-${said}`, type, subject, occurredAt: new Date().toISOString(), data });
  expect([type, answer.body?.disposition]).toEqual([type, 'applied']);
}
const stateOf = async (system: string, ref: string) =>
  (
    await reports()
      .selectFrom('subject_ref')
      .innerJoin('subject', 'subject.id', 'subject_ref.subject_id')
      .select('state')
      .where('system', '=', system)
      .where('external_id', '=', ref)
      .executeTakeFirst()
  )?.state;
const eventsFrom = (connection: string) =>
  reports()
    .selectFrom('event')
    .select(['id', 'claim', 'disposition', 'code', 'external_id'])
    .where('source', '=', `connection:${connection}`)
    .orderBy('received_at')
    .execute();

describe('Checkr', () => {
  async function newHire(ref: string): Promise<void> {
    const name = { system: 'hr', ref };
    await say(client, 'onboarding', 'onboarding.created', name, { 'offer.startDate': '2027-01-04' });
    await say(client, 'onboarding', 'documents.requested', name);
    await say(client, 'onboarding', 'documents.completed', name);
  }

  test('a clear report moves the new hire on', async () => {
    await newHire('417');
    const { id, candidate_id: candidate } = checkr.order(['interlock:417']);
    await until(async () => (await stateOf('hr', '417')) === 'preparing.background_check.requested');
    checkr.complete(id, 'clear');
    await until(async () => (await stateOf('hr', '417')) === 'preparing.background_check.cleared');
    // From now on the candidate is a name of the new hire.
    expect(await stateOf('checkr', candidate)).toBe('preparing.background_check.cleared');
  });

  test('a finding waits for a person, whatever else Checkr says about it', async () => {
    await newHire('418');
    const { id } = checkr.order(['interlock:418']);
    await checkr.webhooks.drain();
    checkr.complete(id, 'consider');
    await until(async () => (await stateOf('hr', '418')) === 'preparing.background_check.consider');
    for (const type of ['report.pre_adverse_action', 'report.post_adverse_action', 'report.engaged', 'report.disputed'])
      checkr.tell(type, { ...checkr.report(id) });
    // A dispute that ends well is a person's decision too.
    checkr.complete(id, 'clear');
    await checkr.webhooks.drain();
    expect(await stateOf('hr', '418')).toBe('preparing.background_check.consider');
    await say(client, 'onboarding', 'check.accepted', { system: 'hr', ref: '418' }, { 'check.decisionReason': 'Old' });
    expect(await stateOf('hr', '418')).toBe('preparing.background_check.cleared');
  });

  test('a report that is sent twice counts once', async () => {
    await newHire('419');
    checkr.webhooks.tune({ duplicates: 1 });
    const { id } = checkr.order(['interlock:419']);
    await until(async () => (await stateOf('hr', '419')) === 'preparing.background_check.requested');
    checkr.complete(id, 'clear');
    await checkr.webhooks.drain();
    checkr.webhooks.tune({ duplicates: 0 });
    const ids = (await eventsFrom('checkr')).map((one) => one.external_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await stateOf('hr', '419')).toBe('preparing.background_check.cleared');
  });
});

describe('CodeSignal', () => {
  async function screened(ref: string): Promise<void> {
    const ats = await api.client('ats');
    await say(ats, 'application', 'application.received', { system: 'ats', ref });
    await say(ats, 'application', 'triage.started', { system: 'ats', ref });
  }

  test('a hook is saved only where an empty request is answered 200, and then moves applications', async () => {
    await screened('48');
    expect(await codesignal.saveHook(`${server.url}/hooks/nobody`)).toBe(false);
    expect(await codesignal.saveHook(`${server.url}/hooks/codesignal`)).toBe(true);
    const { id } = codesignal.invite('48', true);
    codesignal.start(id);
    codesignal.finish(id, 512);
    await codesignal.webhooks.drain();
    // Watched over and not verified yet: no result.
    expect(await stateOf('ats', '48')).toBe('active.screening.started');
    codesignal.verify(id, true);
    await until(async () => (await stateOf('ats', '48')) === 'active.screening.completed');
    expect(codesignal.webhooks.counts().lost).toBe(0);
    const events = await eventsFrom('codesignal');
    expect(events.map((one) => [one.claim, one.disposition])).toEqual([
      ['screening.invited', 'applied'],
      ['screening.started', 'applied'],
      ['screening.completed', 'applied'],
    ]);
  });

  test('another body under a signature that was used is no second result, and somebody sees it', async () => {
    await screened('49');
    const triggeredOn = Date.now();
    const signed = `${server.url}/hooks/codesignalcompanyTestSessionCreated${triggeredOn}`;
    const signature = createHmac('sha256', webhookSecret).update(signed).digest('hex');
    const send = (payload: Record<string, unknown>, headers: Record<string, string> = {}) =>
      api.request('/hooks/codesignal', {
        method: 'POST',
        headers: { 'x-codesignal-signature': signature, ...headers },
        body: JSON.stringify({ event: 'companyTestSessionCreated', triggeredOn, payload }),
      });
    const payload = { testSessionId: 'tsforged', externalId: '49' };
    expect([(await send(payload)).status, (await send(payload)).status]).toEqual([200, 200]);
    expect((await send({ ...payload, externalId: '48' })).status).toBe(200);
    const recorded = (await eventsFrom('codesignal')).filter((one) => one.external_id.includes('tsforged'));
    expect(recorded).toMatchObject([{ claim: 'screening.invited', disposition: 'applied' }]);
    const incidents = await reports()
      .selectFrom('incident')
      .select(['kind', 'connection_id'])
      .where('event_id', '=', recorded[0]?.id ?? '')
      .execute();
    expect(incidents).toEqual([{ kind: 'fingerprint_conflict', connection_id: 'codesignal' }]);
    const wrong = { 'x-codesignal-signature': signature.replace(/^./, (one) => (one === '0' ? '1' : '0')) };
    expect(await send(payload, wrong)).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
  });
});
