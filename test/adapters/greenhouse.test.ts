// Greenhouse: the adapter contract on the simulator, every recorded webhook, and what is Greenhouse's own.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { greenhouse } from '../../src/adapters/greenhouse/index.ts';
import { type GreenhouseSettings, targetOf } from '../../src/adapters/greenhouse/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { TranslateContext, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { stageOf, statesOfStage } from '../../src/adapters/stage-map.ts';
import { greenhouseBench, secrets, settingsFor, stages } from '../../src/certify/benches/greenhouse.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(greenhouseBench);

describe('writes of its own', () => {
  let sandbox: GreenhouseSandbox;
  let http: OwnedVendorHttp;
  const context = (more: Record<string, unknown> = {}): VendorContext<GreenhouseSettings> => ({
    connection: 'greenhouse-test',
    settings: settingsFor(sandbox.url, more),
    mapping: mappingOf('greenhouse'),
    secrets,
    http,
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, more?: Record<string, unknown>) =>
    (await greenhouse.apply(work, context(more))).outcome;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    sandbox = await startGreenhouse(secrets);
  });
  afterEach(() => sandbox.close());

  test('a rejection uses the configured reason', async () => {
    const ref = sandbox.createApplication();
    expect(await apply(workOn(ref, { targetState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)).toMatchObject({ status: 'rejected', rejectionReason: { id: 14 } });
  });

  test('a withdrawal is a rejection with its own reason, and reads back as a withdrawal', async () => {
    const ref = sandbox.createApplication();
    expect(await apply(workOn(ref, { targetState: 'withdrawn' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)?.rejectionReason?.id).toBe(27);
    expect(await greenhouse.read(ref, context())).toMatchObject({ stage: 'rejected', state: 'withdrawn' });
    expect(await apply(workOn(ref, { targetState: 'withdrawn' }))).toEqual({ kind: 'confirmed_already' });
    expect(await apply(workOn(ref, { targetState: 'rejected', previousState: 'withdrawn' }))).toEqual({
      kind: 'refused',
      reason: 'rejected_in_target',
    });
  });

  test('a reopened application is unrejected and moved', async () => {
    const ref = sandbox.createApplication();
    sandbox.editByHand(ref, { kind: 'reject' });
    expect(await apply(workOn(ref, { previousState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)).toMatchObject({ status: 'in_process', stage: { name: 'Assessment' } });
  });

  test('an unrejection that was done before the connection broke is finished, not taken for a conflict', async () => {
    const ref = sandbox.createApplication();
    sandbox.editByHand(ref, { kind: 'reject' });
    const work = workOn(ref, { previousState: 'rejected' });
    sandbox.faults.next('save_then_hang');
    expect((await apply(work)).kind).toBe('ambiguous');
    expect(sandbox.application(ref)?.status).toBe('in_process');
    expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed' });
  });

  test('a stage that only some jobs have is written in those, and nothing at all is in the others', async () => {
    const [some, other] = [
      sandbox.createJob('Engineer', 'open', ['Application Review', 'Assessment', 'Offer']),
      sandbox.createJob('Writer', 'open', ['Application Review', 'Interview', 'Offer']),
    ];
    const [there, lacking] = [some, other].map(({ id }) => sandbox.createApplication({ jobId: id })) as [
      string,
      string,
    ];
    // Nothing is missing for the account as a whole, so nobody's writes are held.
    const offered = (await greenhouse.catalogue?.(context()))?.stages?.map((one) => one.name);
    expect(offered).toEqual(expect.arrayContaining(['Assessment', 'Interview']));
    expect(await apply(workOn(lacking))).toEqual({ kind: 'refused', reason: 'stage_not_found' });
    expect(await apply(workOn(there))).toEqual({ kind: 'confirmed' });
    const on = { targetState: 'active.offer.drafted', previousState: 'active.received' };
    expect(await apply(workOn(lacking, on))).toEqual({ kind: 'confirmed' });
    expect(sandbox.log.entries(lacking).filter((one) => one.by === 'api')).toHaveLength(1);
    expect(sandbox.application(lacking)?.stage?.name).toBe('Offer');
  });

  test('a hire carries the start date and cannot be undone', async () => {
    const ref = sandbox.createApplication({ stage: 'Offer' });
    sandbox.editByHand(ref, { kind: 'draft_offer', startsOn: '2030-01-07' });
    const work = workOn(ref, {
      targetState: 'hired',
      previousState: 'active.offer.accepted',
      elements: { 'offer.startDate': '2030-02-01' },
    });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)).toMatchObject({ status: 'hired', offer: { startsOn: '2030-02-01' } });
    expect(await apply(workOn(ref, { targetState: 'active.offer.accepted', previousState: 'hired' }))).toEqual({
      kind: 'refused',
      reason: 'hired_in_target',
    });
  });

  test('mapped elements are written with the move, and count for being shown', async () => {
    const ref = sandbox.createApplication();
    const work = workOn(ref, { elements: { 'screening.score': 87 } });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)?.customFields).toEqual({ screening_score: 87 });
    expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed_already' });
    expect(await apply({ ...work, elements: { 'screening.score': 90 }, previousState: 'active.screening' })).toEqual({
      kind: 'confirmed',
    });
    expect(sandbox.application(ref)?.customFields).toEqual({ screening_score: 90 });
    expect(sandbox.log.entries(ref).filter((entry) => entry.from !== entry.to)).toHaveLength(2);
  });

  test('a field that was accepted and not saved is not confirmed', async () => {
    const ref = sandbox.createApplication();
    const work = workOn(ref, { elements: { 'screening.score': 87 } });
    sandbox.faults.next('save_nothing');
    expect((await apply(work)).kind).toBe('accepted');
    expect((await greenhouse.confirm(work, context())).outcome).toEqual({
      kind: 'contradicted',
      seen: 'active.screening',
    });
  });

  test('a field that does not exist is refused and moves nobody', async () => {
    const ref = sandbox.createApplication();
    const outcome = await apply(workOn(ref, { elements: { 'screening.score': 87 } }), {
      fields: { 'screening.score': 'no_such_field' },
    });
    expect(outcome).toEqual({ kind: 'refused', reason: 'custom_field_refused' });
    expect(sandbox.application(ref)?.stage.name).toBe('Application Review');
  });

  test('a field with a scale of its own gets its own words, and what lies between two steps is refused, not rounded', async () => {
    const ref = sandbox.createApplication();
    const scale = { field: 'screening_score', codec: 'score', with: { min: 1, max: 5, step: 1, better: 'higher' } };
    const stars = { fields: { 'screening.score': scale } };
    const work = workOn(ref, { elements: { 'screening.score': 75 } });
    expect(await apply(work, stars)).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)?.customFields).toEqual({ screening_score: 4 });
    expect(await apply(work, stars)).toEqual({ kind: 'confirmed_already' });
    const between = workOn(ref, { elements: { 'screening.score': 80 } });
    expect(await apply(between, stars)).toEqual({ kind: 'refused', reason: 'value_not_writable' });
    expect(() =>
      settingsFor('https://gh.example', { fields: { 'screening.score': { ...scale, with: {} } } }),
    ).toThrow();
  });

  test('a field that could not be written holds the move back', async () => {
    const ref = sandbox.createApplication();
    const work = workOn(ref, { elements: { 'screening.score': 87 } });
    sandbox.faults.next('error_before');
    expect((await apply(work)).kind).toBe('ambiguous');
    expect(sandbox.application(ref)).toMatchObject({ stage: { name: 'Application Review' }, customFields: {} });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
  });

  test('a stage that was renamed less than a minute after it was read is found under its new name', async () => {
    const before = sandbox.createApplication();
    await apply(workOn(before));
    sandbox.renameStage('Assessment', 'Skills check');
    expect(await greenhouse.read(before, context())).toMatchObject({ stage: 'Skills check', state: null });
    const ref = sandbox.createApplication();
    expect(await apply(workOn(ref), { stages: { ...stages, 'active.screening': 'Skills check' } })).toEqual({
      kind: 'confirmed',
    });
  });

  test('a move by hand between our read and our write is a conflict', async () => {
    const ref = sandbox.createApplication();
    const racing: VendorContext<GreenhouseSettings> = {
      ...context(),
      http: {
        request(request, signal) {
          if (request.url.endsWith('/move')) sandbox.editByHand(ref, { kind: 'move', stage: 'Interview' });
          return http.request(request, signal);
        },
      },
    };
    expect(await greenhouse.apply(workOn(ref), racing)).toEqual({
      outcome: { kind: 'conflict', seen: 'active.interview' },
      httpStatus: 422,
      precondition: 'compare_and_set',
    });
    expect(sandbox.application(ref)?.stage.name).toBe('Interview');
  });

  test('wrong credentials are unauthorised', async () => {
    const wrong = { ...context(), secrets: { ...secrets, clientSecret: 'wrong' } };
    expect((await greenhouse.apply(workOn(sandbox.createApplication()), wrong)).outcome).toEqual({
      kind: 'unauthorised',
    });
  });

  test('calls at the same time share one token, and one renewal of it', async () => {
    let asked = 0;
    const counting: VendorContext<GreenhouseSettings> = {
      ...context(),
      http: {
        request(request, signal) {
          if (request.url.endsWith('/token')) asked += 1;
          return http.request(request, signal);
        },
      },
    };
    const refs = Array.from({ length: 8 }, () => sandbox.createApplication());
    const move = (targetState: string, previousState: string) =>
      Promise.all(
        refs.map(
          async (ref) => (await greenhouse.apply(workOn(ref, { targetState, previousState }), counting)).outcome,
        ),
      );
    expect(await move('active.screening.invited', 'active.received')).toEqual(refs.map(() => ({ kind: 'confirmed' })));
    expect(asked).toBe(1);
    sandbox.revokeTokens();
    expect(await move('active.interview.to_schedule', 'active.screening')).toEqual(
      refs.map(() => ({ kind: 'confirmed' })),
    );
    expect(asked).toBe(2);
  });

  test('a token ends when the vendor says so, whose clock may be another than ours', async () => {
    let asked = 0;
    const theirs = Date.now() - 3_600_000;
    const behind: VendorContext<GreenhouseSettings> = {
      ...context({ actingUserId: 7 }),
      http: {
        async request(request, signal) {
          const answer = await http.request(request, signal);
          if (!request.url.endsWith('/token') || answer.kind !== 'answer') return answer;
          asked += 1;
          const { access_token } = answer.json as { access_token: string };
          const json = { access_token, expires_at: new Date(theirs + 1_800_000).toISOString() };
          return { ...answer, json, headers: { ...answer.headers, date: new Date(theirs).toUTCString() } };
        },
      },
    };
    const ref = sandbox.createApplication();
    for (let look = 0; look < 3; look += 1) await greenhouse.read(ref, behind);
    expect(asked).toBe(1);
  });

  test('a token endpoint that is down costs nothing', async () => {
    const ref = sandbox.createApplication();
    sandbox.faults.next('error_before', { on: 'auth' });
    expect(await apply(workOn(ref))).toEqual({ kind: 'retryable', reason: 'read_connect' });
    expect(await apply(workOn(ref))).toEqual({ kind: 'confirmed' });
  });

  test('without leave for candidate e-mails there are no moves', async () => {
    const ref = sandbox.createApplication();
    expect(
      greenhouse.shows(
        settingsFor(sandbox.url, { allowCandidateEmails: false }),
        'application',
        'active.screening.invited',
      ),
    ).toBe(false);
    expect(await apply(workOn(ref), { allowCandidateEmails: false })).toEqual({
      kind: 'refused',
      reason: 'state_not_mapped',
    });
    expect(await apply(workOn(ref, { targetState: 'rejected' }), { allowCandidateEmails: false })).toEqual({
      kind: 'confirmed',
    });
  });
});

