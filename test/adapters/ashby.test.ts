// Ashby: the adapter contract on the simulator, and what is Ashby's own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue, needs } from '../../src/adapters/ashby/catalogue.ts';
import { ashby } from '../../src/adapters/ashby/index.ts';
import type { AshbySettings } from '../../src/adapters/ashby/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { VendorContext, Work } from '../../src/adapters/port.ts';
import {
  ashbyBench,
  reasons,
  scoreField,
  secrets,
  settingsFor,
  stages,
  startField,
  unknownRef,
} from '../../src/certify/benches/ashby.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('ashby');

adapterContract(ashbyBench);

describe('writes of its own', () => {
  let sandbox: AshbySandbox;
  let http: OwnedVendorHttp;
  const requests: { procedure: string; json: unknown }[] = [];
  const context = (more: Record<string, unknown> = {}): VendorContext<AshbySettings> => ({
    connection: 'ashby-test',
    mapping,
    settings: settingsFor(sandbox.url, more),
    secrets,
    http: {
      request(request, signal) {
        requests.push({ procedure: new URL(request.url).pathname.slice(1), json: request.json });
        return http.request(request, signal);
      },
    },
    signal: new AbortController().signal,
  });
  const carried = (work: Work, more?: Record<string, unknown>) => ashby.apply(work, context(more));
  const apply = async (work: Work, more?: Record<string, unknown>) => (await carried(work, more)).outcome;
  const placeOf = (ref: string) => {
    const one = sandbox.application(ref);
    return [one?.stage.title, one?.archiveReason?.id ?? null];
  };
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    requests.length = 0;
    sandbox = await startAshby(secrets);
  });
  afterEach(async () => {
    expect(sandbox.faults.pending()).toBe(0);
    await sandbox.close();
  });

  test('a move names the stage of the very plan the application is in, and e-mails nobody', async () => {
    const other = sandbox.createJob('Designer');
    const ref = sandbox.createApplication({ jobId: sandbox.createJob('Engineer').id });
    const plan = sandbox.application(ref)?.job.plan;
    const to = plan?.stages.find((stage) => stage.title === 'Assessment')?.id;
    expect(other.plan.stages.map((stage) => stage.id)).not.toContain(to);
    expect(await apply(workOn(ref))).toEqual({ kind: 'confirmed' });
    expect(requests).toEqual([
      { procedure: 'application.info', json: { applicationId: ref } },
      { procedure: 'interviewStage.list', json: { interviewPlanId: plan?.id } },
      { procedure: 'application.changeStage', json: { applicationId: ref, interviewStageId: to } },
      { procedure: 'application.info', json: { applicationId: ref } },
    ]);
  });

  test.each([
    ['rejected', reasons.lacksSkills],
    ['withdrawn', reasons.withdrew],
  ])('%s is a move to the archive, with the reason that is mandatory there', async (targetState, archiveReasonId) => {
    const ref = sandbox.createApplication();
    expect(await apply(workOn(ref, { targetState }))).toEqual({ kind: 'confirmed' });
    expect(placeOf(ref)).toEqual(['Archived', archiveReasonId]);
    expect(requests.at(-2)?.json).toMatchObject({ archiveReasonId });
    expect(await ashby.read(ref, context())).toMatchObject({ state: targetState });
    expect(await apply(workOn(ref, { targetState }))).toEqual({ kind: 'confirmed_already' });
  });

  test('taking a rejection back is a move out of the archive, without a reason', async () => {
    const ref = sandbox.createApplication();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.lacksSkills });
    expect(await apply(workOn(ref, { previousState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(placeOf(ref)).toEqual(['Assessment', null]);
  });

  test.each([
    [reasons.tooJunior, 'rejected'],
    [reasons.withdrew, 'withdrawn'],
    [reasons.duplicate, null],
  ])('archived because of %s reads as %s', async (reason, state) => {
    const ref = sandbox.createApplication();
    sandbox.editByHand(ref, { kind: 'archive', reason });
    const more = { archiveReasons: { rejected: [reasons.lacksSkills] } };
    expect(await ashby.read(ref, context(more))).toMatchObject({ state });
    expect(await apply(workOn(ref, { targetState: 'rejected' }), more)).toEqual(
      state === 'rejected' ? { kind: 'confirmed_already' } : { kind: 'conflict', seen: state },
    );
    // What the settings say goes before the type.
    expect(await ashby.read(ref, context({ archiveReasons: { rejected: [reason] } }))).toMatchObject({
      state: 'rejected',
    });
  });

  test('a hire is written only where somebody said that it may be', async () => {
    const ref = sandbox.createApplication({ stage: 'Offer' });
    const work = workOn(ref, { targetState: 'hired', previousState: 'active.offer.accepted' });
    const no = { writeHires: false };
    expect(ashby.shows(settingsFor(sandbox.url, no), 'application', 'hired')).toBe(false);
    expect(await apply(work, no)).toEqual({ kind: 'refused', reason: 'state_not_mapped' });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
    expect(await ashby.read(ref, context())).toMatchObject({ stage: 'Hired', state: 'hired' });
  });

  test('an Ashby that allows no hires by its API says so once', async () => {
    await sandbox.close();
    sandbox = await startAshby({ ...secrets, hiresByApi: false });
    const ref = sandbox.createApplication({ stage: 'Offer' });
    expect(await apply(workOn(ref, { targetState: 'hired', previousState: 'active.offer.accepted' }))).toEqual({
      kind: 'refused',
      reason: 'invalid_input',
    });
    expect(placeOf(ref)).toEqual(['Offer', null]);
  });

  describe('errors with status 200', () => {
    test.each([
      ['invalid_input', { kind: 'refused', reason: 'invalid_input' }],
      ['interview_stage_not_found', { kind: 'refused', reason: 'interview_stage_not_found' }],
      ['archive_reason_not_found', { kind: 'refused', reason: 'archive_reason_not_found' }],
      ['missing_endpoint_permission', { kind: 'unauthorised' }],
      ['rate_limit_exceeded', { kind: 'rate_limited', afterMs: 10_000 }],
      ['concurrent_limit_exceeded', { kind: 'rate_limited', afterMs: 10_000 }],
      // What Ashby does not explain may have been done.
      ['unexpected_error', { kind: 'ambiguous', reason: 'http_500' }],
      [null, { kind: 'ambiguous', reason: 'http_500' }],
    ])('a write that says %s', async (code, outcome) => {
      const ref = sandbox.createApplication();
      sandbox.failNext('application.changeStage', code);
      expect(await apply(workOn(ref))).toEqual(outcome);
      expect(placeOf(ref)).toEqual(['Application Review', null]);
    });

    test('one that was done all the same is seen to be done', async () => {
      const ref = sandbox.createApplication();
      sandbox.failNext('application.changeStage', 'unexpected_error', true);
      expect(await carried(workOn(ref))).toMatchObject({ outcome: { kind: 'confirmed' }, httpStatus: 200 });
      expect(sandbox.log.entries(ref).filter((entry) => entry.to === 'Assessment')).toHaveLength(1);
    });

    test.each([
      ['missing_endpoint_permission', { kind: 'unauthorised' }],
      ['rate_limit_exceeded', { kind: 'rate_limited', afterMs: 10_000 }],
      ['unexpected_error', { kind: 'retryable', reason: 'read_http_500' }],
      ['invalid_input', { kind: 'refused', reason: 'read_http_422' }],
      ['application_not_found', { kind: 'refused', reason: 'target_missing' }],
    ])('a read that says %s writes nothing', async (code, outcome) => {
      const ref = sandbox.createApplication();
      sandbox.failNext('application.info', code);
      expect(await apply(workOn(ref))).toEqual(outcome);
      expect(requests.map((one) => one.procedure)).toEqual(['application.info']);
    });

    test.each([
      ['missing_endpoint_permission', { kind: 'unauthorised' }],
      ['unexpected_error', { kind: 'retryable', reason: 'write_connect' }],
    ])('a list of stages that says %s writes nothing', async (code, outcome) => {
      const ref = sandbox.createApplication();
      sandbox.failNext('interviewStage.list', code);
      expect(await apply(workOn(ref))).toEqual(outcome);
      expect(placeOf(ref)).toEqual(['Application Review', null]);
    });

    test('a read is told from a failure', async () => {
      const ref = sandbox.createApplication();
      sandbox.failNext('application.info', 'unexpected_error');
      await expect(ashby.read(ref, context())).rejects.toThrow('Ashby could not be read: status 500.');
    });
  });

  describe('custom fields', () => {
    const fieldsOf = (ref: string) => sandbox.application(ref)?.customFields;

    test('are filled in before the move, and count for being shown', async () => {
      const ref = sandbox.createApplication();
      const work = workOn(ref, { elements: { 'screening.score': 87 } });
      expect(ashby.elementsFor(context().settings, 'active.screening.completed', mapping)).toEqual(['screening.score']);
      expect(await apply(work)).toEqual({ kind: 'confirmed' });
      expect(fieldsOf(ref)).toEqual({ [scoreField]: 87 });
      expect(sandbox.log.entries(ref).map((entry) => entry.to)).toEqual([
        'Application Review',
        'Application Review =87',
        'Assessment =87',
      ]);
      expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed_already' });
    });

    test('a change of a value alone moves nobody', async () => {
      const ref = sandbox.createApplication({ stage: 'Assessment' });
      const work = workOn(ref, { elements: { 'screening.score': 90 }, previousState: 'active.screening' });
      requests.length = 0;
      expect(await apply(work)).toEqual({ kind: 'confirmed' });
      expect(requests.map((one) => one.procedure)).not.toContain('application.changeStage');
    });

    test('follow after the hire, which is not made again', async () => {
      const ref = sandbox.createApplication({ stage: 'Offer' });
      const more = { fields: { 'offer.startDate': startField } };
      const days = (day: string) => ({ elements: { 'offer.startDate': day } });
      const hire = workOn(ref, { targetState: 'hired', previousState: 'active.offer.accepted', ...days('2030-02-01') });
      expect(await apply(hire, more)).toEqual({ kind: 'confirmed' });
      const settings = settingsFor(sandbox.url, more);
      expect(ashby.showsElements?.(settings, 'application', 'hired', mapping)).toEqual(['offer.startDate']);
      const again = { eventType: 'element.changed', targetState: 'hired', previousState: 'hired' };
      requests.length = 0;
      expect(await apply(workOn(ref, { ...again, ...days('2030-03-15') }), more)).toEqual({ kind: 'confirmed' });
      expect(fieldsOf(ref)).toEqual({ [startField]: '2030-03-15' });
      expect(requests.map((one) => one.procedure)).not.toContain('application.changeStage');
      expect(placeOf(ref)).toEqual(['Hired', null]);
    });

    test('a day that Ashby shows as its midnight is the same day', async () => {
      const ref = sandbox.createApplication({ stage: 'Offer' });
      const more = { fields: { 'offer.startDate': startField } };
      const work = workOn(ref, {
        targetState: 'active.offer.accepted',
        previousState: 'active.offer',
        elements: { 'offer.startDate': '2030-02-01' },
      });
      expect(await apply(work, more)).toEqual({ kind: 'confirmed' });
      const shown = sandbox.application(ref) as NonNullable<ReturnType<AshbySandbox['application']>>;
      Object.assign(shown.customFields, { [startField]: '2030-02-01T00:00:00.000Z' });
      expect(await apply({ ...work, attempt: 2 }, more)).toEqual({ kind: 'confirmed_already' });
      Object.assign(shown.customFields, { [startField]: '2030-02-02T00:00:00.000Z' });
      expect((await ashby.confirm(work, context(more))).outcome.kind).toBe('contradicted');
    });

    test('a field with a scale of its own is written in that scale, and refused what lies between two of its steps', async () => {
      const fiveStars = { min: 0, max: 5, step: 1, better: 'higher' };
      const more = { fields: { 'screening.score': { field: scoreField, codec: 'score', with: fiveStars } } };
      const ref = sandbox.createApplication();
      expect(await apply(workOn(ref, { elements: { 'screening.score': 87 } }), more)).toEqual({
        kind: 'refused',
        reason: 'value_not_writable',
      });
      expect(fieldsOf(ref)).toEqual({});
      const work = workOn(ref, { elements: { 'screening.score': 80 } });
      expect(await apply(work, more)).toEqual({ kind: 'confirmed' });
      expect(fieldsOf(ref)).toEqual({ [scoreField]: 4 });
      expect(await apply({ ...work, attempt: 2 }, more)).toEqual({ kind: 'confirmed_already' });
      expect(needs(context(more).settings, 'application', 'active.screening.passed').fields).toEqual([
        { key: scoreField, element: 'screening.score' },
      ]);
    });

    test('a field that does not exist is refused and moves nobody', async () => {
      const ref = sandbox.createApplication();
      const more = { fields: { 'screening.score': unknownRef } };
      expect(await apply(workOn(ref, { elements: { 'screening.score': 87 } }), more)).toEqual({
        kind: 'refused',
        reason: 'custom_field_refused',
      });
      expect(placeOf(ref)).toEqual(['Application Review', null]);
    });

    test('a field that could not be written holds the move back', async () => {
      const ref = sandbox.createApplication();
      const work = workOn(ref, { elements: { 'screening.score': 87 } });
      sandbox.faults.next('error_before');
      expect((await apply(work)).kind).toBe('ambiguous');
      expect(placeOf(ref)).toEqual(['Application Review', null]);
      sandbox.failNext('customField.setValues', 'unexpected_error');
      expect((await apply(work)).kind).toBe('ambiguous');
      expect(placeOf(ref)).toEqual(['Application Review', null]);
      expect(await apply(work)).toEqual({ kind: 'confirmed' });
    });
  });

  test('a stage that stands for the same as another is shown, and nobody is moved out of it into that one', async () => {
    const ref = sandbox.createApplication({ stage: 'Interview' });
    const { 'active.interview': _, ...fewer } = stages;
    const more = { stages: fewer, sameAs: { Interview: 'Assessment' } };
    expect(await ashby.read(ref, context(more))).toMatchObject({ stage: 'Interview', state: 'active.screening' });
    expect(await apply(workOn(ref), more)).toEqual({ kind: 'confirmed_already' });
    expect(placeOf(ref)).toEqual(['Interview', null]);
    const on = workOn(ref, { targetState: 'active.offer.drafted', previousState: 'active.screening.passed' });
    expect(await apply(on, more)).toEqual({ kind: 'confirmed' });
  });

  test('two stages of one title in a plan are not chosen between', async () => {
    const ref = sandbox.createApplication();
    sandbox.renameStage('Interview', 'Assessment');
    expect(await apply(workOn(ref))).toEqual({ kind: 'refused', reason: 'stage_name_ambiguous' });
  });

  test('a stage named like an end of the plan is not taken for it', async () => {
    const ref = sandbox.createApplication();
    const more = { stages: { ...stages, 'active.screening': 'Archived' } };
    expect(await apply(workOn(ref), more)).toEqual({ kind: 'refused', reason: 'stage_not_found' });
  });

  test('the stages of all plans are listed by title, the fields only where some are named', async () => {
    for (const title of ['Engineer', 'Designer', 'Writer']) sandbox.createJob(title);
    const { stages: there, fields } = await catalogue(context());
    expect(there?.map((one) => one.name)).toEqual(['Application Review', 'Assessment', 'Interview', 'Offer']);
    expect(fields?.map((one) => one.key)).toEqual([scoreField, startField]);
    expect(requests.map((one) => one.procedure).filter((one) => one === 'interviewPlan.list')).toHaveLength(2);
    requests.length = 0;
    expect((await catalogue(context({ fields: {} }))).fields).toBeNull();
    expect(requests.map((one) => one.procedure)).not.toContain('customField.list');
    const needed = (state: string) => needs(context().settings, 'application', state);
    expect(needed('active.screening.passed')).toEqual({
      stages: ['Assessment'],
      fields: [{ key: scoreField, element: 'screening.score' }],
    });
    expect(needed('rejected')).toEqual({ stages: [], fields: [] });
    sandbox.failNext('interviewStage.list', 'unexpected_error');
    await expect(catalogue(context())).rejects.toThrow('Ashby could not be read: status 500.');
  });

  test('an id that is no id of Ashby is asked for nowhere', async () => {
    expect(await ashby.read('../users', context())).toBeNull();
    expect(requests).toEqual([]);
  });

  test.each([
    [{ apiKey: 'wrong' }, 403],
    [{ apiKey: undefined }, 403],
  ])('the wrong key is unauthorised', async (wrong, httpStatus) => {
    const change = { ...context(), secrets: { ...secrets, ...wrong } as Record<string, string> };
    expect(await ashby.apply(workOn(sandbox.createApplication()), change)).toEqual({
      outcome: { kind: 'unauthorised' },
      httpStatus,
    });
  });
});

