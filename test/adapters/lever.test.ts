// Lever: the adapter contract on the simulator, and what is Lever's own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import { catalogue, needs } from '../../src/adapters/lever/catalogue.ts';
import { lever } from '../../src/adapters/lever/index.ts';
import type { LeverSettings } from '../../src/adapters/lever/settings.ts';
import type { InboundRequest, TranslatedEvent, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import {
  leverBench,
  onSite,
  reasons,
  screen,
  secrets,
  serviceUser,
  settingsFor,
  signatureTokens,
  stages,
  unknownRef,
} from '../../src/certify/benches/lever.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { type LeverSandbox, startLever } from '../../src/sandbox/lever.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks, type WebhookCapture } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('lever');

adapterContract(leverBench);

describe('writes of its own', () => {
  let sandbox: LeverSandbox;
  let http: OwnedVendorHttp;
  const requests: { method: string; url: string; json: unknown }[] = [];
  const context = (more: Record<string, unknown> = {}): VendorContext<LeverSettings> => ({
    connection: 'lever-test',
    mapping,
    settings: settingsFor(sandbox.url, more),
    secrets,
    http: {
      request(request, signal) {
        requests.push({ method: request.method, url: request.url, json: request.json });
        return http.request(request, signal);
      },
    },
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, more?: Record<string, unknown>) => (await lever.apply(work, context(more))).outcome;
  const placeOf = (ref: string) => {
    const one = sandbox.opportunity(ref);
    return [one?.stage, one?.archived?.reason ?? null];
  };
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    requests.length = 0;
    sandbox = await startLever({ apiKey: secrets.apiKey, signatureTokens });
  });
  afterEach(async () => {
    expect(sandbox.faults.pending()).toBe(0);
    await sandbox.close();
  });

  test('every write is made in the name of our user, and is seen to be', async () => {
    const ref = sandbox.createOpportunity();
    expect(await apply(workOn(ref))).toEqual({ kind: 'confirmed' });
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([
      {
        method: 'PUT',
        url: `${sandbox.url}/opportunities/${ref}/stage?perform_as=${serviceUser}`,
        json: { stage: screen },
      },
    ]);
    expect(sandbox.opportunity(ref)?.stageChanges.at(-1)).toMatchObject({ toStageId: screen, userId: serviceUser });
  });

  test.each([
    ['rejected', reasons.underqualified],
    ['withdrawn', reasons.withdrew],
    ['hired', reasons.hired],
  ])('%s is an archive reason, not a stage, and keeps the stage', async (targetState, reason) => {
    const ref = sandbox.createOpportunity();
    expect(await apply(workOn(ref, { targetState }))).toEqual({ kind: 'confirmed' });
    expect(placeOf(ref)).toEqual(['applicant-new', reason]);
    expect(requests.at(-2)).toMatchObject({ method: 'PUT', json: { reason, cleanInterviews: false } });
    expect(await lever.read(ref, context())).toMatchObject({ stage: `archived:${reason}`, state: targetState });
    expect(await apply(workOn(ref, { targetState }))).toEqual({ kind: 'confirmed_already' });
  });

  test('any reason of the same meaning will do; Interlock does not rename a decision', async () => {
    const ref = sandbox.createOpportunity();
    const more = { archiveReasons: { rejected: [reasons.underqualified, reasons.closed] } };
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.closed });
    expect(await apply(workOn(ref, { targetState: 'rejected' }), more)).toEqual({ kind: 'confirmed_already' });
    expect(placeOf(ref)).toEqual(['applicant-new', reasons.closed]);
  });

  test('a state without a reason in the settings is not written', async () => {
    const settings = settingsFor(sandbox.url, { archiveReasons: { rejected: [reasons.underqualified] } });
    const shown = ['rejected', 'withdrawn', 'hired', 'active.offer.accepted', 'on_hold'];
    expect(shown.filter((state) => lever.shows(settings, 'application', state))).toEqual([
      'rejected',
      'active.offer.accepted',
    ]);
    expect(lever.shows(settings, 'requisition', 'active.received')).toBe(false);
    const work = workOn(sandbox.createOpportunity(), { targetState: 'on_hold' });
    expect(await apply(work)).toEqual({ kind: 'refused', reason: 'state_not_mapped' });
    expect(await apply({ ...work, ref: null, targetState: 'rejected' })).toEqual({
      kind: 'refused',
      reason: 'ref_unknown',
    });
  });

  test('a reopened one is moved while it is archived, and only then taken out: nobody sees it in the wrong stage', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.underqualified });
    expect(await apply(workOn(ref, { previousState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(placeOf(ref)).toEqual([screen, null]);
    expect(sandbox.log.entries(ref).map((entry) => entry.to)).toEqual([
      'applicant-new',
      `applicant-new archived:${reasons.underqualified}`,
      `${screen} archived:${reasons.underqualified}`,
      screen,
    ]);
  });

  test('a move of what is archived does not count as shown while it stays archived', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.underqualified });
    sandbox.editByHand(ref, { kind: 'move', stage: screen });
    expect(await lever.read(ref, context())).toMatchObject({ state: 'rejected' });
    expect((await lever.confirm(workOn(ref), context())).outcome).toEqual({ kind: 'contradicted', seen: 'rejected' });
  });

  test('a reopening that broke off after the move is finished, not begun again', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.underqualified });
    const work = workOn(ref, { previousState: 'rejected' });
    sandbox.faults.next('save_then_hang');
    expect((await apply(work)).kind).toBe('ambiguous');
    expect(placeOf(ref)).toEqual([screen, reasons.underqualified]);
    requests.length = 0;
    expect(await apply({ ...work, attempt: 2 })).toEqual({ kind: 'confirmed' });
    expect(requests.filter(({ method }) => method === 'PUT').map(({ json }) => json)).toEqual([{ reason: null }]);
  });

  test('a rejection by hand in between is a conflict for a move', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.underqualified });
    expect(await apply(workOn(ref))).toEqual({ kind: 'conflict', seen: 'rejected' });
  });

  test('a stage that stands for the same as another is shown, archived or not, and nobody is moved out of it', async () => {
    const { 'active.interview': _, ...fewer } = stages;
    const more = { stages: fewer, sameAs: { [onSite]: screen } };
    const ref = sandbox.createOpportunity({ stage: onSite });
    expect(await lever.read(ref, context(more))).toMatchObject({ stage: onSite, state: 'active.screening' });
    expect(await apply(workOn(ref), more)).toEqual({ kind: 'confirmed_already' });
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.underqualified });
    expect(await apply(workOn(ref, { previousState: 'rejected' }), more)).toEqual({ kind: 'confirmed' });
    expect(placeOf(ref)).toEqual([onSite, null]);
  });

  test('an archive reason that has no meaning here is never written over, nor taken for a rejection', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.closed });
    expect(await lever.read(ref, context())).toMatchObject({ stage: `archived:${reasons.closed}`, state: null });
    expect(await apply(workOn(ref, { targetState: 'rejected' }))).toEqual({ kind: 'conflict', seen: null });
  });

  test('what is read says whose it is; an answer to a write, which leaves that blank, is never read', async () => {
    const ref = sandbox.createOpportunity();
    const { person } = sandbox.opportunity(ref) as { person: { firstName: string; email: string; phone: string } };
    await apply(workOn(ref));
    const reading = await lever.read(ref, context());
    expect(reading).toMatchObject({
      state: 'active.screening',
      states: ['active.screening'],
      elements: {
        'candidate.firstName': person.firstName,
        'candidate.email': person.email,
        'candidate.phone': person.phone,
        'application.source': 'Referral',
      },
    });
    const sourced = await lever.read(sandbox.createOpportunity({ origin: 'sourced' }), context());
    expect(Object.keys(sourced?.elements ?? {})).not.toContain('application.appliedAt');
  });

  test('stages and archive reasons are listed by their ids, and each state needs its own', async () => {
    const { stages: there, fields } = await catalogue(context());
    expect(there?.map((one) => one.name)).toEqual([
      'lead-new',
      'applicant-new',
      screen,
      onSite,
      'offer',
      ...Object.values(reasons),
    ]);
    expect(fields).toBeNull();
    const needed = (state: string) => needs(context().settings, 'application', state);
    expect(needed('active.screening.passed')).toEqual({ stages: [screen], fields: [] });
    expect(needed('hired')).toEqual({ stages: [reasons.hired], fields: [] });
    expect(needed('on_hold')).toEqual({ stages: [], fields: [] });
    sandbox.removeStage(screen);
    expect((await catalogue(context())).stages?.map((one) => one.name)).not.toContain(screen);
    sandbox.faults.next('error_before', { on: 'read' });
    await expect(catalogue(context())).rejects.toThrow(/^Lever could not be read: status 50[03]\.$/);
  });

  test('an id that is no id of Lever is asked for nowhere', async () => {
    expect(await lever.read('../users', context())).toBeNull();
    expect(requests).toEqual([]);
  });

  test('the wrong key is unauthorised', async () => {
    const wrong = { ...context(), secrets: { ...secrets, apiKey: 'wrong' } };
    expect((await lever.apply(workOn(sandbox.createOpportunity()), wrong)).outcome).toEqual({ kind: 'unauthorised' });
  });

  describe('notes', () => {
    const noted = { noteElements: ['screening.score', 'screening.recommendation'] };
    const elements = { 'screening.score': 87, 'screening.recommendation': 'advance' };
    const text = 'Interlock\nscreening.score: 87 of 100\nscreening.recommendation: advance';
    const notesOf = (ref: string) => sandbox.opportunity(ref)?.notes.map((note) => note.value);

    test('elements go into one note, which counts for being shown', async () => {
      const ref = sandbox.createOpportunity();
      expect(lever.elementsFor(context(noted).settings, 'active.screening.completed', mapping)).toEqual(
        noted.noteElements,
      );
      expect(lever.elementsFor(context(noted).settings, 'rejected', mapping)).toEqual([]);
      const work = workOn(ref, { elements });
      expect(await apply(work, noted)).toEqual({ kind: 'confirmed' });
      expect(notesOf(ref)).toEqual([text]);
      expect(placeOf(ref)).toEqual([screen, null]);
      expect(await apply({ ...work, attempt: 2 }, noted)).toEqual({ kind: 'confirmed_already' });
      expect(notesOf(ref)).toEqual([text]);
    });

    test('a note that was saved before the connection broke is not written twice', async () => {
      const ref = sandbox.createOpportunity();
      const work = workOn(ref, { elements });
      sandbox.faults.next('save_then_hang');
      expect((await apply(work, noted)).kind).toBe('ambiguous');
      expect(placeOf(ref)).toEqual(['applicant-new', null]);
      expect(await apply({ ...work, attempt: 2 }, noted)).toEqual({ kind: 'confirmed' });
      expect(notesOf(ref)).toEqual([text]);
    });

    test('a note that was accepted and not saved is not confirmed', async () => {
      const ref = sandbox.createOpportunity();
      const work = workOn(ref, { elements });
      sandbox.faults.next('save_nothing');
      expect((await apply(work, noted)).kind).toBe('accepted');
      expect((await lever.confirm(work, context(noted))).outcome).toEqual({
        kind: 'contradicted',
        seen: 'active.screening',
      });
    });

    test('the latest note counts: a value that came back is written again', async () => {
      const ref = sandbox.createOpportunity();
      for (const score of [87, 90, 87])
        expect(
          await apply(
            workOn(ref, {
              elements: { 'screening.score': score },
              previousState: 'active.screening',
              expectedStates: ['active.screening', 'active.received'],
            }),
            noted,
          ),
        ).toEqual({
          kind: 'confirmed',
        });
      expect(notesOf(ref)).toEqual([87, 90, 87].map((score) => `Interlock\nscreening.score: ${score} of 100`));
    });

    test('our note is found behind more than a page of others', async () => {
      const ref = sandbox.createOpportunity();
      await apply(workOn(ref, { elements }), noted);
      for (let turn = 0; turn < 101; turn += 1) {
        const other = { ...context(), http };
        await other.http.request(
          {
            method: 'POST',
            url: `${sandbox.url}/opportunities/${ref}/notes?perform_as=${serviceUser}`,
            headers: { authorization: `Basic ${Buffer.from(`${secrets.apiKey}:`).toString('base64')}` },
            json: { value: `Spoke to the candidate, ${turn}` },
          },
          other.signal,
        );
      }
      requests.length = 0;
      expect(await apply(workOn(ref, { elements }), noted)).toEqual({ kind: 'confirmed_already' });
      expect(requests.map(({ method, url }) => [method, new URL(url).search])).toEqual([
        ['GET', ''],
        ['GET', '?limit=100'],
        ['GET', '?limit=100&offset=100'],
      ]);
    });
  });
});