describe('settings', () => {
  const settings = settingsFor('https://gh.example', {
    stages: {
      ...stages,
      'active.screening.passed': 'Recruiter Review',
      'active.screening.expired': 'Recruiter Review',
      on_hold: 'Parked',
    },
  });

  test('the most specific entry wins for writing', () => {
    expect(stageOf(settings.stages, 'active.screening.started')).toBe('Assessment');
    expect(stageOf(settings.stages, 'active.screening.passed')).toBe('Recruiter Review');
    expect(stageOf(settings.stages, 'active.screening')).toBe('Assessment');
    expect(stageOf(settings.stages, 'hired')).toBeNull();
    expect(targetOf(settings, 'on_hold')).toEqual({ kind: 'stage', name: 'Parked' });
  });

  test.each([
    ['Assessment', 'active.screening'],
    ['Recruiter Review', 'active.screening'],
    // Received and triage have only "active" in common, which would say nothing.
    ['Application Review', 'active.received'],
    ['Interview', 'active.interview'],
    ['Parked', 'on_hold'],
    ['Unheard of', null],
  ])('"%s" stands for %s', (stage, state) => expect(statesOfStage(settings.stages, stage)[0] ?? null).toBe(state));

  test('what Greenhouse can show', () => {
    const shown = ['active.received', 'active.offer.accepted', 'rejected', 'withdrawn', 'hired', 'on_hold'];
    expect(shown.filter((state) => !greenhouse.shows(settings, 'application', state))).toEqual([]);
    expect(greenhouse.shows(settings, 'requisition', 'live.open')).toBe(false);
    expect(
      greenhouse.shows(settingsFor('https://gh.example', { withdrawnReasonId: undefined }), 'application', 'withdrawn'),
    ).toBe(false);
    expect(greenhouse.shows(settingsFor('https://gh.example'), 'application', 'on_hold')).toBe(false);
  });

  test.each([
    [{ stages: {} }],
    [{ stages: { 'Active Screening': 'x' } }],
    [{ stges: {} }],
    [{ fields: { 'screening.score': 'Not A Key' } }],
    [{ rejectionReasonId: '14' }],
    [{ baseUrl: 'gh' }],
    [{ allowCandidateEmails: undefined }],
  ])('%j is refused', (wrong) => {
    expect(() => settingsFor('https://gh.example', wrong)).toThrow();
  });

  test('only mapped elements are handed out', () => {
    expect(greenhouse.elementsFor(settings, 'active.screening.completed', mappingOf('greenhouse'))).toEqual([
      'screening.score',
    ]);
    expect(greenhouse.elementsFor(settings, 'hired', mappingOf('greenhouse'))).toEqual(['offer.startDate']);
    expect(greenhouse.elementsFor(settings, 'rejected', mappingOf('greenhouse'))).toEqual([]);
  });

  test('it is in the registry', () => expect(adapters.get('greenhouse')).toBe(greenhouse));
});

