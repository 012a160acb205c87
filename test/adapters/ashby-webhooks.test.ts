// Ashby's webhooks, as the simulator sends them: what each says, and that one act is told of in several.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ashby } from '../../src/adapters/ashby/index.ts';
import { ashbySettings } from '../../src/adapters/ashby/settings.ts';
import type { InboundRequest, TranslatedEvent, Translation } from '../../src/adapters/port.ts';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { captureWebhooks, type WebhookCapture } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('ashby');

const secrets = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };
const reasons = {
  lacksSkills: 'a0000000-0000-4000-8000-000000000001',
  withdrew: 'a0000000-0000-4000-8000-000000000002',
  duplicate: 'a0000000-0000-4000-8000-000000000003',
};
const settings = ashbySettings.parse({
  stages: {
    'active.received': 'Application Review',
    'active.triage': 'Application Review',
    'active.screening': 'Assessment',
    'active.offer': 'Offer',
  },
  sameAs: { Debrief: 'Offer' },
  archiveReasons: { rejected: [reasons.lacksSkills] },
});

let sandbox: AshbySandbox;
let capture: WebhookCapture;
beforeAll(async () => {
  capture = await captureWebhooks(200);
});
afterAll(() => capture.close());
beforeEach(async () => {
  sandbox = await startAshby({
    ...secrets,
    stages: ['Application Review', 'Assessment', 'Interview', 'Debrief', 'Offer'],
  });
  sandbox.createJob('Engineer');
  sandbox.webhooks?.target(capture.url);
});
afterEach(async () => {
  await sandbox.close();
  capture.requests.length = 0;
});

const sent = async (): Promise<InboundRequest[]> => {
  await sandbox.webhooks?.drain();
  return capture.requests.splice(0);
};
const bodyOf = (request: InboundRequest): { action: string; webhookActionId: string } =>
  JSON.parse(Buffer.from(request.body).toString());
const translate = (payload: unknown): Translation[] =>
  ashby.translate(payload, { connection: 'ashby', mapping, settings, headers: {}, receivedAt: 1_700_000_000_000 });
const said = async (): Promise<Translation[]> =>
  (await sent())
    .map(bodyOf)
    .sort((a, b) => a.action.localeCompare(b.action))
    .flatMap(translate);
/** Of an application that arrived before, and was told of. */
async function applicant(stage?: string): Promise<string> {
  const ref = sandbox.createApplication(stage === undefined ? {} : { stage });
  await sent();
  return ref;
}
const ignored = { kind: 'ignored', reason: 'details_changed' };

test('an application that was submitted says whose it is', async () => {
  const ref = sandbox.createApplication();
  const one = sandbox.application(ref);
  expect(await said()).toEqual([
    {
      kind: 'event',
      machine: 'application',
      ref,
      requisition: one?.job.id,
      claim: { kind: 'event', type: 'application.received' },
      occurredAt: one?.createdAt,
      externalId: expect.stringMatching(/^[0-9a-f-]{36}\.applicationSubmit\.[0-9a-f-]{36}$/),
      data: {
        // Made-up family names are in one piece.
        'candidate.firstName': one?.person.firstName,
        'candidate.lastName': one?.person.lastName,
        'candidate.email': one?.person.email,
        'candidate.phone': one?.person.phone,
        'application.source': 'LinkedIn',
        'application.appliedAt': one?.createdAt,
      },
    },
  ]);
});

test('an application may begin anywhere', async () => {
  const begun = async (stage: string) => {
    const ref = sandbox.createApplication({ stage });
    return { ref, events: await said() };
  };
  const interviewed = await begun('Assessment');
  expect(interviewed.events).toMatchObject([
    { ref: interviewed.ref, claim: { kind: 'event', type: 'application.received' } },
    { ref: interviewed.ref, claim: { kind: 'stage', targets: ['active.screening'] } },
  ]);
  const ids = interviewed.events.flatMap((one) => (one.kind === 'event' ? [one.externalId] : []));
  expect(new Set(ids).size).toBe(2);
  expect((await begun('Interview')).events).toMatchObject([
    { claim: { type: 'application.received' } },
    { kind: 'quarantined', reason: 'unknown_stage', externalId: expect.stringMatching(/\.1$/) },
  ]);
});

