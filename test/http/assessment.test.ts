// An ATS orders tests over real HTTP: the tool gets the order, the result comes back by webhook, the ATS is told and reads the score.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type AssessmentSandbox, startAssessmentAts, type TakeHomeTest } from '../../src/sandbox/assessment.ts';
import { type CodeSignalSandbox, startCodeSignal } from '../../src/sandbox/codesignal.ts';
import { type ScreeningSandbox, startScreening } from '../../src/sandbox/screening.ts';
import { addConnection, rotateSecrets, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { type Api, type ApiClient, by, type Json, openApi } from '../support/api.ts';
import { until as untilWithin } from '../support/hiring-office.ts';

const signingSecret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
const orderSecret = `whsec_${Buffer.alloc(24, 6).toString('base64')}`;
const webhookSecret = 'key-of-the-webhook';
const apiKey = 'a1B2'.repeat(10);
let api: Api;
let server: RunningServer;
let ats: AssessmentSandbox;
let tool: ScreeningSandbox;
let codesignal: CodeSignalSandbox;
let client: ApiClient;

beforeAll(async () => {
  api = await openApi();
  server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
  ats = await startAssessmentAts({ apiKey });
  tool = await startScreening({ signingSecret, orderSecret });
  codesignal = await startCodeSignal({ webhookSecret, apiKey: 'key-of-the-api' });
  ats.partner(`${server.url}/assessment/ats-tests`);
  tool.webhooks?.target(`${server.url}/hooks/tool`);
  client = await api.client('ats');
  const { context } = api.service;
  const orders = { url: `${tool.url}/orders`, confirm: { mode: 'receipt' }, tests: { coding: 'T-17' } };
  const added = [
    await addConnection(context, by.actor, {
      id: 'ats-tests',
      adapter: 'assessment',
      settings: {
        applicationSystem: 'ats',
        tests: {
          coding: { name: 'Coding test', tool: 'tool' },
          logic: { name: 'Logic test', tool: 'tool' },
          relayed: { name: 'CodeSignal test', tool: 'relay' },
          nowhere: { name: 'Nobody’s test', tool: 'codesignal' },
        },
        resultUrl: 'https://tool.example/results/{interview}',
        callbackHosts: ['127.0.0.1'],
        allowPrivate: true,
      },
      scope: {},
      secrets: { apiKey },
    }),
    ...(await Promise.all(
      ['tool', 'relay'].map((id) =>
        addConnection(context, by.actor, {
          id,
          adapter: 'screening',
          settings: { applicationSystem: 'ats', allowPrivate: true, orders },
          scope: {},
          secrets: { signingSecret, orderSecret },
        }),
      ),
    )),
    await addConnection(context, by.actor, {
      id: 'codesignal',
      adapter: 'codesignal',
      settings: { applicationSystem: 'ats', endpointUrl: `${server.url}/hooks/codesignal` },
      scope: {},
      secrets: { webhookSecret },
    }),
  ];
  added.push(
    await addConnection(context, by.actor, {
      id: 'careful',
      adapter: 'codesignal',
      settings: {
        applicationSystem: 'ats',
        endpointUrl: `${server.url}/hooks/careful`,
        readBack: true,
        apiUrl: `${codesignal.url}/graphql`,
        allowPrivate: true,
      },
      scope: {},
      secrets: { webhookSecret, apiKey: 'key-of-the-api' },
    }),
  );
  expect(added).toEqual(added.map(() => ({ ok: true })));
  api.service.startEngine();
});
afterAll(async () => {
  await ats.close();
  await tool.close();
  await codesignal.close();
  await server.stop(500);
  await api[Symbol.asyncDispose]();
});

const reports = () => api.service.context.database.reports;
/** The machine may have other things to do, and then everybody is told to come again. */
const until = (isTrue: () => Promise<boolean>) => untilWithin(isTrue, 25_000);

let applications = 0;
let said = 0;

/** An application that the ATS has reported, in triage unless said otherwise. */
async function application(events: readonly string[] = ['triage.started']): Promise<string> {
  applications += 1;
  const ref = String(26_234_700 + applications);
  for (const type of ['application.received', ...events]) await say(ref, type);
  return ref;
}
async function say(ref: string, type: string, data: Record<string, unknown> = {}, as = client): Promise<Json> {
  said += 1;
  const subject = { system: 'ats', ref };
  const occurredAt = new Date().toISOString();
  const answer = await as.events({ id: `said-${said}`, type, subject, occurredAt, data });
  expect([type, answer.status < 300, answer.body?.detail]).toEqual([type, true, answer.body?.detail]);
  return answer.body;
}
const subjectOf = (ref: string) =>
  reports()
    .selectFrom('subject_ref')
    .innerJoin('subject', 'subject.id', 'subject_ref.subject_id')
    .select(['subject.id', 'subject.state'])
    .where('system', '=', 'ats')
    .where('external_id', '=', ref)
    .executeTakeFirst();
const stateOf = async (ref: string) => (await subjectOf(ref))?.state;
const inState = (ref: string, state: string) => until(async () => (await stateOf(ref)) === state);
const writebacksOf = async (ref: string, connection: string) =>
  reports()
    .selectFrom('writeback')
    .select(['id', 'target_state', 'status', 'settled_by', 'reason', 'cause', 'contradictions'])
    .where('subject_id', '=', (await subjectOf(ref))?.id ?? '')
    .where('connection_id', '=', connection)
    .orderBy('lane_seq')
    .execute();
const ordersFor = (ref: string) => (tool.orders?.taken() ?? []).filter((one) => one.application.id === ref);
const sessionOf = async (ref: string): Promise<string> => {
  await until(async () => tool.sessions().some((one) => one.application.id === ref));
  return tool.sessions().findLast((one) => one.application.id === ref)?.id ?? '';
};
const call = (path: string, key: string | null = apiKey, body?: unknown) =>
  api.request(`/assessment/ats-tests${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }),
    },
  });
const statusOf = (one: TakeHomeTest) => call(`/test_status?partner_interview_id=${one.interview}`);

describe('an order', () => {
  test('goes to the tool, comes back as a result, and is read by the ATS, with proof of every step', async () => {
    const ref = await application();
    const sent = await ats.sendTest('coding', ref);
    expect(sent).toMatchObject({ status: 200, test: { interview: expect.stringMatching(/^ats-tests\.coding\.1\./) } });
    await inState(ref, 'active.screening.invited');
    await until(async () => ordersFor(ref).length === 1);
    expect(ordersFor(ref)).toEqual([
      {
        order: { id: sent.test.interview, test: 'T-17' },
        application: { system: 'ats', id: ref },
        elements: {
          'candidate.firstName': expect.any(String),
          'candidate.lastName': expect.any(String),
          'candidate.email': expect.stringContaining('@'),
        },
      },
    ]);
    await until(async () => (await writebacksOf(ref, 'tool'))[0]?.status === 'confirmed');
    expect((await statusOf(sent.test)).body).toEqual({
      partner_status: 'invited',
      partner_profile_url: null,
      partner_score: null,
      metadata: {},
    });

    const session = await sessionOf(ref);
    tool.start(session);
    await inState(ref, 'active.screening.started');
    expect((await statusOf(sent.test)).body.partner_status).toBe('started');
    tool.complete(session, 81);
    // Nobody polled: the ATS was told, came and read.
    await until(async () => ats.at(sent.test.id).status === 'complete');
    expect(ats.at(sent.test.id)).toMatchObject({
      told: true,
      score: 81,
      profileUrl: `https://screening.example/reports/${session}`,
      metadata: { 'Highest score of the tool': 100, Recommendation: 'advance' },
    });
    expect(ats.complaints()).toEqual([]);
    await until(async () => (await writebacksOf(ref, 'ats-tests')).every((one) => one.status === 'confirmed'));
    expect(await writebacksOf(ref, 'ats-tests')).toMatchObject([
      { target_state: 'active.screening.completed', settled_by: 'echo', contradictions: 0 },
    ]);
    // The other tool had nothing to do with it.
    expect(await writebacksOf(ref, 'relay')).toMatchObject([{ status: 'confirmed', settled_by: 'readback' }]);
    const reads = await reports()
      .selectFrom('audit')
      .select(['actor_id', 'detail'])
      .where('object_id', '=', (await subjectOf(ref))?.id ?? '')
      .where('action', '=', 'subject.read')
      .execute();
    expect(reads[0]).toMatchObject({ actor_id: 'assessment/ats-tests', detail: { connection: 'ats-tests' } });
  });

  test('made again is the same order, also at once and from two sides, and reaches the tool once', async () => {
    const ref = await application();
    const [first, second] = await Promise.all([ats.sendTest('coding', ref), ats.sendTest('coding', ref)]);
    const third = await ats.sendTest('coding', ref, first?.test.id);
    expect([first?.status, second?.status, third.status]).toEqual([200, 200, 200]);
    expect(new Set([first, second, third].map((one) => one?.test.interview)).size).toBe(1);
    await until(async () => ordersFor(ref).length === 1);
    tool.complete(await sessionOf(ref), 50);
    await until(async () => [first, second].some((one) => ats.at(one?.test.id ?? '').status === 'complete'));
    // Also when it is done: nothing is sent again.
    const late = await ats.sendTest('coding', ref, first?.test.id);
    expect([late.status, late.test.interview]).toEqual([200, first?.test.interview]);
    expect(ordersFor(ref)).toHaveLength(1);
    expect(await stateOf(ref)).toBe('active.screening.completed');
  });

  test('names the test for an application that moving the card had invited already', async () => {
    const ref = await application(['triage.started', 'screening.invited']);
    await until(async () => (await writebacksOf(ref, 'tool'))[0]?.status === 'confirmed');
    expect(ordersFor(ref)).toEqual([]);
    const sent = await ats.sendTest('coding', ref);
    expect(sent.status).toBe(200);
    await until(async () => ordersFor(ref).length === 1);
    expect(ordersFor(ref)).toMatchObject([{ order: { id: sent.test.interview } }]);
    expect((await writebacksOf(ref, 'tool')).map((one) => one.cause)).toEqual(['transition', 'element']);
  });

  test('after an invitation that ran out is another one', async () => {
    const ref = await application();
    const first = await ats.sendTest('coding', ref);
    tool.expire(await sessionOf(ref));
    await inState(ref, 'active.screening.expired');
    expect((await statusOf(first.test)).body.partner_status).toBe('expired');
    const second = await ats.sendTest('logic', ref);
    expect(second.test.interview).toMatch(/^ats-tests\.logic\.2\./);
    await inState(ref, 'active.screening.invited');
    expect((await statusOf(first.test)).body.partner_status).toBe('replaced');
    await until(async () => ordersFor(ref).length === 2);
    expect(ordersFor(ref).at(-1)?.order).toEqual({ id: second.test.interview, test: 'logic' });
    tool.complete(await sessionOf(ref), 64);
    await until(async () => ats.at(second.test.id).status === 'complete');
    expect(ats.at(second.test.id).score).toBe(64);
    expect((await statusOf(first.test)).body).toMatchObject({ partner_status: 'replaced', partner_score: null });
  });

  test('is completed by CodeSignal too, whose score is converted', async () => {
    const ref = await application();
    const sent = await ats.sendTest('relayed', ref);
    await inState(ref, 'active.screening.invited');
    expect(await codesignal.saveHook(`${server.url}/hooks/codesignal`)).toBe(true);
    const { id } = codesignal.invite(ref);
    codesignal.start(id);
    codesignal.finish(id, 655);
    await until(async () => ats.at(sent.test.id).status === 'complete');
    expect(ats.at(sent.test.id)).toMatchObject({
      score: 65.5,
      profileUrl: `https://app.codesignal.com/test-result/${id}`,
      metadata: { 'Highest score of the tool': 1000, Tool: 'CodeSignal' },
    });
    await codesignal.webhooks.drain();
    expect(codesignal.webhooks.counts().lost).toBe(0);
  });

  test('is completed by what CodeSignal shows, not by what a body under a good signature says', async () => {
    const ref = await application();
    const sent = await ats.sendTest('relayed', ref);
    await inState(ref, 'active.screening.invited');
    codesignal.webhooks.target(null);
    const { id } = codesignal.invite(ref);
    codesignal.finish(id, 400);
    const body = JSON.stringify({
      event: 'companyTestSessionFinished',
      triggeredOn: Date.now(),
      payload: { testSessionId: id, externalId: ref, score: 1000, maxScore: 1000 },
    });
    const { triggeredOn } = JSON.parse(body) as { triggeredOn: number };
    const signed = `${server.url}/hooks/careful${'companyTestSessionFinished'}${triggeredOn}`;
    const told = await api.request('/hooks/careful', {
      method: 'POST',
      headers: { 'x-codesignal-signature': createHmac('sha256', webhookSecret).update(signed).digest('hex') },
      body,
    });
    expect(told.status).toBe(200);
    await until(async () => ats.at(sent.test.id).status === 'complete');
    expect(ats.at(sent.test.id).score).toBe(40);
  });

  test('is completed by a result that came before it', async () => {
    const ref = await application();
    tool.complete(tool.invite({ system: 'ats', id: ref }).id, 90);
    await until(async () => (await stateOf(ref)) === 'active.screening.completed');
    const sent = await ats.sendTest('coding', ref);
    expect([sent.status, await call('/send_test', apiKey, {})]).toMatchObject([409, { status: 422 }]);
    expect(ordersFor(ref)).toEqual([]);

    // A tool that reports the result alone, before anybody was invited: it waits for the order.
    const early = await application();
    const results = await api.client('screening');
    expect(await say(early, 'screening.completed', { 'screening.score': 70 }, results)).toMatchObject({
      disposition: 'parked',
    });
    const ordered = await ats.sendTest('coding', early);
    await until(async () => ats.at(ordered.test.id).status === 'complete');
    expect(ats.at(ordered.test.id)).toMatchObject({
      score: 70,
      profileUrl: `https://tool.example/results/${ordered.test.interview}`,
    });
  });

  test('that the ATS cannot be told of is told again, until it has read', async () => {
    const ref = await application();
    const sent = await ats.sendTest('coding', ref);
    ats.faults.next('error_before');
    ats.faults.next('rate_limit', { retryAfterSeconds: 1 });
    tool.complete(await sessionOf(ref), 33);
    await until(async () => ats.at(sent.test.id).status === 'complete');
    await until(async () => (await writebacksOf(ref, 'ats-tests')).every((one) => one.status === 'confirmed'));
  });
});

