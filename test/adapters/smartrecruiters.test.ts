// SmartRecruiters: the adapter contract on the simulator, and what is SmartRecruiters' own.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { InboundRequest, TranslateContext, VendorContext, Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { smartrecruiters } from '../../src/adapters/smartrecruiters/index.ts';
import { type SmartrecruitersSettings, statesOfStatus, targetOf } from '../../src/adapters/smartrecruiters/settings.ts';
import { secrets, settingsFor, smartrecruitersBench, stages } from '../../src/certify/benches/smartrecruiters.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { type SmartrecruitersSandbox, startSmartrecruiters } from '../../src/sandbox/smartrecruiters.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { captureWebhooks } from '../support/capture-webhooks.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(smartrecruitersBench);

describe('writes of its own', () => {
  let sandbox: SmartrecruitersSandbox;
  let http: OwnedVendorHttp;
  const context = (more: Record<string, unknown> = {}): VendorContext<SmartrecruitersSettings> => ({
    connection: 'smartrecruiters-test',
    settings: settingsFor(sandbox.url, more),
    mapping: mappingOf('smartrecruiters'),
    secrets,
    http,
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, more?: Record<string, unknown>) =>
    (await smartrecruiters.apply(work, context(more))).outcome;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 300, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    sandbox = await startSmartrecruiters(secrets);
  });
  afterEach(() => sandbox.close());

  test('a rejection and a withdrawal use their configured reasons', async () => {
    const rejected = sandbox.createApplication();
    expect(await apply(workOn(rejected, { targetState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(rejected)).toMatchObject({ status: 'REJECTED', reasonId: 'reason-14' });
    const withdrawn = sandbox.createApplication();
    expect(await apply(workOn(withdrawn, { targetState: 'withdrawn' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(withdrawn)).toMatchObject({ status: 'WITHDRAWN', reasonId: 'reason-27' });
  });

  test('a reason that the account does not have is refused', async () => {
    const ref = sandbox.createApplication();
    expect(await apply(workOn(ref, { targetState: 'rejected' }), { rejectionReasonId: 'gone' })).toEqual({
      kind: 'refused',
      reason: 'http_400',
    });
  });

  test('a hire carries the start date', async () => {
    const ref = sandbox.createApplication({ status: 'OFFERED' });
    const work = workOn(ref, {
      targetState: 'hired',
      previousState: 'active.offer.accepted',
      elements: { 'offer.startDate': '2030-02-01' },
    });
    expect(await apply(work)).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)).toMatchObject({ status: 'HIRED', startsOn: '2030-02-01T00:00:00.000Z' });
  });

  test('of two assignments of one candidate only the one that is meant is touched', async () => {
    const candidateId = 'cand-twice';
    const first = sandbox.createApplication({ candidateId, jobId: 'job-1' });
    const second = sandbox.createApplication({ candidateId, jobId: 'job-2' });
    expect(await apply(workOn(second, { targetState: 'rejected' }))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(first)?.status).toBe('NEW');
    expect(sandbox.application(second)?.status).toBe('REJECTED');
  });

  test('a status alone stands for all sub-statuses without an entry of their own', async () => {
    const ref = sandbox.createApplication();
    const triage = { targetState: 'active.triage', eventType: 'triage.started' };
    expect(await apply(workOn(ref, triage))).toEqual({ kind: 'confirmed' });
    expect(sandbox.application(ref)?.subStatus).toBe('Résumé review');
    expect(await apply(workOn(ref, triage))).toEqual({ kind: 'confirmed_already' });
    sandbox.editByHand(ref, { status: 'IN_REVIEW', subStatus: 'Assessment' });
    expect((await apply(workOn(ref, triage))).kind).toBe('conflict');
  });

  test('a revoked key is unauthorised, for reads and for writes', async () => {
    const ref = sandbox.createApplication();
    sandbox.revokeKey();
    expect(await apply(workOn(ref))).toEqual({ kind: 'unauthorised' });
  });

  test('what is read tells who it is about, and at the end why', async () => {
    const ref = sandbox.createApplication({ source: 'Referral' });
    const { person } = sandbox.application(ref) ?? {};
    const who = {
      'candidate.firstName': person?.firstName,
      'candidate.lastName': person?.lastName,
      'candidate.email': person?.email,
      'candidate.phone': person?.phone,
      'application.source': 'Referral',
    };
    expect((await smartrecruiters.read(ref, context()))?.elements).toEqual(who);
    sandbox.editByHand(ref, { status: 'REJECTED', reason: 'reason-14' });
    expect(await smartrecruiters.read(ref, context())).toMatchObject({
      state: 'rejected',
      elements: { ...who, 'rejection.reason': 'Lacks experience' },
    });
    sandbox.editByHand(ref, { status: 'REJECTED' });
    expect((await smartrecruiters.read(ref, context()))?.elements).toMatchObject({
      'rejection.reason': 'not given in SmartRecruiters',
    });
    sandbox.editByHand(ref, { status: 'HIRED', startsOn: '2030-02-01T00:00:00.000Z' });
    expect((await smartrecruiters.read(ref, context()))?.elements).toMatchObject({ 'offer.startDate': '2030-02-01' });
  });

  test('a status that no setting names stands for nothing', async () => {
    const ref = sandbox.createApplication({ status: 'LEAD' });
    expect(await smartrecruiters.read(ref, context())).toMatchObject({ stage: 'LEAD', state: null, states: [] });
  });

  test.each(['nobody:../jobs', 'a:b:c', 'only', ''])('"%s" is no name of an application', async (ref) => {
    expect(await smartrecruiters.read(ref, context())).toBeNull();
  });
});

describe('states and statuses', () => {
  const settings = settingsFor('https://sr.example', {
    stages: { ...stages, 'active.interview.scheduled': 'INTERVIEW / Panel', 'active.screening.passed': 'IN_REVIEW' },
  });

  test.each([
    ['IN_REVIEW', 'Assessment', ['active.screening']],
    ['IN_REVIEW', 'Résumé review', ['active.screening.passed', 'active.triage']],
    ['IN_REVIEW', null, ['active.screening.passed', 'active.triage']],
    ['INTERVIEW', 'Panel', ['active.interview.scheduled']],
    ['INTERVIEW', 'Phone', ['active.interview']],
    ['HIRED', null, ['hired']],
    ['REJECTED', null, ['rejected']],
    ['WITHDRAWN', null, ['withdrawn']],
    ['TRANSFERRED', null, []],
    ['LEAD', null, []],
  ])('%s / %s stands for %j', (status, subStatus, states) =>
    expect(statesOfStatus(settings, { status, subStatus })).toEqual(states),
  );

  test('the most specific entry is written', () => {
    expect(targetOf(settings, 'active.interview.scheduled')).toMatchObject({ status: 'INTERVIEW', subStatus: 'Panel' });
    expect(targetOf(settings, 'active.interview.to_schedule')).toMatchObject({ status: 'INTERVIEW', subStatus: null });
    expect(targetOf(settings, 'on_hold')).toBeNull();
    expect(smartrecruiters.shows(settings, 'requisition', 'live.open')).toBe(false);
  });

  test.each([
    [{ stages: {} }],
    [{ stages: { 'active.offer': 'HIRED' } }],
    [{ stages: { 'active.offer': 'Offer' } }],
    [{ stages: { 'active.offer': 'OFFERED/Sent' } }],
    [{ rejectionReasonId: '../x' }],
    [{ unheard: 1 }],
  ])('%j is refused', (wrong) => {
    expect(() => settingsFor('https://sr.example', wrong)).toThrow();
  });

  test('only a hire asks for an element', () => {
    expect(smartrecruiters.elementsFor(settings, 'hired', mappingOf('smartrecruiters'))).toEqual(['offer.startDate']);
    expect(smartrecruiters.elementsFor(settings, 'rejected', mappingOf('smartrecruiters'))).toEqual([]);
    expect(smartrecruiters.elementsFor(settings, 'active.offer', mappingOf('smartrecruiters'))).toEqual([]);
  });

  test('it is in the registry', () => expect(adapters.get('smartrecruiters')).toBe(smartrecruiters));
});

describe('webhooks of its own', () => {
  const context = (headers: Record<string, string>): TranslateContext<SmartrecruitersSettings> => ({
    connection: 'smartrecruiters-test',
    mapping: mappingOf('smartrecruiters'),
    settings: settingsFor('https://sr.example'),
    headers,
    receivedAt: Date.parse('2026-03-01T10:00:00Z'),
  });
  const ids = { job_id: 'job-1', candidate_id: 'cand-1' };

  test('a change of status only names the application; nothing in it is believed', () => {
    const headers = {
      'event-name': 'application.status.updated',
      'event-id': 'e1',
      'smartrecruiters-timestamp': '1574080897',
    };
    expect(smartrecruiters.translate(ids, context(headers))).toEqual([
      {
        kind: 'event',
        look: true,
        externalId: 'e1',
        machine: 'application',
        ref: 'cand-1:job-1',
        claim: { kind: 'stage', targets: [] },
        occurredAt: '2019-11-18T12:41:37.000Z',
        data: {},
        requisition: 'job-1',
      },
    ]);
  });

  test('a new application is received, and may be anywhere already', () => {
    const said = smartrecruiters.translate(ids, context({ 'event-name': 'application.created', 'event-id': 'e2' }));
    expect(said).toMatchObject([
      { look: true, externalId: 'e2', claim: { kind: 'event', type: 'application.received' } },
      { look: true, externalId: 'e2.stage', claim: { kind: 'stage', targets: [] } },
    ]);
  });

  test('without an event id one is made of what tells deliveries apart', () => {
    const at = (timestamp: string, payload: object = ids) => {
      const headers = { 'event-name': 'application.status.updated', 'smartrecruiters-timestamp': timestamp };
      return (smartrecruiters.translate(payload, context(headers))[0] as { externalId: string }).externalId;
    };
    expect(at('1574080897')).toBe(at('1574080897'));
    expect(new Set([at('1574080897'), at('1574080898'), at('1574080897', { ...ids, job_id: 'job-2' })]).size).toBe(3);
  });

  test.each([
    ['job.created', ids, { kind: 'ignored', reason: 'requisition_not_kept' }],
    ['offer.updated', ids, { kind: 'ignored', reason: 'offer_not_kept' }],
    ['application.vanished', ids, { kind: 'ignored', reason: 'unknown_event' }],
    ['application.created', { job_id: 'job-1' }, { kind: 'quarantined', reason: 'not_understood' }],
    ['application.created', { ...ids, candidate_id: '../x' }, { kind: 'quarantined', reason: 'not_understood' }],
    [undefined, ids, { kind: 'quarantined', reason: 'not_understood' }],
  ])('%s with %j', (name, payload, said) =>
    expect(smartrecruiters.translate(payload, context(name === undefined ? {} : { 'event-name': name }))).toMatchObject(
      [said],
    ),
  );

  test('activating a subscription is answered, and only that', async () => {
    const request = (headers: Record<string, string>): InboundRequest => ({
      method: 'POST',
      url: 'https://interlock.example/hooks/sr',
      headers,
      body: new Uint8Array(),
      receivedAt: 0,
    });
    const answered = smartrecruiters.handshake?.(request({ 'x-hook-secret': 'abc-123' }));
    expect(answered).toEqual({ status: 200, headers: { 'x-hook-secret': 'abc-123' } });
    expect(smartrecruiters.handshake?.(request({}))).toBeNull();
    expect(smartrecruiters.handshake?.(request({ 'x-hook-secret': 'a\r\nset-cookie: b' }))).toBeNull();
    const signed = { 'x-hook-secret': 'abc', 'smartrecruiters-signature': 'v1=00' };
    expect(smartrecruiters.handshake?.(request(signed))).toBeNull();
  });

  test('several live keys each sign, and any of them is good', async () => {
    await using sandbox = await startSmartrecruiters({ ...secrets, olderSecrets: ['an-older-one'] });
    const capture = await captureWebhooks(202);
    sandbox.webhooks?.target(capture.url);
    sandbox.createApplication();
    await sandbox.webhooks?.drain();
    const request = capture.requests[0] as InboundRequest;
    expect(request.headers['smartrecruiters-signature']).toMatch(/^v1=\w{64};v1=\w{64}$/);
    const verdictWith = (webhookSecret: string) =>
      smartrecruiters.verify(request, [{ webhookSecret }], settingsFor(sandbox.url)).ok;
    expect(['an-older-one', secrets.webhookSecret, 'another'].map(verdictWith)).toEqual([true, true, false]);
    await capture.close();
  });
});

const vector = new URL('../../../shared/fixtures/smartrecruiters/webhook-signature-vector.json', import.meta.url);

describe.skipIf(!existsSync(vector))('the published signature', () => {
  const published = (existsSync(vector) ? JSON.parse(readFileSync(vector, 'utf8')) : {}) as {
    secret_key: string;
    headers: Record<string, string>;
    body: string;
  };
  const request = (change: Record<string, string | undefined> = {}): InboundRequest => ({
    method: 'POST',
    url: 'https://interlock.example/hooks/sr',
    headers: Object.fromEntries(
      Object.entries({ ...published.headers, ...change }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
    body: Buffer.from(published.body),
    receivedAt: 0,
  });
  const verdict = (one: InboundRequest) =>
    smartrecruiters.verify(one, [{ webhookSecret: published.secret_key }], settingsFor('https://sr.example'));

  test('is good', () => expect(verdict(request())).toEqual({ ok: true }));

  test.each(['smartrecruiters-timestamp', 'event-id', 'event-name', 'event-version', 'link'])('covers %s', (name) => {
    expect(verdict(request({ [name]: 'other' })).ok).toBe(false);
    expect(verdict(request({ [name]: undefined })).ok).toBe(false);
  });
});