test('a stage that stands for the same as another says the same', async () => {
  const ref = await applicant('Assessment');
  sandbox.editByHand(ref, { kind: 'move', stage: 'Debrief' });
  expect(await said()).toMatchObject([ignored, { ref, claim: { kind: 'stage', targets: ['active.offer'] } }]);
});

test('a move comes twice, and is said once, with all states that share the stage', async () => {
  const ref = await applicant('Assessment');
  sandbox.editByHand(ref, { kind: 'move', stage: 'Application Review' });
  expect(await said()).toMatchObject([
    ignored,
    {
      ref,
      claim: { kind: 'stage', targets: ['active.received', 'active.triage'] },
      occurredAt: sandbox.application(ref)?.updatedAt,
    },
  ]);
});

test('a hire comes three times, under one id of the act, and all that is said is that they are hired', async () => {
  const ref = await applicant('Offer');
  sandbox.editByHand(ref, { kind: 'offer', change: { startDate: '2030-02-01' } });
  await sent();
  sandbox.editByHand(ref, { kind: 'hire' });
  const bodies = (await sent()).map(bodyOf).sort((a, b) => a.action.localeCompare(b.action));
  expect(bodies.map((body) => body.action)).toEqual(['applicationUpdate', 'candidateHire', 'candidateStageChange']);
  expect(new Set(bodies.map((body) => body.webhookActionId)).size).toBe(1);
  const claim = { kind: 'stage', targets: ['hired'] };
  const events = bodies.flatMap(translate);
  expect(events).toMatchObject([ignored, { ref, claim, data: { 'offer.startDate': '2030-02-01' } }, { ref, claim }]);
  const ids = events.flatMap((one) => (one.kind === 'event' ? [one.externalId] : []));
  expect(new Set(ids).size).toBe(2);
});

test('one act on many is one event for each of them', async () => {
  const refs = [await applicant(), await applicant(), await applicant()];
  sandbox.editTogether(refs, { kind: 'move', stage: 'Assessment' });
  const requests = await sent();
  expect(new Set(requests.map((one) => bodyOf(one).webhookActionId)).size).toBe(1);
  const events = requests.flatMap((one) => translate(bodyOf(one))).filter((one) => one.kind === 'event');
  expect(events.map((one) => one.ref).sort()).toEqual([...refs].sort());
  expect(new Set(events.map((one) => one.externalId)).size).toBe(3);
});

test('a repetition has the id of the first', async () => {
  const ref = await applicant();
  sandbox.webhooks?.tune({ duplicates: 1 });
  sandbox.editByHand(ref, { kind: 'move', stage: 'Assessment' });
  const events = (await sent()).flatMap((one) => translate(bodyOf(one))).filter((one) => one.kind === 'event');
  expect(events).toHaveLength(2);
  expect(new Set(events.map((one) => one.externalId)).size).toBe(1);
});

test.each([
  [reasons.lacksSkills, 'rejected', { 'rejection.reason': 'Lacks Skills/Qualifications' }],
  [reasons.withdrew, 'withdrawn', { 'withdrawal.reason': 'Withdrew' }],
])('archived because of %s is %s, with the reason', async (reason, target, data) => {
  const ref = await applicant();
  sandbox.editByHand(ref, { kind: 'archive', reason });
  expect(await said()).toMatchObject([ignored, { ref, claim: { kind: 'stage', targets: [target] }, data }]);
});

test('what the settings do not say is quarantined, never guessed', async () => {
  const ref = await applicant();
  sandbox.editByHand(ref, { kind: 'archive', reason: reasons.duplicate });
  expect(await said()).toMatchObject([
    ignored,
    { kind: 'quarantined', reason: 'unknown_archive_reason', detail: expect.stringContaining(reasons.duplicate) },
  ]);
  sandbox.editByHand(ref, { kind: 'move', stage: 'Interview' });
  expect(await said()).toMatchObject([
    ignored,
    { kind: 'quarantined', reason: 'unknown_stage', detail: expect.stringContaining('"Interview"') },
  ]);
});