describe('what is not ordered', () => {
  const refusedWith = async (sent: Promise<{ status: number; test: TakeHomeTest }>) => {
    const { status, test: one } = await sent;
    expect(one.interview).toBeNull();
    return status;
  };
  test('a test that is not listed, or whose tool takes no orders', async () => {
    const ref = await application();
    expect(await ats.listTests()).toEqual([
      { partner_test_id: 'relayed', partner_test_name: 'CodeSignal test' },
      { partner_test_id: 'coding', partner_test_name: 'Coding test' },
      { partner_test_id: 'logic', partner_test_name: 'Logic test' },
      { partner_test_id: 'nowhere', partner_test_name: 'Nobody’s test' },
    ]);
    for (const unknown of ['typing', 'toString', '__proto__'])
      expect([unknown, await refusedWith(ats.sendTest(unknown, ref))]).toEqual([unknown, 404]);
    expect(await refusedWith(ats.sendTest('nowhere', ref))).toBe(409);
    expect(await stateOf(ref)).toBe('active.triage');
  });

  test('for an application that nobody has heard of, is not taken up, or is over', async () => {
    expect(await refusedWith(ats.sendTest('coding', '1'))).toBe(404);
    const untouched = await application([]);
    expect(await refusedWith(ats.sendTest('coding', untouched))).toBe(409);
    expect(await stateOf(untouched)).toBe('active.received');
    const rejected = await application();
    await say(rejected, 'application.rejected', { 'rejection.reason': 'No permit' });
    expect(await refusedWith(ats.sendTest('coding', rejected))).toBe(409);
    expect(await stateOf(rejected)).toBe('rejected');
  });

  test('another test while one is under way', async () => {
    const ref = await application();
    await ats.sendTest('coding', ref);
    expect(await refusedWith(ats.sendTest('logic', ref))).toBe(409);
    await until(async () => ordersFor(ref).length === 1);
    expect(ordersFor(ref)[0]?.order?.test).toBe('T-17');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['without an application', { greenhouse_profile_url: 'https://app.greenhouse.io/people/1' }, 'invalid'],
    ['without an address to write to', { email: 'nobody' }, 'invalid'],
    ['with a name of two lines', { first_name: 'A\nB' }, 'invalid'],
  ])('%s', async (_, change, code) => {
    const answer = await call('/send_test', apiKey, orderBody('26234701', change));
    expect(answer).toMatchObject({ status: 422, body: { code }, type: 'application/problem+json' });
  });

  test('with an address that is not the ATS’s: nobody has us call around', async () => {
    const ref = await application();
    const answer = await call('/send_test', apiKey, { ...orderBody(ref), url: 'https://169.254.169.254/latest' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'callback_not_allowed' } });
    expect(await stateOf(ref)).toBe('active.triage');
  });

  test('an order as the vendor prints it is understood', async () => {
    const ref = await application();
    const answer = await call('/send_test', apiKey, orderBody(ref, { something_new: { in: ['it'] } }));
    expect(answer.body).toEqual({
      partner_interview_id: expect.stringMatching(/^ats-tests\.coding\.1\.[0-9a-f]{20}$/),
    });
  });
});

