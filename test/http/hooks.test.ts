// Webhooks over the whole HTTP surface: the simulated vendors' own signatures, repetitions, rotation, and what is not understood.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { type ScreeningSandbox, startScreening } from '../../src/sandbox/screening.ts';
import { addConnection, rotateSecrets, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { type Api, by, type Json, openApi } from '../support/api.ts';
import { greenhouseStages, secrets, until } from '../support/hiring-office.ts';

const signingSecret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
let api: Api;
let server: RunningServer;
let greenhouse: GreenhouseSandbox;
let screening: ScreeningSandbox;

beforeAll(async () => {
  api = await openApi();
  server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
  const retryDelaysMs = Array.from({ length: 40 }, () => 250);
  greenhouse = await startGreenhouse({ ...secrets, webhooks: { retryDelaysMs } });
  screening = await startScreening({ signingSecret });
  greenhouse.webhooks?.target(`${server.url}/hooks/greenhouse`);
  screening.webhooks?.target(`${server.url}/hooks/screening`);
  const { context } = api.service;
  const added = [
    await addConnection(context, by.actor, {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: greenhouse.url,
        authUrl: greenhouse.url,
        stages: greenhouseStages,
        rejectionReasonId: 14,
        allowCandidateEmails: true,
      },
      scope: {},
      secrets,
    }),
    await addConnection(context, by.actor, {
      id: 'screening',
      adapter: 'screening',
      settings: { applicationSystem: 'greenhouse' },
      scope: {},
      secrets: { signingSecret },
    }),
  ];
  expect(added).toEqual([{ ok: true }, { ok: true }]);
});
afterAll(async () => {
  await screening.close();
  await greenhouse.close();
  await server.stop(500);
  await api[Symbol.asyncDispose]();
});

const reports = () => api.service.context.database.reports;
const eventsOf = (ref: string) =>
  reports()
    .selectFrom('event')
    .select(['id', 'source', 'external_id', 'claim', 'disposition', 'code', 'detail'])
    .where('ref_id', '=', ref)
    .orderBy('received_at')
    .execute();
const eventCalled = (externalId: string) =>
  reports()
    .selectFrom('event')
    .select(['id', 'claim_kind', 'disposition', 'code'])
    .where('external_id', '=', externalId)
    .execute();
const incidentsOf = (event: string) =>
  reports().selectFrom('incident').select(['kind', 'owner', 'connection_id']).where('event_id', '=', event).execute();

