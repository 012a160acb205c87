// Workable: the adapter contract on the simulator, and what is Workable's own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { TranslateContext, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { workable } from '../../src/adapters/workable/index.ts';
import { statesOfPlace, targetOf, type WorkableSettings } from '../../src/adapters/workable/settings.ts';
import { secrets, settingsFor, stages, workableBench } from '../../src/certify/benches/workable.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { startWorkable, type WorkableSandbox } from '../../src/sandbox/workable.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(workableBench);

describe('writes of its own', () => {
  let sandbox: WorkableSandbox;
  let http: OwnedVendorHttp;
  const context = (more: Record<string, unknown> = {}): VendorContext<WorkableSettings> => ({
    connection: 'workable-test',
    settings: settingsFor(sandbox.url, more),
    mapping: mappingOf('workable'),
    secrets,
    http,
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, more?: Record<string, unknown>) =>
    (await workable.apply(work, context(more))).outcome;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    sandbox = await startWorkable(secrets);
  });
  afterEach(() => sandbox.close());

  test('a rejection and a withdrawal are disqualifications of two kinds, and read back as what they are', async () => {
    const rejected = sandbox.createCandidate();
    expect(await apply(workOn(rejected, { targetState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.candidate(rejected)?.disqualified).toMatchObject({ reasonId: 'b29c63', withdrew: false });
    expect(await workable.read(rejected, context())).toMatchObject({
      stage: 'Applied (disqualified)',
      state: 'rejected',
    });
    const withdrawn = sandbox.createCandidate();
    expect(await apply(workOn(withdrawn, { targetState: 'withdrawn' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.candidate(withdrawn)?.disqualified).toMatchObject({ reasonId: 'b29c6e', withdrew: true });
    expect(await workable.read(withdrawn, context())).toMatchObject({ state: 'withdrawn' });
    const changed = workOn(withdrawn, { targetState: 'rejected', previousState: 'withdrawn' });
    expect(await apply(changed)).toEqual({ kind: 'refused', reason: 'disqualified_in_target' });
  });

  test('a reopened application is reverted and moved', async () => {
    const ref = sandbox.createCandidate();
    sandbox.editByHand(ref, { kind: 'disqualify' });
    expect(await apply(workOn(ref, { previousState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.candidate(ref)).toMatchObject({ disqualified: null, stage: { slug: 'assessment' } });
  });

  test('one that is reverted into the stage it must show is not moved again', async () => {
    const ref = sandbox.createCandidate({ stage: 'assessment' });
    sandbox.editByHand(ref, { kind: 'disqualify' });
    expect(await apply(workOn(ref, { previousState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.log.entries(ref).filter((one) => one.by === 'api')).toHaveLength(1);
  });

  test('a revert that was done before the connection broke is finished, not taken for a conflict', async () => {
    const ref = sandbox.createCandidate();
    sandbox.editByHand(ref, { kind: 'disqualify' });
    const work = workOn(ref, { previousState: 'rejected' });
    sandbox.faults.next('save_then_hang');
    expect((await apply(work)).kind).toBe('ambiguous');
    expect(sandbox.candidate(ref)?.disqualified).toBeNull();
    expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed' });
  });

  test('a stage that only some jobs have is written in those, and nothing at all is in the others', async () => {
    await using office = await startWorkable({ ...secrets, lacking: { WRITER: ['assessment'] } });
    const at = { ...context(), settings: settingsFor(office.url) };
    const [there, lacking] = ['ENGINEER', 'WRITER'].map((job) => office.createCandidate({ job })) as [string, string];
    const outcome = async (ref: string, more = {}) => (await workable.apply(workOn(ref, more), at)).outcome;
    expect(await outcome(lacking)).toEqual({ kind: 'refused', reason: 'stage_not_found' });
    expect(await outcome(there)).toEqual({ kind: 'confirmed' });
    const on = { targetState: 'active.offer.drafted', previousState: 'active.received' };
    expect(await outcome(lacking, on)).toEqual({ kind: 'confirmed' });
    expect(office.log.entries(lacking).filter((one) => one.by === 'api')).toHaveLength(1);
  });

  test('a hire is a move to the stage of the kind "hired", whatever it is called', async () => {
    sandbox.renameStage('hired', 'Welcome aboard');
    const ref = sandbox.createCandidate({ stage: 'offer' });
    const work = workOn(ref, { targetState: 'hired', previousState: 'active.offer.accepted' });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
    expect(sandbox.candidate(ref)?.stage.slug).toBe('welcome-aboard');
    expect(await workable.read(ref, context())).toMatchObject({ stage: 'Welcome aboard', state: 'hired' });
  });

  test('a stage that only shares the name of the one for hires is told from it by its kind', async () => {
    sandbox.renameStage('hired', 'Assessment');
    const ref = sandbox.createCandidate();
    expect(await apply(workOn(ref))).toEqual({ kind: 'confirmed' });
    expect(sandbox.candidate(ref)).toMatchObject({ stage: { kind: 'assessment' }, hiredAt: null });
  });

  test('a member or a reason that Workable does not know is refused', async () => {
    const ref = sandbox.createCandidate();
    expect(await apply(workOn(ref), { memberId: 'nobody' })).toEqual({ kind: 'refused', reason: 'http_422' });
    const rejection = workOn(ref, { targetState: 'rejected' });
    expect(await apply(rejection, { rejectionReasonId: 'gone' })).toEqual({ kind: 'refused', reason: 'http_422' });
  });

  test('two stages of one name are not chosen between', async () => {
    sandbox.renameStage('phone-screen', 'Assessment');
    expect(await apply(workOn(sandbox.createCandidate()))).toEqual({ kind: 'refused', reason: 'stage_name_ambiguous' });
  });

  test('a token that was taken back is unauthorised', async () => {
    const ref = sandbox.createCandidate();
    sandbox.revokeToken();
    expect(await apply(workOn(ref))).toEqual({ kind: 'unauthorised' });
  });

  test.each(['../members', 'a b', ''])('"%s" is no id', async (ref) => {
    expect(await workable.read(ref, context())).toBeNull();
  });
});

describe('states and stages', () => {
  const settings = settingsFor('https://wk.example', { stages: { ...stages, on_hold: 'Parked' } });
  const place = (change: object) => ({
    stage: 'Interview',
    stageKind: 'interview',
    disqualified: false,
    withdrew: false,
    ...change,
  });

  test.each([
    [{}, ['active.interview']],
    [{ stage: 'Applied' }, ['active.received', 'active.triage']],
    [{ stage: 'Parked' }, ['on_hold']],
    [{ stage: 'Unheard of' }, []],
    [{ stage: 'Anything', stageKind: 'hired' }, ['hired']],
    [{ disqualified: true }, ['rejected']],
    [{ disqualified: true, withdrew: true }, ['withdrawn']],
    [{ stageKind: 'hired', disqualified: true }, ['rejected']],
  ])('%j stands for %j', (change, states) => expect(statesOfPlace(settings, place(change))).toEqual(states));

  test('what Workable can show', () => {
    const shown = ['active.received', 'active.offer.accepted', 'rejected', 'withdrawn', 'hired', 'on_hold'];
    expect(shown.filter((state) => !workable.shows(settings, 'application', state))).toEqual([]);
    expect(workable.shows(settings, 'requisition', 'live.open')).toBe(false);
    expect(targetOf(settingsFor('https://wk.example'), 'on_hold')).toBeNull();
    expect(workable.elementsFor(settings, 'hired', mappingOf('workable'))).toEqual([]);
  });

  test.each([
    [{ stages: {} }],
    [{ memberId: undefined }],
    [{ memberId: '../x' }],
    [{ baseUrl: 'acme' }],
    [{ unheard: 1 }],
  ])('%j is refused', (wrong) => {
    expect(() => settingsFor('https://wk.example', wrong)).toThrow();
  });

  test('it is in the registry', () => expect(adapters.get('workable')).toBe(workable));
});

describe('translate', () => {
  const context: TranslateContext<WorkableSettings> = {
    connection: 'workable-test',
    mapping: mappingOf('workable'),
    settings: settingsFor('https://wk.example'),
    headers: {},
    receivedAt: Date.parse('2026-03-01T10:00:00Z'),
  };
  const shown = {
    id: '27273038',
    job: { shortcode: '9CD658E13E' },
    stage: 'Interview',
    stage_kind: 'interview',
    disqualified: false,
  };
  const moved = (change: object = {}, event: object = {}) => ({
    event_type: 'candidate_moved',
    fired_at: '2026-02-28T08:00:00+01:00',
    id: '104697',
    resource_type: 'candidate',
    data: { ...shown, ...change },
    ...event,
  });
  const one = (payload: unknown): Translation => workable.translate(payload, context)[0] as Translation;

  test('a move claims the states that the stage stands for, with what is known of the candidate', () => {
    expect(one(moved({ firstname: 'Ada', lastname: ' ', common_source: 'Unknown' }))).toMatchObject({
      kind: 'event',
      ref: '27273038',
      requisition: '9CD658E13E',
      claim: { kind: 'stage', targets: ['active.interview'] },
      occurredAt: '2026-02-28T07:00:00.000Z',
      data: { 'candidate.firstName': 'Ada' },
    });
  });

  test('a disqualification brings its reason', () => {
    expect(one(moved({ disqualified: true, disqualification_reason: 'Too far away' }))).toMatchObject({
      claim: { kind: 'stage', targets: ['rejected'] },
      data: { 'rejection.reason': 'Too far away' },
    });
    expect(one(moved({ disqualified: true, disqualification_reason: null }))).toMatchObject({
      data: { 'rejection.reason': 'not given in Workable' },
    });
    const withdrew = one(moved({ disqualified: true, withdrew: true, disqualification_reason: 'Not interested' }));
    expect(withdrew).toMatchObject({
      claim: { targets: ['withdrawn'] },
      data: { 'withdrawal.reason': 'Not interested' },
    });
  });

  test('a new candidate is received, and stands where it was put', () => {
    const said = workable.translate(moved({}, { event_type: 'candidate_created' }), context);
    expect(said).toMatchObject([
      { claim: { kind: 'event', type: 'application.received' } },
      { claim: { kind: 'stage', targets: ['active.interview'] } },
    ]);
    expect(new Set(said.map((event) => ('externalId' in event ? event.externalId : ''))).size).toBe(2);
  });

  test('one that is created and rejected at once is received without the reason of what came after', () => {
    const payload = moved({ disqualified: true, disqualification_reason: 'Spam' }, { event_type: 'candidate_created' });
    const [received, rejected] = workable.translate(payload, context);
    expect(received).toMatchObject({ claim: { type: 'application.received' }, data: {} });
    expect(received).not.toHaveProperty(['data', 'rejection.reason']);
    expect(rejected).toMatchObject({ claim: { targets: ['rejected'] }, data: { 'rejection.reason': 'Spam' } });
  });

  test('a body that only names the candidate is looked up', () => {
    expect(workable.translate(moved({ stage: undefined }), context)).toMatchObject([
      { look: true, ref: '27273038', claim: { kind: 'stage', targets: [] }, data: {} },
    ]);
  });

  test('one id for one event, whatever Workable calls it', () => {
    const id = (payload: unknown) => (one(payload) as { externalId: string }).externalId;
    expect(id(moved())).toBe(id(JSON.parse(JSON.stringify(moved()))));
    const others = [
      moved(),
      moved({ stage: 'Offer' }),
      moved({}, { fired_at: '2026-02-28T08:00:01+01:00' }),
      moved({ id: 'a1' }),
    ];
    expect(new Set(others.map(id)).size).toBe(4);
  });

  test.each([
    [moved({ stage: 'Renamed' }), { kind: 'quarantined', reason: 'unknown_stage' }],
    [moved({}, { event_type: 'candidate_deleted' }), { kind: 'ignored', reason: 'deleted_in_target' }],
    [moved({}, { event_type: 'employee_created' }), { kind: 'ignored', reason: 'employee_not_kept' }],
    [moved({}, { event_type: 'candidate_cloned' }), { kind: 'ignored', reason: 'unknown_event' }],
    [moved({}, { data: { id: '../x' } }), { kind: 'quarantined', reason: 'not_understood' }],
    [moved({}, { data: undefined }), { kind: 'quarantined', reason: 'not_understood' }],
  ])('%j', (payload, said) => expect(workable.translate(payload, context)).toMatchObject([said]));
});

test('a whole hire in the sandbox reports every step, in words the adapter understands', async () => {
  await using sandbox = await startWorkable(secrets);
  const capture = await captureWebhooks(200);
  sandbox.webhooks?.target(capture.url);
  const ref = sandbox.createCandidate();
  const edits = [
    { kind: 'move', stage: 'assessment' },
    { kind: 'disqualify' },
    { kind: 'revert' },
    { kind: 'move', stage: 'offer' },
    { kind: 'move', stage: 'hired' },
  ] as const;
  for (const edit of edits) {
    sandbox.editByHand(ref, edit);
    await sandbox.webhooks?.drain();
  }
  const mapping = mappingOf('workable');
  const context = { connection: 'wk', mapping, settings: settingsFor(sandbox.url), headers: {}, receivedAt: 0 };
  const claims = capture.requests
    .flatMap((request) => workable.translate(JSON.parse(Buffer.from(request.body).toString()), context))
    .map((one) =>
      one.kind === 'event' ? (one.claim.kind === 'event' ? one.claim.type : one.claim.targets.join(' | ')) : one.kind,
    );
  expect([...claims].sort()).toEqual(
    [
      'active.offer',
      'active.received | active.triage',
      'active.screening',
      'active.screening',
      'application.received',
      'hired',
      'rejected',
    ].sort(),
  );
  await capture.close();
});