const fixtures = new URL('../../../shared/fixtures/greenhouse/', import.meta.url);
const context = (headers: Record<string, string> = {}): TranslateContext<GreenhouseSettings> => ({
  connection: 'greenhouse-test',
  settings: settingsFor('https://gh.example'),
  mapping: mappingOf('greenhouse'),
  headers,
  receivedAt: Date.parse('2026-03-01T10:00:00Z'),
});

describe.skipIf(!existsSync(fixtures))('recorded webhooks', () => {
  const received = '2026-03-01T10:00:00.000Z';
  const event = (type: string) => ({ kind: 'event', type });
  const expected: Record<string, object[]> = {
    new_candidate_application: [
      {
        kind: 'event',
        machine: 'application',
        ref: '71980812',
        claim: event('application.received'),
        occurredAt: '2017-10-27T14:44:43.000Z',
        data: {
          'candidate.firstName': 'Jane',
          'candidate.lastName': 'Smith',
          'candidate.email': expect.stringContaining('@'),
          'candidate.phone': '555-555-5555',
          'application.source': 'LinkedIn (Prospecting)',
          'application.appliedAt': '2017-10-27T14:44:43.000Z',
        },
        requisition: expect.stringMatching(/^\d+$/),
      },
    ],
    candidate_stage_change: [
      {
        kind: 'event',
        ref: '265277',
        claim: { kind: 'stage', targets: ['active.screening'] },
        occurredAt: '2015-02-09T16:38:36.000Z',
        data: {},
      },
    ],
    reject_candidate: [
      {
        kind: 'event',
        ref: '265293',
        claim: { kind: 'stage', targets: ['rejected'] },
        occurredAt: '2015-02-11T15:50:41.000Z',
        data: { 'rejection.reason': 'Too Junior' },
      },
    ],
    unreject_candidate: [
      {
        kind: 'event',
        ref: '265293',
        claim: event('application.reopened'),
        data: { 'reopen.reason': 'unrejected in Greenhouse' },
      },
    ],
    hire_candidate: [
      {
        kind: 'event',
        ref: '46194062',
        claim: event('application.hired'),
        occurredAt: '2014-11-20T22:49:14.000Z',
        data: { 'offer.startDate': '2015-01-23' },
      },
    ],
    offer_created: [
      {
        kind: 'event',
        ref: '234556',
        requisition: '45678',
        claim: event('offer.drafted'),
        occurredAt: received,
        data: {},
      },
    ],
    offer_approved: [{ kind: 'event', ref: '234556', claim: event('offer.approved'), occurredAt: received, data: {} }],
    offer_updated: [{ kind: 'ignored', reason: 'offer_deprecated' }],
    job_created: [
      {
        kind: 'event',
        machine: 'requisition',
        ref: '371417',
        claim: event('requisition.opened'),
        occurredAt: '2016-10-20T18:16:32.000Z',
      },
    ],
    job_approved: ['submitted', 'approved', 'opened'].map((step) => ({
      kind: 'event',
      machine: 'requisition',
      ref: '100445',
      claim: event(`requisition.${step}`),
    })),
    job_updated: [{ kind: 'ignored', reason: 'details_changed' }],
    update_candidate: [{ kind: 'ignored', reason: 'details_changed' }],
    candidate_anonymized: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    delete_application: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    delete_candidate: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    interview_deleted: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    scorecard_deleted: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    job_deleted: [{ kind: 'ignored', reason: 'deleted_in_target' }],
    job_interview_stage_deleted: [{ kind: 'ignored', reason: 'configuration' }],
  };
  const files = existsSync(fixtures) ? readdirSync(fixtures).filter((file) => /^webhook-.*\.json$/.test(file)) : [];

  test('each has a definite result here', () =>
    expect(files.map((file) => file.slice(8, -5)).sort()).toEqual(Object.keys(expected).sort()));

  test.each(files)('%s', (file) => {
    const payload: unknown = JSON.parse(readFileSync(new URL(file, fixtures), 'utf8'));
    const said = greenhouse.translate(payload, context());
    expect(said).toMatchObject(expected[file.slice(8, -5)] ?? []);
    expect(new Set(said.map((one) => (one.kind === 'ignored' ? one : one.externalId))).size).toBe(said.length);
  });
});