describe('settings', () => {
  const parse = (more: Record<string, unknown>) => () => settingsFor('https://api.ashbyhq.com', more);
  test.each([
    [{ stages: {} }],
    [{ stages: { rejected: 'Archived' } }],
    [{ archiveReasons: { rejected: [] } }],
    [{ archiveReasons: { rejected: ['Too junior'] } }],
    [{ archiveReasons: { rejected: [reasons.withdrew], withdrawn: [reasons.withdrew] } }],
    [{ fields: { 'screening.score': 'Score' } }],
    [{ sameAs: { Debrief: 'Unheard of' } }],
    [{ sameAs: { Interview: 'Offer' } }],
    [{ somethingElse: 1 }],
  ])('%j is refused', (more) => expect(parse(more)).toThrow());

  test('withdrawals without a reason of their own are not written', () => {
    const settings = settingsFor('https://x.example', { archiveReasons: { rejected: [reasons.lacksSkills] } });
    expect(ashby.shows(settings, 'application', 'withdrawn')).toBe(false);
    expect(ashby.shows(settings, 'application', 'rejected')).toBe(true);
    expect(ashby.shows(settings, 'requisition', 'active.received')).toBe(false);
    expect(ashby.showsElements?.(settings, 'application', 'active.screening.passed', mapping)).toEqual([
      'screening.score',
    ]);
    expect(ashby.showsElements?.(settings, 'application', 'rejected', mapping)).toEqual([]);
  });
});
