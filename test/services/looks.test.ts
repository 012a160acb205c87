// Webhooks that only name a thing: what follows from them is what the system shows when it is read, with a simulated SmartRecruiters.
import { createHmac, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hookRoutes } from '../../src/http/events/hook-routes.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type SmartrecruitersSandbox, startSmartrecruiters } from '../../src/sandbox/smartrecruiters.ts';
import { addConnection, updateConnection } from '../../src/services/connections/manage-connections.ts';
import { replayEvent } from '../../src/services/intake/replay-event.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { erasePerson } from '../../src/services/persons/erase-person.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const actor = { kind: 'cli', id: 'test' } as const;
const wish = { actor, basis: 'consent_withdrawn', reason: 'asked for' } as const;
const secrets = { apiKey: 'key', webhookSecret: 'hush' };
const stages = {
  'active.received': 'NEW',
  'active.triage': 'IN_REVIEW / Résumé review',
  'active.screening': 'IN_REVIEW / Assessment',
  'active.interview': 'INTERVIEW',
  'active.offer': 'OFFERED',
};

let service: TestContext;
let sandbox: SmartrecruitersSandbox;
let server: RunningServer;
let hookUrl: string;
const settings = (more: Record<string, string> = {}) => ({ baseUrl: sandbox.url, stages: { ...stages, ...more } });

beforeEach(async () => {
  service = await createTestContext();
  sandbox = await startSmartrecruiters(secrets);
  const app = hookRoutes(service.context, 'https://interlock.example');
  server = await startServer((request, env) => app.fetch(request, env), '127.0.0.1', 0);
  hookUrl = `${server.url}/hooks/sr`;
  sandbox.webhooks?.target(hookUrl);
  const added = await addConnection(service.context, actor, {
    id: 'sr',
    adapter: 'smartrecruiters',
    settings: settings(),
    scope: { machines: ['application'] },
    secrets,
  });
  expect(added).toEqual({ ok: true });
  service.startEngine();
});
afterEach(async () => {
  await server.stop(500);
  await service[Symbol.asyncDispose]();
  await sandbox.close();
});

const eventsOf = (ref: string) =>
  service.context.database.reports
    .selectFrom('event')
    .select(['id', 'external_id', 'claim_kind', 'claim', 'disposition', 'code'])
    .where('ref_id', '=', ref)
    .orderBy('received_at')
    .orderBy('id')
    .execute();
const endingsOf = async (ref: string) =>
  (await eventsOf(ref)).map((one) => [one.claim ?? 'named', one.disposition, one.code].join(' '));
const subjectOf = (ref: string) =>
  service.context.database.reports
    .selectFrom('subject')
    .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
    .select(['subject.id', 'state', 'person_id'])
    .where('external_id', '=', ref)
    .executeTakeFirst();
const stateIs = (ref: string, state: string) =>
  until(async () => {
    const now = (await subjectOf(ref))?.state;
    if (now !== state) throw new Error(`${now}: ${(await endingsOf(ref)).join(', ')}`);
    return true;
  });
const nothingWaits = (ref: string) =>
  until(async () => (await eventsOf(ref)).every((one) => one.disposition !== 'parked'));
const elementsOf = async (ref: string) =>
  (
    await service.context.database.reports
      .selectFrom('element_value')
      .select('element')
      .where('subject_id', '=', (await subjectOf(ref))?.id ?? '')
      .execute()
  ).map((one) => one.element);

/** A webhook as SmartRecruiters signs it, about something that the sandbox may not have. */
function named(candidate: string, eventName = 'application.status.updated', id: string = randomUUID()) {
  const body = JSON.stringify({ job_id: 'job-1', candidate_id: candidate });
  const signed = ['1700000000', body, id, eventName, 'v201910', ''].join('.');
  const headers = {
    'event-id': id,
    'event-name': eventName,
    'event-version': 'v201910',
    'smartrecruiters-timestamp': '1700000000',
    'smartrecruiters-signature': `v1=${createHmac('sha256', secrets.webhookSecret).update(signed).digest('hex')}`,
  };
  return fetch(hookUrl, { method: 'POST', headers, body });
}

test('a new application is received with whom it is about, although its webhook holds nothing but ids', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  expect((await elementsOf(ref)).sort()).toEqual([
    'application.source',
    'candidate.email',
    'candidate.firstName',
    'candidate.lastName',
    'candidate.phone',
  ]);
  // Whichever was read first: where it was put is what we have, or have just seen there ourselves, and nothing follows from the other.
  const endings = (await endingsOf(ref)).sort();
  expect(endings.slice(2)).toEqual(['named stale read', 'named stale read']);
  expect([
    ['active.received applied ', 'application.received stale already_there'],
    ['active.received echo own_write', 'application.received applied '],
    ['active.received stale already_there', 'application.received applied '],
  ]).toContainEqual(endings.slice(0, 2));
  const { database, vault } = service.context;
  expect(await verifyChain(database.reports, vault)).toMatchObject({ kind: 'intact', transitions: 1 });
});