describe('translate', () => {
  const offer = (change: object) => ({
    action: 'offer_updated',
    payload: { id: 1, application_id: 2, offer_status: 'Created', ...change },
  });
  const one = (payload: unknown, headers?: Record<string, string>): Translation =>
    greenhouse.translate(payload, context(headers))[0] as Translation;

  test.each([
    ['04/15/2013', '2013-04-15'],
    ['4/5/2013', '2013-04-05'],
    ['2013-04-15', '2013-04-15'],
    ['2013-04-15T09:00:00Z', '2013-04-15'],
  ])('an accepted offer with start date %s', (given, day) => {
    expect(
      one(offer({ offer_status: 'Accepted', start_date: given, resolved_at: '2013-03-25T00:00:00Z' })),
    ).toMatchObject({
      claim: { type: 'offer.accepted' },
      data: { 'offer.startDate': day },
      occurredAt: '2013-03-25T00:00:00.000Z',
    });
  });

  test.each(['15/04/2013', '02/30/2013', 'soon', '', null])('start date %j is left out', (given) => {
    expect(one(offer({ offer_status: 'Accepted', start_date: given }))).toMatchObject({
      claim: { type: 'offer.accepted' },
      data: {},
    });
  });

  test('the life of an offer', () => {
    expect(one(offer({ sent_on: '2013-03-22' }))).toMatchObject({ claim: { type: 'offer.extended' } });
    expect(one(offer({ offer_status: 'Rejected' }))).toMatchObject({ claim: { type: 'offer.declined' } });
    expect(one(offer({}))).toEqual({ kind: 'ignored', reason: 'details_changed' });
  });

  const stageChange = (name: string, id = 7) => ({
    action: 'candidate_stage_change',
    payload: { application: { id, current_stage: { id: 1, name }, last_activity_at: '2026-02-28T00:00:00Z' } },
  });

  test('an unmapped stage is kept for a person', () => {
    expect(one(stageChange('Renamed'))).toMatchObject({
      kind: 'quarantined',
      reason: 'unknown_stage',
      detail: expect.stringContaining('"Renamed"'),
    });
  });

  test('the id is the delivery’s, or derived from what was sent', () => {
    expect(one(stageChange('Offer'), { 'greenhouse-event-id': 'abc-1' })).toMatchObject({ externalId: 'abc-1' });
    const derived = (payload: unknown) => (one(payload) as { externalId: string }).externalId;
    expect(derived(stageChange('Offer'))).toBe(derived(JSON.parse(JSON.stringify(stageChange('Offer')))));
    expect(new Set([stageChange('Offer'), stageChange('Interview'), stageChange('Offer', 8)].map(derived)).size).toBe(
      3,
    );
  });

  test.each([
    [
      { action: 'ping', web_hook_id: 1 },
      { kind: 'ignored', reason: 'ping' },
    ],
    [
      { action: 'something_new', payload: {} },
      { kind: 'ignored', reason: 'unknown_action' },
    ],
    [
      { action: 'constructor', payload: {} },
      { kind: 'ignored', reason: 'unknown_action' },
    ],
    [
      { action: 'new_candidate_application', payload: { application: { id: 1, prospect: true } } },
      { kind: 'ignored', reason: 'prospect' },
    ],
    [
      { action: 'candidate_stage_change', payload: { application: { id: 1, current_stage: null } } },
      { kind: 'ignored', reason: 'no_stage' },
    ],
    [
      { action: 'hire_candidate', payload: { application: { id: 'x' } } },
      { kind: 'quarantined', reason: 'not_understood' },
    ],
    [
      { action: 'unhire_candidate', payload: { application: { id: 1 } } },
      { kind: 'event', claim: { type: 'hire.reverted' } },
    ],
    [
      { action: 'reject_candidate', payload: { application: { id: 1, rejection_reason: null } } },
      { kind: 'event', data: { 'rejection.reason': 'not given in Greenhouse' } },
    ],
    [
      { action: 'job_created', payload: { job: { id: 1, status: 'draft' } } },
      { kind: 'event', claim: { type: 'requisition.drafted' } },
    ],
    [
      {
        action: 'job_approved',
        payload: { job: { id: 1, status: 'draft' }, approval_flow: { approval_flow_type: 'open_job' } },
      },
      { kind: 'event', claim: { type: 'requisition.submitted' } },
    ],
    [
      { action: 'job_approved', payload: { job: { id: 1 }, approval_flow: { approval_flow_type: 'offer_job' } } },
      { kind: 'ignored', reason: 'other_approval' },
    ],
  ])('%j', (payload, said) => expect(one(payload)).toMatchObject(said));
});