describe('webhooks of its own', () => {
  let sandbox: LeverSandbox;
  let capture: WebhookCapture;
  const settings = (): LeverSettings => settingsFor(sandbox.url);
  beforeAll(async () => {
    capture = await captureWebhooks(200);
  });
  afterAll(() => capture.close());
  beforeEach(async () => {
    sandbox = await startLever({ apiKey: secrets.apiKey, signatureTokens });
    sandbox.webhooks?.target(capture.url);
    capture.requests.length = 0;
  });
  afterEach(() => sandbox.close());

  const sent = async (): Promise<InboundRequest[]> => {
    await sandbox.webhooks?.drain();
    return capture.requests.splice(0);
  };
  const bodyOf = (request: InboundRequest): Record<string, unknown> => JSON.parse(Buffer.from(request.body).toString());
  const translate = (payload: unknown): Translation[] =>
    lever.translate(payload, {
      connection: 'lever',
      mapping,
      settings: settings(),
      headers: {},
      receivedAt: 1_700_000_000_000,
    });
  const said = async (): Promise<Translation[]> => (await sent()).flatMap((one) => translate(bodyOf(one)));

  test('bodies are not signed, so every event is looked up before it is believed', async () => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'move', stage: onSite });
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.hired });
    sandbox.editByHand(ref, { kind: 'unarchive' });
    const events = (await said()) as TranslatedEvent[];
    expect(events.map((one) => one.look)).toEqual(Array.from({ length: 6 }, () => true));
  });

  test('an application may begin anywhere, so its stage is read too', async () => {
    const ref = sandbox.createOpportunity({ stage: screen });
    const events = (await said()) as TranslatedEvent[];
    expect(events).toMatchObject([
      { ref, claim: { kind: 'event', type: 'application.received' } },
      { ref, claim: { kind: 'stage', targets: [] } },
    ]);
    expect(new Set(events.map((one) => one.externalId)).size).toBe(2);
  });

  test('a move names all states that share its stage', async () => {
    const ref = sandbox.createOpportunity({ stage: screen });
    await sent();
    sandbox.editByHand(ref, { kind: 'move', stage: 'applicant-new' });
    expect(await said()).toMatchObject([
      { kind: 'event', ref, claim: { kind: 'stage', targets: ['active.received', 'active.triage'] } },
    ]);
  });

  test.each([
    ['underqualified', ['rejected']],
    ['withdrew', ['withdrawn']],
  ] as const)('archived as %s', async (reason, targets) => {
    const ref = sandbox.createOpportunity();
    await sent();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons[reason] });
    const archivedAt = sandbox.opportunity(ref)?.archived?.archivedAt as number;
    const [event] = (await said()) as TranslatedEvent[];
    // Its reason is taken from what is read.
    expect(event).toMatchObject({ claim: { kind: 'stage', targets }, data: {} });
    expect(Date.parse(event?.occurredAt ?? '') - archivedAt).toBeLessThan(50);
  });

  test('a hire is told twice, and says the same both times', async () => {
    const ref = sandbox.createOpportunity();
    await sent();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.hired });
    const events = (await said()) as TranslatedEvent[];
    expect(events.map(({ claim }) => claim)).toEqual([
      { kind: 'stage', targets: ['hired'] },
      { kind: 'stage', targets: ['hired'] },
    ]);
    expect(new Set(events.map((one) => one.externalId)).size).toBe(2);
  });

  test.each([
    ['underqualified', { 'reopen.reason': 'unarchived in Lever' }],
    ['hired', { 'hire.revertReason': 'unarchived in Lever' }],
  ] as const)('unarchived after %s: where it is now is read, not guessed', async (reason, data) => {
    const ref = sandbox.createOpportunity();
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons[reason] });
    await sent();
    sandbox.editByHand(ref, { kind: 'unarchive' });
    expect(await said()).toMatchObject([{ ref, claim: { kind: 'stage', targets: [] }, data, look: true }]);
  });

  test('a stage that stands for the same as another says the same', () => {
    const payload = { event: 'candidateStageChange', data: { opportunityId: 'a1', toStageId: 'lead-new' } };
    const said = lever.translate(payload, {
      connection: 'lever',
      mapping,
      settings: settingsFor(sandbox.url, { sameAs: { 'lead-new': screen } }),
      headers: {},
      receivedAt: 0,
    });
    expect(said).toMatchObject([{ claim: { kind: 'stage', targets: ['active.screening'] } }]);
  });

  test('what the mapping lacks is quarantined, by its id', async () => {
    const ref = sandbox.createOpportunity();
    await sent();
    sandbox.editByHand(ref, { kind: 'move', stage: 'lead-new' });
    sandbox.editByHand(ref, { kind: 'archive', reason: reasons.closed });
    expect(await said()).toMatchObject([
      { kind: 'quarantined', reason: 'unknown_stage', detail: expect.stringContaining('"lead-new"') },
      { kind: 'quarantined', reason: 'unknown_archive_reason', detail: expect.stringContaining(reasons.closed) },
    ]);
  });

  test('the button of the settings screen is answered and is no event', async () => {
    sandbox.checkConnection('candidateStageChange');
    const [request] = await sent();
    expect(lever.verify(request as InboundRequest, [secrets], settings())).toEqual({ ok: true });
    expect(translate(bodyOf(request as InboundRequest))).toEqual([{ kind: 'ignored', reason: 'connection_check' }]);
    expect(lever.acknowledgement.status).toBe(200);
  });

  test('each event is signed with the token of its own webhook', async () => {
    sandbox.createOpportunity();
    const [request] = (await sent()) as [InboundRequest];
    const body = { ...bodyOf(request), event: 'candidateStageChange' };
    const renamed = { ...request, body: Buffer.from(JSON.stringify(body)) };
    expect(lever.verify(request, [secrets], settings())).toEqual({ ok: true });
    expect(lever.verify(renamed, [secrets], settings())).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('a connection without the token of a webhook does not take it', async () => {
    sandbox.createOpportunity();
    const [request] = (await sent()) as [InboundRequest];
    const { applicationCreatedToken: _, ...fewer } = secrets;
    expect(lever.verify(request, [fewer], settings())).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('an event that we have no token for may come with any of ours', async () => {
    sandbox.report('candidateDeleted', { opportunityId: unknownRef });
    const [request] = (await sent()) as [InboundRequest];
    expect(lever.verify(request, [secrets], settings())).toMatchObject({ ok: false, code: 'bad_signature' });
    const shared = { ...secrets, hiredToken: signatureTokens.candidateDeleted };
    expect(lever.verify(request, [shared], settings())).toEqual({ ok: true });
    expect(translate(bodyOf(request))).toEqual([{ kind: 'ignored', reason: 'deleted_in_target' }]);
  });

  test.each([
    [4 * 24 * 3_600_000, 'stale_timestamp'],
    [-10 * 60_000, 'stale_timestamp'],
    [2 * 24 * 3_600_000, undefined],
  ])('signed %i ms ago: %s', async (ms, code) => {
    sandbox.createOpportunity();
    const [request] = (await sent()) as [InboundRequest];
    const verdict = lever.verify({ ...request, receivedAt: request.receivedAt + ms }, [secrets], settings());
    expect('code' in verdict ? verdict.code : undefined).toBe(code);
  });

  test('the time that is signed is the one in the body', async () => {
    sandbox.createOpportunity();
    const [request] = (await sent()) as [InboundRequest];
    const body = bodyOf(request);
    const later = { ...body, triggeredAt: Number(body.triggeredAt) + 1 };
    expect(lever.verify({ ...request, body: Buffer.from(JSON.stringify(later)) }, [secrets], settings())).toMatchObject(
      { ok: false, code: 'bad_signature' },
    );
  });

  test.each([
    ['not JSON at all', 'missing_signature'],
    ['{"token":"a","triggeredAt":1}', 'missing_signature'],
    ['{"token":"a","signature":"x","triggeredAt":"soon"}', 'stale_timestamp'],
  ])('%s is refused', (body, code) => {
    const request = { method: 'POST', url: 'https://x', headers: {}, body: Buffer.from(body), receivedAt: Date.now() };
    expect(lever.verify(request, [secrets], settings())).toMatchObject({ ok: false, code });
  });

  test.each([
    [{ event: 'candidateStageChange', data: { opportunityId: 'a1', toStageId: screen } }, 'event'],
    // Ids of candidates are ids of opportunities.
    [{ event: 'candidateStageChange', data: { candidateId: 'a1', toStageId: screen } }, 'event'],
    [{ event: 'candidateStageChange', data: { opportunityId: 'a1' } }, 'not_understood'],
    [{ event: 'candidateStageChange', data: { toStageId: screen } }, 'not_understood'],
    [{ event: 'candidateArchiveChange', data: { opportunityId: 'a1', toArchived: 'yes' } }, 'not_understood'],
    [{ event: 'candidateStageChange' }, 'connection_check'],
    [{ event: 'interviewCreated', data: { opportunityId: 'a1' } }, 'interview_details'],
    [{ event: 'somethingNew', data: { opportunityId: 'a1' } }, 'unknown_event'],
  ])('%j is %s', (payload, expected) => {
    const [one] = translate(payload);
    expect(one?.kind === 'event' ? 'event' : one?.reason).toBe(expected);
  });
});

describe('settings', () => {
  const parse = (more: Record<string, unknown>) => () => settingsFor('https://api.lever.co/v1', more);
  test.each([
    [{ stages: { 'active.screening': 'Recruiter screen' } }],
    [{ stages: {} }],
    [{ stages: { hired: 'offer' } }],
    [{ archiveReasons: { rejected: [] } }],
    [{ archiveReasons: { rejected: [reasons.closed], withdrawn: [reasons.closed] } }],
    [{ sameAs: { 'lead-new': 'lead-responded' } }],
    [{ sameAs: { offer: screen } }],
    [{ performAs: '' }],
    [{ somethingElse: 1 }],
  ])('%j is refused', (more) => expect(parse(more)).toThrow());
});