test('it is not read before the system shows the change to every reader', async () => {
  await named('cand-9', undefined, 'soon');
  const [event] = await service.context.database.reports
    .selectFrom('event')
    .select(['received_at', 'probe_due_at', 'probe_attempt'])
    .where('external_id', '=', 'soon')
    .execute();
  expect(event?.probe_attempt).toBe(0);
  expect((event?.probe_due_at?.getTime() ?? 0) - (event?.received_at.getTime() ?? 0)).toBeGreaterThanOrEqual(990);
});

test('of somebody who was erased nothing is kept, and nothing is read', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  const person = (await subjectOf(ref))?.person_id ?? '';
  expect(await erasePerson(service.context, person, wish)).toMatchObject({ kind: 'erased' });
  sandbox.editByHand(ref, { status: 'INTERVIEW' });
  await until(async () => (await endingsOf(ref)).includes('named refused person_erased'));
  const rows = await service.context.database.reports
    .selectFrom('event')
    .select('payload_ct')
    .where('ref_id', '=', ref)
    .execute();
  expect(rows.filter((row) => row.payload_ct !== null)).toEqual([]);
});

test('an erasure in between ends the waiting', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  const person = (await subjectOf(ref))?.person_id ?? '';
  await service.stopEngine();
  await named(ref.split(':')[0] ?? '', undefined, 'waiting');
  await erasePerson(service.context, person, wish);
  service.startEngine();
  await nothingWaits(ref);
  expect((await endingsOf(ref)).filter((one) => one.startsWith('named'))).toContain('named refused person_erased');
});

test('what the reading shows is what happened, not what the webhook came for', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  sandbox.editByHand(ref, { status: 'IN_REVIEW', subStatus: 'Résumé review' });
  await stateIs(ref, 'active.triage');
  sandbox.editByHand(ref, { status: 'REJECTED', reason: 'reason-14' });
  await stateIs(ref, 'rejected');
  expect(await elementsOf(ref)).toContain('rejection.reason');
});

test('an application that somebody added far along is received, and waits for the steps before it', async () => {
  const ref = sandbox.createApplication({ status: 'INTERVIEW' });
  await stateIs(ref, 'active.received');
  await until(async () => (await endingsOf(ref)).some((one) => one.startsWith('active.interview parked')));
});

test('our own write comes back as its echo', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  const one = intake(ref, 'triage.started');
  await service.context.recorder().record({ ...one, subject: { kind: 'ref', system: 'sr', ref } });
  await until(async () => sandbox.application(ref)?.subStatus === 'Résumé review');
  await until(async () => (await endingsOf(ref)).includes('active.triage echo own_write'));
});

test('the same delivery twice is looked at once', async () => {
  const ref = sandbox.createApplication({ candidateId: 'cand-9' });
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  const before = (await eventsOf(ref)).length;
  const answers = [await named('cand-9', undefined, 'once'), await named('cand-9', undefined, 'once')];
  expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
  await nothingWaits(ref);
  expect((await eventsOf(ref)).length).toBe(before + 2);
});

test('a system that cannot be read now is read later, and nothing is lost meanwhile', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  sandbox.faults.next('error_before', { on: 'read', times: 1 });
  sandbox.editByHand(ref, { status: 'IN_REVIEW', subStatus: 'Résumé review' });
  await until(async () => sandbox.faults.pending() === 0);
  expect((await endingsOf(ref)).filter((one) => one.startsWith('named parked'))).toHaveLength(1);
  await stateIs(ref, 'active.triage');
}, 20_000);

test('a status that no setting names is kept, shown, and read again once it is named', async () => {
  const ref = sandbox.createApplication();
  await stateIs(ref, 'active.received');
  await nothingWaits(ref);
  sandbox.removeSubStatus('IN_REVIEW', 'Résumé review');
  sandbox.removeSubStatus('IN_REVIEW', 'Assessment');
  sandbox.editByHand(ref, { status: 'IN_REVIEW' });
  await until(async () => (await endingsOf(ref)).includes('named quarantined unknown_stage'));
  const unclear = (await eventsOf(ref)).find((one) => one.disposition === 'quarantined')?.id ?? '';
  const incidents = () =>
    service.context.database.reports
      .selectFrom('incident')
      .select(['kind', 'owner', 'settled_at'])
      .where('event_id', '=', unclear)
      .execute();
  expect(await incidents()).toEqual([{ kind: 'quarantined_event', owner: 'integration', settled_at: null }]);
  expect((await subjectOf(ref))?.state).toBe('active.received');

  const mended = await updateConnection(service.context, actor, 'sr', {
    settings: settings({ 'active.triage': 'IN_REVIEW' }),
  });
  expect(mended).toMatchObject({ ok: true });
  expect(await replayEvent(service.context, unclear, { actor })).toMatchObject({ kind: 'replayed' });
  await stateIs(ref, 'active.triage');
  expect((await incidents())[0]?.settled_at).not.toBeNull();
});

test('what the system does not have any more harms nobody', async () => {
  expect((await named('nobody')).status).toBe(202);
  await until(async () => (await endingsOf('nobody:job-1')).join() === 'named stale missing_in_target');
});

test('activating a subscription proves the address before anything is signed', async () => {
  expect(await sandbox.activate(hookUrl)).toBe(true);
  expect(await sandbox.activate(`${server.url}/hooks/nobody`)).toBe(false);
  expect(await service.context.database.reports.selectFrom('event').select('id').execute()).toEqual([]);
});