describe('people in the sandbox', () => {
  test('a whole hire reports every step, in words the adapter understands', async () => {
    await using sandbox = await startGreenhouse(secrets);
    const { captureWebhooks } = await import('../support/capture-webhooks.ts');
    const capture = await captureWebhooks(200);
    sandbox.webhooks?.target(capture.url);
    const ref = sandbox.createApplication();
    const edits = [
      { kind: 'move', stage: 'Assessment' },
      { kind: 'reject' },
      { kind: 'unreject' },
      { kind: 'move', stage: 'Offer' },
      { kind: 'draft_offer', startsOn: '2030-01-07' },
      { kind: 'approve_offer' },
      { kind: 'send_offer' },
      { kind: 'accept_offer', startsOn: '2030-02-01' },
    ] as const;
    for (const edit of edits) {
      sandbox.editByHand(ref, edit);
      await sandbox.webhooks?.drain();
    }
    const said = capture.requests.flatMap((request) =>
      greenhouse.translate(JSON.parse(Buffer.from(request.body).toString()), {
        ...context(request.headers),
        receivedAt: request.receivedAt,
      }),
    );
    const claims = said.flatMap((translation) =>
      translation.kind === 'event' && translation.machine === 'application'
        ? [translation.claim.kind === 'event' ? translation.claim.type : translation.claim.targets.join()]
        : [],
    );
    expect(new Set(claims)).toEqual(
      new Set([
        'application.received',
        'active.screening',
        'rejected',
        'application.reopened',
        'active.offer',
        'offer.drafted',
        'offer.approved',
        'offer.extended',
        'offer.accepted',
        'application.hired',
      ]),
    );
    expect(
      said.find(
        (translation) =>
          translation.kind === 'event' &&
          translation.claim.kind === 'event' &&
          translation.claim.type === 'offer.accepted',
      ),
    ).toMatchObject({ data: { 'offer.startDate': '2030-02-01' } });
    expect(Buffer.from(capture.requests[1]?.body ?? []).toString()).toContain('\\u003csandbox\\u003e');
    await capture.close();
  });
});
