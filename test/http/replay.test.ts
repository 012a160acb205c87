// Replaying quarantined webhooks: once the mapping is mended they count, once; before that nothing is recorded.
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileDictionary } from '../../src/core/dictionary/dictionary.ts';
import { documentOf } from '../../src/core/dictionary/document-source.ts';
import { addConnection, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { replayEvent } from '../../src/services/intake/replay-event.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { type Api, type ApiClient, by, openApi } from '../support/api.ts';
import { onDatabase } from '../support/command-line.ts';
import { secrets } from '../support/hiring-office.ts';

const settings = {
  baseUrl: 'http://127.0.0.1:9',
  authUrl: 'http://127.0.0.1:9',
  stages: { 'active.received': 'Application Review' },
  rejectionReasonId: 14,
  allowCandidateEmails: true,
};
const mended = { ...settings, stages: { ...settings.stages, 'active.triage': 'Triage' } };
let api: Api;
let operator: ApiClient;
let applications = 100;
beforeAll(async () => {
  api = await openApi();
  operator = await api.client('operator', 'incidents:manage', 'events:read');
  const scope = {};
  for (const id of ['greenhouse', 'gone']) {
    const added = await addConnection(api.service.context, by.actor, {
      id,
      adapter: 'greenhouse',
      settings,
      scope,
      secrets,
    });
    expect(added).toEqual({ ok: true });
  }
});
afterAll(async () => api[Symbol.asyncDispose]());
beforeEach(() => map(settings));

const reports = () => api.service.context.database.reports;
const map = async (wish: typeof settings): Promise<void> => {
  expect(await updateConnection(api.service.context, by.actor, 'greenhouse', { settings: wish })).toEqual({ ok: true });
};
const replay = (id: string) => operator.send('POST', `/v1/events/${id}/replay`, undefined);
const eventCount = async (): Promise<number> => (await reports().selectFrom('event').select('id').execute()).length;
const eventCalled = (externalId: string) =>
  reports().selectFrom('event').selectAll().where('external_id', '=', externalId).executeTakeFirst();
const incidentOf = (event: string) =>
  reports().selectFrom('incident').select(['kind', 'settled_by', 'resolution']).where('event_id', '=', event).execute();
const auditOf = (event: string) =>
  reports()
    .selectFrom('audit')
    .select(['actor_kind', 'actor_id', 'action', 'detail'])
    .where('object_id', '=', event)
    .orderBy('id')
    .execute();
const stateOf = async (ref: number) =>
  reports()
    .selectFrom('subject_ref')
    .innerJoin('subject', 'subject.id', 'subject_ref.subject_id')
    .select(['state', 'version'])
    .where('external_id', '=', String(ref))
    .where('system', '=', 'greenhouse')
    .executeTakeFirst();

async function deliver(payload: unknown, connection = 'greenhouse'): Promise<string> {
  const id = randomUUID();
  const body = JSON.stringify(payload);
  const signature = `sha256 ${createHmac('sha256', secrets.webhookSecret).update(body).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'greenhouse-event-id': id, signature };
  expect((await api.request(`/hooks/${connection}`, { method: 'POST', headers, body })).status).toBe(200);
  return id;
}

/** An application that Greenhouse moved to a stage which is mapped to nothing: its id there, and the quarantined event. */
async function inUnknownStage(connection = 'greenhouse'): Promise<{ ref: number; delivery: string; event: string }> {
  applications += 1;
  const ref = applications;
  const at = new Date(Date.now() - 60_000).toISOString();
  const about = (application: object) => ({ application: { id: ref, last_activity_at: at, ...application } });
  await deliver({ action: 'new_candidate_application', payload: about({ applied_at: at }) }, connection);
  const moved = { action: 'candidate_stage_change', payload: about({ current_stage: { name: 'Triage' } }) };
  const delivery = await deliver(moved, connection);
  const event = await eventCalled(delivery);
  expect(event).toMatchObject({ disposition: 'quarantined', code: 'unknown_stage' });
  return { ref, delivery, event: event?.id ?? '' };
}

test('a mended mapping: the transition is applied, the incident settled, and the replay is on record', async () => {
  const { ref, delivery, event } = await inUnknownStage();
  await map(mended);
  const answer = await replay(event);
  expect(answer).toMatchObject({
    status: 200,
    body: { event, recorded: [{ disposition: 'applied', version: 2, original: null }], ignored: [] },
  });
  expect(await stateOf(ref)).toEqual({ state: 'active.triage', version: 2 });
  const [recorded] = answer.body.recorded;
  expect(await eventCalled(`${delivery}~replayed-1`)).toMatchObject({
    id: recorded.event,
    source: 'connection:greenhouse',
    by_kind: 'ats',
    ref_id: String(ref),
  });
  expect((await operator.get(recorded.proof)).body).toMatchObject({ disposition: 'applied', claim: 'active.triage' });
  expect(await eventCalled(delivery)).toMatchObject({ id: event, disposition: 'quarantined' });
  expect(await incidentOf(event)).toEqual([
    { kind: 'quarantined_event', settled_by: `client:${operator.id}`, resolution: 'replayed' },
  ]);
  expect(await auditOf(event)).toEqual([
    {
      actor_kind: 'client',
      actor_id: operator.id,
      action: 'event.replayed',
      detail: { connection: 'greenhouse', recorded: [{ event: recorded.event, disposition: 'applied' }] },
    },
  ]);
  expect(await compareCounts(reports())).toEqual([]);
});

test('a second replay is a duplicate, under another mapping too', async () => {
  const { ref, event } = await inUnknownStage();
  await map(mended);
  const [first] = (await replay(event)).body.recorded;
  const before = await eventCount();
  await map({ ...settings, stages: { 'active.screening': 'Triage' } } as never);
  expect((await replay(event)).body.recorded).toMatchObject([
    { event: first.event, disposition: 'duplicate', code: 'same_id', original: 'applied' },
  ]);
  expect(await eventCount()).toBe(before);
  expect(await stateOf(ref)).toEqual({ state: 'active.triage', version: 2 });
  expect(await incidentOf(first.event)).toEqual([]);
  expect((await auditOf(event)).map((one) => one.action)).toEqual(['event.replayed', 'event.replayed']);
});

test('two replays at once apply it once', async () => {
  const { ref, event } = await inUnknownStage();
  await map(mended);
  const answers = await Promise.all([replay(event), replay(event)]);
  expect(answers.map((one) => one.body.recorded[0].disposition).sort()).toEqual(['applied', 'duplicate']);
  expect(await stateOf(ref)).toEqual({ state: 'active.triage', version: 2 });
});

test('what is still not understood is said, and nothing is recorded', async () => {
  const { ref, event } = await inUnknownStage();
  const before = await eventCount();
  const answer = await replay(event);
  expect(answer).toMatchObject({ status: 409, body: { code: 'still_quarantined', reason: 'unknown_stage' } });
  expect(answer.body.detail).toContain('"Triage" is mapped to no state');
  expect(await eventCount()).toBe(before);
  expect(await stateOf(ref)).toEqual({ state: 'active.received', version: 1 });
  expect(await incidentOf(event)).toMatchObject([{ resolution: null }]);
  expect(await auditOf(event)).toEqual([]);
});

test('what cannot be replayed is refused with its reason', async () => {
  const { ref, event } = await inUnknownStage('gone');
  const applied = await reports()
    .selectFrom('event')
    .select('id')
    .where('ref_id', '=', String(ref))
    .executeTakeFirstOrThrow();
  expect(await replay(applied.id)).toMatchObject({
    status: 409,
    body: { code: 'not_quarantined', disposition: 'applied' },
  });
  await updateConnection(api.service.context, by.actor, 'gone', { status: 'removed' });
  expect(await replay(event)).toMatchObject({ status: 409, body: { code: 'connection_removed' } });
  expect(await replay('evt_01j9zc8m3vf2xr7w5q0t4k6hbe')).toMatchObject({
    status: 404,
    body: { code: 'no_such_event' },
  });
  expect(await replay('evt_nobody')).toMatchObject({ status: 422, body: { code: 'invalid' } });
  const reader = await api.client('operator', 'incidents:read');
  expect(await reader.send('POST', `/v1/events/${event}/replay`, undefined)).toMatchObject({
    status: 403,
    body: { code: 'insufficient_scope' },
  });
});

test('of a payload that says several things, what was understood at the time is not said again', async () => {
  const { context } = api.service;
  const added = await addConnection(context, by.actor, {
    id: 'bamboohr',
    adapter: 'bamboohr',
    settings: { companyDomain: 'acme', baseUrl: settings.baseUrl, keyField: 'customKey', trackOnboarding: true },
    scope: {},
    secrets: { apiKey: 'key', webhookPrivateKey: 'private' },
  });
  expect(added).toEqual({ ok: true });
  const started = (id: number, employeeNumber: string) => ({
    id,
    timestamp: new Date().toISOString(),
    changedFields: ['employmentHistoryStatus'],
    fields: { employmentHistoryStatus: 'Full-Time', employeeNumber },
  });
  const body = JSON.stringify({ employees: [started(1, '1001'), started(2, 'x'.repeat(150))] });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', 'private').update(`${body}${timestamp}`).digest('hex');
  const headers = { 'x-bamboohr-signature': signature, 'x-bamboohr-timestamp': timestamp };
  expect((await api.request('/hooks/bamboohr', { method: 'POST', headers, body })).status).toBe(200);
  const of = () => reports().selectFrom('event').selectAll().where('source', '=', 'connection:bamboohr').execute();
  const quarantined = (await of()).find((one) => one.disposition === 'quarantined');
  expect(quarantined).toMatchObject({ code: 'too_long' });

  // The next release of the dictionary allows longer numbers.
  const read = (name: string) => parse(readFileSync(new URL(`../../dictionary/${name}.yaml`, import.meta.url), 'utf8'));
  const elements = read('elements');
  elements.elements['onboarding.employeeNumber'].maxLength = 200;
  const released = {
    ...context,
    dictionary: compileDictionary({
      elements: documentOf('elements', elements),
      events: documentOf('events', read('events')),
    }),
  };
  expect(await replayEvent(released, quarantined?.id ?? '', by)).toMatchObject({
    kind: 'replayed',
    recorded: [{ disposition: 'parked' }],
    ignored: ['already_recorded'],
  });
  // The quarantined one and its replay name the same.
  expect((await of()).map((one) => one.ref_id).sort()).toEqual(['1', '2', '2']);
});

test('what was erased cannot be read any more', async () => {
  const { event } = await inUnknownStage();
  await map(mended);
  const { person_id: person } = await reports()
    .selectFrom('event')
    .select('person_id')
    .where('id', '=', event)
    .executeTakeFirstOrThrow();
  const { database, vault } = api.service.context;
  await database.engine
    .updateTable('person')
    .set({ data_key: null, commit_key: null, erased_at: new Date().toISOString() } as never)
    .where('id', '=', person)
    .execute();
  vault.forget(person as `per_${string}`);
  expect(await replay(event)).toMatchObject({ status: 409, body: { code: 'erased' } });
});

test('on the command line: refused until the mapping is mended, then replayed', async () => {
  const interlock = onDatabase(api.service.connectionString);
  const { ref, event } = await inUnknownStage();
  const refused = await interlock('event', 'replay', event, '--json');
  expect([refused.exitCode, JSON.parse(refused.stdout).error.code]).toEqual([1, 'still_quarantined']);
  await map(mended);
  const replayed = await interlock('event', 'replay', event);
  expect([replayed.exitCode, replayed.stdout]).toEqual([0, expect.stringContaining('applied')]);
  expect(await stateOf(ref)).toMatchObject({ state: 'active.triage' });
  expect(await auditOf(event)).toMatchObject([{ actor_kind: 'cli', action: 'event.replayed' }]);
  expect((await interlock('event', 'replay', 'evt_nobody', '--json')).stdout).toContain('"unknown_event"');
});

test('several at once: each has its own result, and what cannot be replayed keeps nobody else from it', async () => {
  const [one, other] = [await inUnknownStage(), await inUnknownStage()];
  const many = (body: unknown) => operator.send('POST', '/v1/events/replay', body);
  const nobody = one.event.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  expect(await many({ events: [one.event, nobody] })).toMatchObject({
    status: 200,
    body: {
      results: [
        { event: one.event, replayed: false, code: 'still_quarantined', recorded: [] },
        { event: nobody, replayed: false, code: 'no_such_event' },
      ],
      more: false,
    },
  });
  await map(mended);
  const window = { from: new Date(Date.now() - 3_600_000).toISOString() };
  expect((await many({ matching: { ...window, stage: 'Elsewhere' } })).body).toEqual({ results: [], more: false });
  const { body } = await many({ matching: { ...window, connection: 'greenhouse', stage: 'Triage' } });
  const done = body.results.filter((each: { event: string }) => [one.event, other.event].includes(each.event));
  expect(done).toMatchObject([
    { event: one.event, replayed: true, code: null, recorded: [{ disposition: 'applied', version: 2 }] },
    { event: other.event, replayed: true, recorded: [{ disposition: 'applied' }] },
  ]);
  expect(await stateOf(other.ref)).toEqual({ state: 'active.triage', version: 2 });
  // What was replayed once is not found again; by its id it is a duplicate.
  const again = await many({ matching: { ...window, stage: 'Triage' } });
  expect(JSON.stringify(again.body)).not.toContain(one.event);
  expect((await many({ events: [one.event] })).body.results).toMatchObject([
    { replayed: true, recorded: [{ disposition: 'duplicate', original: 'applied' }] },
  ]);
  expect(await auditOf(other.event)).toMatchObject([{ action: 'event.replayed', actor_id: operator.id }]);
});

test.each([
  [{ events: [] }, 422],
  [{ events: ['x'] }, 422],
  [{}, 422],
  [{ matching: { state: 'x' } }, 422],
  [{ events: ['evt_01j9zc8m3vf2xr7w5q0t4k6hbe'], matching: {} }, 422],
])('%j answers %d', async (body, status) =>
  expect((await operator.send('POST', '/v1/events/replay', body)).status).toBe(status),
);

test('replaying several takes the same scope as replaying one', async () => {
  const reader = await api.client('operator', 'events:read');
  expect((await reader.send('POST', '/v1/events/replay', { matching: {} })).status).toBe(403);
});