describe('the key', () => {
  test('opens one connection and nothing else; without it nothing is told', async () => {
    const doors = ['/list_tests', '/test_status?partner_interview_id=x', '/send_test', '/response_error'];
    for (const door of doors)
      for (const key of [null, '', 'wrong', `${apiKey}x`, apiKey.slice(1)]) {
        const answer = await call(door, key, /send|error/.test(door) ? {} : undefined);
        expect([door, answer.status, answer.body?.code]).toEqual([door, 401, 'invalid_key']);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
      }
    for (const other of ['tool', 'nobody', '..%2fats-tests', '%00', `${'x'.repeat(300)}`]) {
      const answer = await api.request(`/assessment/${other}/list_tests`, {
        headers: { authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}` },
      });
      expect([other, answer.status]).toEqual([other, 401]);
    }
    expect((await call('/list_tests')).status).toBe(200);
  });

  test('guessed too often it is not looked at any more, and nobody else is kept out by it', async () => {
    const guess = () =>
      api
        .request('/assessment/tool/list_tests', { headers: { authorization: 'Basic eDo=' } })
        .then(({ status }) => status);
    for (let round = 0; round < limits.assessmentFailuresPerMinuteMax; round += 1) await guess();
    expect(await guess()).toBe(429);
    expect((await call('/list_tests')).status).toBe(200);
  });

  test('can be changed without a gap', async () => {
    const { context } = api.service;
    const next = 'z9Y8'.repeat(10);
    await addConnection(context, by.actor, {
      id: 'passing',
      adapter: 'assessment',
      settings: { applicationSystem: 'ats', tests: {}, resultUrl: 'https://t.example/{interview}' },
      scope: {},
      secrets: { apiKey },
    });
    const asked = async (...keys: string[]) => {
      const answers: number[] = [];
      for (const key of keys) {
        const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
        answers.push((await api.request('/assessment/passing/list_tests', { headers: { authorization } })).status);
      }
      return answers;
    };
    expect(await asked(apiKey, next)).toEqual([200, 401]);
    await rotateSecrets(context, by.actor, 'passing', { kind: 'next', secrets: { apiKey: next } });
    expect(await asked(apiKey, next)).toEqual([200, 200]);
    await rotateSecrets(context, by.actor, 'passing', { kind: 'promote' });
    expect(await asked(apiKey, next)).toEqual([401, 200]);
    await updateConnection(context, by.actor, 'passing', { status: 'removed' });
    expect(await asked(apiKey, next)).toEqual([401, 401]);
  });
});

describe('a status', () => {
  test('of nothing that was ordered here is not told, nor of somebody else’s order', async () => {
    for (const id of ['x', `ats-tests.coding.1.${'0'.repeat(20)}`, '%00'])
      expect((await call(`/test_status?partner_interview_id=${id}`)).status).toBeGreaterThanOrEqual(404);
    // The application's own id is no order.
    const ref = await application();
    await ats.sendTest('coding', ref);
    expect(await call(`/test_status?partner_interview_id=${ref}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown_order' },
    });
    expect((await call('/test_status')).status).toBe(422);
  });

  test('of a rejected candidate says where it stands, and no result is made up', async () => {
    const ref = await application();
    const sent = await ats.sendTest('coding', ref);
    await say(ref, 'application.rejected', { 'rejection.reason': 'No permit' });
    expect((await statusOf(sent.test)).body).toEqual({
      partner_status: 'rejected',
      partner_profile_url: null,
      partner_score: null,
      metadata: {},
    });
  });

  test('that the ATS could not make sense of is noted without its words', async () => {
    const complaint = { api_call: 'test_status', errors: ['jane@example.com is odd'], partner_test_id: '1' };
    expect(await call('/response_error', apiKey, complaint)).toMatchObject({ status: 200, body: { status: 200 } });
  });
});

/** As the vendor's pages print it. */
function orderBody(ref: string, candidate: Record<string, unknown> = {}) {
  return {
    partner_test_id: 'coding',
    candidate: {
      first_name: 'Harry',
      last_name: 'Potter',
      preferred_name: 'The Chosen One',
      resume_url: 'https://hogwarts.com/resume',
      phone_number: '123-456-7890',
      email: 'hpotter@hogwarts.edu',
      greenhouse_profile_url: `https://app.greenhouse.io/people/17681532?application_id=${ref}`,
      ...candidate,
    },
    sent_by: 'test_sender@example.org',
    url: ats.callbackUrl('1'),
  };
}