test('an offer on its way', async () => {
  const ref = await applicant('Offer');
  const types = async (change: Parameters<AshbySandbox['editByHand']>[1]) => {
    sandbox.editByHand(ref, change);
    return (await said()).map((one) => (one.kind === 'event' && 'type' in one.claim ? one.claim.type : one));
  };
  const offer = (change: Extract<Parameters<AshbySandbox['editByHand']>[1], { kind: 'offer' }>['change']) =>
    types({ kind: 'offer', change });
  expect(await offer({})).toEqual(['offer.drafted']);
  expect(await offer({ offerStatus: 'WaitingOnOfferApproval' })).toEqual([ignored]);
  expect(await offer({ approved: true })).toEqual(['offer.approved']);
  expect(await offer({ offerStatus: 'WaitingOnCandidateResponse' })).toEqual(['offer.approved', 'offer.extended']);
  expect(await offer({ offerStatus: 'CandidateRejected' })).toEqual(['offer.declined']);
  expect(await offer({ offerStatus: 'OfferCancelled' })).toEqual([{ kind: 'ignored', reason: 'offer_cancelled' }]);
  const decidedAt = '2030-01-02T03:04:05.000Z';
  sandbox.editByHand(ref, { kind: 'offer', change: { offerStatus: 'CandidateAccepted', decidedAt } });
  expect(await said()).toMatchObject([
    {
      ref,
      claim: { kind: 'event', type: 'offer.accepted' },
      occurredAt: decidedAt,
      data: { 'offer.startDate': '2030-01-07' },
    },
  ]);
});

test('several statements of one webhook have ids of their own', async () => {
  const ref = await applicant('Offer');
  sandbox.editByHand(ref, { kind: 'offer', change: { offerStatus: 'WaitingOnCandidateResponse' } });
  const events = (await said()) as TranslatedEvent[];
  expect(events.map(({ claim }) => 'type' in claim && claim.type)).toEqual([
    'offer.drafted',
    'offer.approved',
    'offer.extended',
  ]);
  expect(new Set(events.map((one) => one.externalId)).size).toBe(3);
});

test('a job from its draft to its end', async () => {
  const job = sandbox.createJob('Designer', 'Draft');
  const said_ = async () =>
    (await said()).map((one) => (one.kind === 'event' && 'type' in one.claim ? one.claim.type : one));
  expect(await said_()).toEqual(['requisition.drafted']);
  sandbox.setJobStatus(job.id, 'Open');
  expect(await said_()).toEqual(['requisition.submitted', 'requisition.approved', 'requisition.opened']);
  sandbox.setJobStatus(job.id, 'Closed');
  expect(await said_()).toEqual([{ kind: 'ignored', reason: 'job_closed' }]);
  sandbox.createJob('Writer');
  expect(await said_()).toEqual(['requisition.opened']);
});

test.each([
  ['ping', { webhookActionType: 'ping' }, 'ping'],
  ['candidateMerge', {}, 'details_changed'],
  ['candidateDelete', {}, 'deleted_in_target'],
  ['interviewScheduleCreate', {}, 'interview_details'],
  ['pushToHRIS', {}, 'hris_push'],
  ['somethingNew', {}, 'unknown_action'],
  ['candidateStageChange', { application: { id: 'a' } }, 'no_stage'],
  ['candidateStageChange', {}, 'not_understood'],
  ['candidateHire', { application: {} }, 'not_understood'],
  ['offerUpdate', { offer: { id: 'o' } }, 'not_understood'],
])('%s with %j: %s', async (action, data, reason) => {
  sandbox.report(action, data);
  const [request] = (await sent()) as [InboundRequest];
  expect(ashby.verify(request, [secrets], settings)).toEqual({ ok: true });
  expect(translate(bodyOf(request))).toMatchObject([{ reason }]);
});

test('a webhook without an id of the act has one made of what it says', async () => {
  const ref = await applicant();
  sandbox.editByHand(ref, { kind: 'move', stage: 'Assessment' });
  const [body] = (await sent()).map(bodyOf).filter((one) => one.action === 'candidateStageChange');
  const { webhookActionId: _, ...without } = body as { webhookActionId: string };
  const [one, again] = [translate(without)[0], translate(without)[0]] as TranslatedEvent[];
  expect(one?.externalId).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(again?.externalId).toBe(one?.externalId);
});

test.each([['sha256=zz'], ['sha1=0000'], ['']])('the signature "%s" is refused', async (signature) => {
  sandbox.createApplication();
  const [request] = (await sent()) as [InboundRequest];
  const headers = { ...request.headers, 'ashby-signature': signature };
  expect(ashby.verify({ ...request, headers }, [secrets], settings).ok).toBe(false);
});