/** As Greenhouse signs. */
const signed = (body: string, id: string = randomUUID(), secret = secrets.webhookSecret) =>
  api.request('/hooks/greenhouse', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'greenhouse-event-id': id,
      signature: `sha256 ${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });

async function applicant(): Promise<string> {
  const ref = greenhouse.createApplication();
  await until(async () => (await eventsOf(ref)).length > 0);
  return ref;
}

/** What Greenhouse sent last about it, byte for byte. */
async function lastOf(ref: string): Promise<{ id: string; body: string }> {
  await greenhouse.webhooks?.drain();
  const sent = (greenhouse.webhooks?.accepted() ?? []).filter((one) => one.body.includes(`"id":${ref}`)).at(-1);
  if (!sent) throw new Error(`Greenhouse sent nothing about ${ref}`);
  return sent;
}

describe('Greenhouse', () => {
  test('opens a subject with its own webhook, and is told 200', async () => {
    const ref = await applicant();
    expect(await eventsOf(ref)).toMatchObject([
      { source: 'connection:greenhouse', claim: 'application.received', disposition: 'applied' },
    ]);
    const { body } = await lastOf(ref);
    // Under another id it is the same news: nothing is done twice, and the vendor is content.
    const answer = await signed(body);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
  });

  test('may deliver twice: one event, and 200 both times', async () => {
    const ref = await applicant();
    const { id, body } = await lastOf(ref);
    for (let round = 0; round < 3; round += 1) expect((await signed(body, id)).status).toBe(200);
    expect(await eventCalled(id)).toHaveLength(1);
    expect((await eventsOf(ref)).map((event) => event.external_id)).toEqual([id]);
  });

  test('is turned away with a secret it should not have, and recorded with the next one during a rotation', async () => {
    const ref = await applicant();
    const { body } = await lastOf(ref);
    const { context } = api.service;
    const next = { webhookSecret: 'hush-hush' };
    const id = randomUUID();
    expect(await signed(body, id, next.webhookSecret)).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
    expect(await eventCalled(id)).toEqual([]);

    await rotateSecrets(context, by.actor, 'greenhouse', { kind: 'next', secrets: next });
    expect((await signed(body, randomUUID(), next.webhookSecret)).status).toBe(200);
    expect((await signed(body, randomUUID(), secrets.webhookSecret)).status).toBe(200);
    await rotateSecrets(context, by.actor, 'greenhouse', { kind: 'promote' });
    expect((await signed(body, randomUUID(), next.webhookSecret)).status).toBe(200);
    expect((await signed(body, randomUUID(), secrets.webhookSecret)).status).toBe(401);

    await rotateSecrets(context, by.actor, 'greenhouse', { kind: 'next', secrets });
    await rotateSecrets(context, by.actor, 'greenhouse', { kind: 'promote' });
    expect((await signed(body)).status).toBe(200);
  });

  test('a single changed byte breaks the signature', async () => {
    const ref = await applicant();
    const { body } = await lastOf(ref);
    const right = `sha256 ${createHmac('sha256', secrets.webhookSecret).update(body).digest('hex')}`;
    const answer = await api.request('/hooks/greenhouse', {
      method: 'POST',
      headers: { signature: right, 'greenhouse-event-id': randomUUID() },
      body: `${body} `,
    });
    expect(answer).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
  });

  test('a stage that is mapped to nothing is quarantined, with an incident, and told 200', async () => {
    const ref = await applicant();
    greenhouse.renameStage('Interview', 'Interviews (new)');
    try {
      greenhouse.editByHand(ref, { kind: 'move', stage: 'Interviews (new)' });
      const { id } = await lastOf(ref);
      const [event] = await eventCalled(id);
      expect(event).toMatchObject({ claim_kind: 'raw', disposition: 'quarantined', code: 'unknown_stage' });
      expect(await incidentsOf(event?.id ?? '')).toEqual([
        { kind: 'quarantined_event', owner: 'integration', connection_id: 'greenhouse' },
      ]);
    } finally {
      greenhouse.renameStage('Interviews (new)', 'Interview');
    }
  });

  test.each([
    ['no JSON', 'not json at all', 'not_json'],
    ['a body nested too deep', `${'['.repeat(40)}${']'.repeat(40)}`, 'not_json'],
    ['no envelope', '{"hello":"world"}', 'not_understood'],
    ['an envelope without its payload', '{"action":"candidate_stage_change","payload":{}}', 'not_understood'],
  ])('%s with the right signature is quarantined whole, once', async (_name, body, code) => {
    const id = randomUUID();
    expect((await signed(body, id)).status).toBe(200);
    expect((await signed(body, id)).status).toBe(200);
    const known = await eventCalled(code === 'not_json' ? digest(body) : id);
    expect(known).toMatchObject([{ claim_kind: 'raw', disposition: 'quarantined', code }]);
    expect(await incidentsOf(known[0]?.id ?? '')).toHaveLength(1);
  });

  test('a ping and an action that says nothing to us are told 200 and not kept', async () => {
    for (const action of ['ping', 'candidate_merged_some_new_way']) {
      const id = randomUUID();
      expect((await signed(JSON.stringify({ action, payload: {} }), id)).status).toBe(200);
      expect(await eventCalled(id)).toEqual([]);
    }
  });

  test('is not heard after its connection was removed', async () => {
    const { context } = api.service;
    const added = await addConnection(context, by.actor, {
      id: 'gone',
      adapter: 'screening',
      settings: { applicationSystem: 'greenhouse' },
      scope: {},
      secrets: { signingSecret },
    });
    expect(added).toEqual({ ok: true });
    expect((await api.request('/hooks/gone', { method: 'POST', body: '{}' })).status).toBe(401);
    await updateConnection(context, by.actor, 'gone', { status: 'removed' });
    expect(await api.request('/hooks/gone', { method: 'POST', body: '{}' })).toMatchObject({
      status: 404,
      body: { code: 'unknown_connection' },
    });
  });
});

describe('the screening tool', () => {
  test('names applications by the ATS’s ids, moves them, and is told 202', async () => {
    const ref = await applicant();
    const client = await api.client('ats');
    const subject = { system: 'greenhouse', ref };
    await client.events({ id: `${ref}-triage`, type: 'triage.started', subject, occurredAt: new Date().toISOString() });
    const session = screening.invite({ system: 'greenhouse', id: ref });
    screening.start(session.id);
    screening.complete(session.id, 91);
    await until(async () => {
      const found = await reports()
        .selectFrom('subject_ref')
        .innerJoin('subject', 'subject.id', 'subject_ref.subject_id')
        .select('state')
        .where('external_id', '=', ref)
        .executeTakeFirst();
      return found?.state === 'active.screening.completed';
    });
    // Its own session id is another name of the same application from now on.
    const names = await reports()
      .selectFrom('subject_ref')
      .select('system')
      .where('external_id', '=', session.id)
      .execute();
    expect(names).toEqual([{ system: 'screening' }]);
    expect((await deliver({ type: 'ping' })).status).toBe(202);
  });

  test('is turned away without a signature, with a stale one, and with one over another body', async () => {
    expect(await api.request('/hooks/screening', { method: 'POST', body: '{}' })).toMatchObject({
      status: 401,
      body: { code: 'missing_signature' },
    });
    expect(await deliver({ type: 'ping' }, Date.now() - 6 * 60_000)).toMatchObject({
      status: 401,
      body: { code: 'stale_timestamp' },
    });
    expect(await deliver({ type: 'ping' }, Date.now(), '{}')).toMatchObject({
      status: 401,
      body: { code: 'bad_signature' },
    });
  });

  test('a result that is not what it should be is quarantined, with an incident', async () => {
    const ref = await applicant();
    const id = `msg_${randomUUID()}`;
    const answer = await deliver(
      {
        type: 'screening.completed',
        timestamp: new Date().toISOString(),
        data: { application: { id: ref }, score: 82, recommendation: 'x'.repeat(500) },
      },
      Date.now(),
      undefined,
      id,
    );
    expect(answer.status).toBe(202);
    const [event] = await eventCalled(id);
    expect(event).toMatchObject({ disposition: 'quarantined' });
    expect(await incidentsOf(event?.id ?? '')).toHaveLength(1);
  });
});

test('every webhook that was answered well is on record or known to say nothing', async () => {
  await greenhouse.webhooks?.drain();
  const kept = (greenhouse.webhooks?.accepted() ?? []).filter(({ body }) =>
    ['new_candidate_application', 'candidate_stage_change'].includes((JSON.parse(body) as Json).action),
  );
  expect(kept.length).toBeGreaterThan(5);
  for (const { id } of kept) expect(await eventCalled(id)).toHaveLength(1);
  expect(greenhouse.webhooks?.counts().lost).toBe(0);
});

const digest = (body: string): string => createHash('sha256').update(body).digest('hex');

/** As the screening tool signs; `sent` when another body goes out than was signed. */
function deliver(payload: unknown, at = Date.now(), sent?: string, id = `msg_${randomUUID()}`) {
  const body = JSON.stringify(payload);
  const seconds = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', Buffer.alloc(24, 5)).update(`${id}.${seconds}.${body}`).digest('base64');
  return api.request('/hooks/screening', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${signature}`,
    },
    body: sent ?? body,
  });
}
