// What the webhooks of Lever and Ashby come to in a running service: one act, one transition, and nothing on hearsay.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { type LeverSandbox, startLever } from '../../src/sandbox/lever.ts';
import { type AtsOffice, openAtsOffice } from '../support/ats-office.ts';
import { until as untilWithin } from '../support/hiring-office.ts';

let office: AtsOffice;
/** Looks wait for the vendor's own lag, and are repeated when the machine is slow. */
const until = (isTrue: () => Promise<boolean>): Promise<void> => untilWithin(isTrue, 30_000);

describe('Ashby', { timeout: 90_000 }, () => {
  const secrets = { apiKey: 'key', webhookSecret: 'hush' };
  let ashby: AshbySandbox;
  beforeEach(async () => {
    ashby = await startAshby(secrets);
    const settings = {
      baseUrl: ashby.url,
      stages: {
        'active.received': 'Application Review',
        'active.triage': 'Application Review',
        'active.screening': 'Assessment',
        'active.interview': 'Interview',
        'active.offer': 'Offer',
      },
      archiveReasons: { rejected: ['a0000000-0000-4000-8000-000000000001'] },
    };
    office = await openAtsOffice('ashby', settings, secrets);
    ashby.webhooks?.target(office.hookUrl);
  });
  afterEach(async () => {
    await office[Symbol.asyncDispose]();
    await ashby.close();
  });

  /** Screened and interviewed, in Interlock and in Ashby, up to an offer that is being written. */
  async function interviewed(): Promise<string> {
    const ref = ashby.createApplication();
    await until(async () => (await office.stateOf(ref)) === 'active.received');
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 81 } });
    await office.record(ref, 'interview.requested');
    const at = { 'interview.scheduledAt': '2030-01-02T10:00:00Z' };
    await office.record(ref, 'interview.scheduled', { by: 'scheduling', data: at });
    await office.record(ref, 'interview.completed');
    await office.settled(ref);
    return ref;
  }

  test('a hire that comes as three webhooks, twice each and in any order, makes one transition', async () => {
    const ref = await interviewed();
    for (const change of [
      {},
      { approved: true },
      { offerStatus: 'WaitingOnCandidateResponse' },
      { offerStatus: 'CandidateAccepted', decidedAt: '2030-01-03T10:00:00Z' },
    ] as const) {
      ashby.editByHand(ref, { kind: 'offer', change });
      await ashby.webhooks?.drain();
    }
    await until(async () => (await office.stateOf(ref)) === 'active.offer.accepted');
    await office.settled(ref);
    await ashby.webhooks?.drain();
    const before = office.came.length;
    ashby.webhooks?.tune({ duplicates: 1, delayMs: { min: 0, max: 100 } });
    ashby.editByHand(ref, { kind: 'hire' });
    await ashby.webhooks?.drain();
    await until(async () => (await office.stateOf(ref)) === 'hired');
    await office.decided(ref);

    const came = office.came.slice(before).map(({ body }) => JSON.parse(body) as Record<string, string>);
    expect(came.map((one) => one.action).sort()).toEqual(
      ['applicationUpdate', 'candidateHire', 'candidateStageChange'].flatMap((action) => [action, action]),
    );
    expect(new Set(came.map((one) => one.webhookActionId)).size).toBe(1);
    expect((await office.transitions(ref)).filter((type) => type === 'application.hired')).toHaveLength(1);
    const hired = (await office.events(ref)).filter((one) => one.claim === 'hired');
    expect(hired.map((one) => one.disposition).sort()).toEqual(['applied', 'stale']);
    expect(hired.find((one) => one.disposition === 'stale')?.code).toBe('already_there');
  });

  test('the webhook of our own move is its echo, and moves nobody', async () => {
    const ref = ashby.createApplication();
    await until(async () => (await office.stateOf(ref)) === 'active.received');
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    await until(async () => ashby.application(ref)?.stage.title === 'Assessment');
    await office.settled(ref);
    await ashby.webhooks?.drain();
    await office.decided(ref);
    const moves = (await office.events(ref)).filter((one) => one.claim === 'active.screening');
    expect(moves).toMatchObject([{ disposition: 'echo', code: 'own_write' }]);
    expect(await office.stateOf(ref)).toBe('active.screening.invited');
  });

  test('a rejection that is taken back waits for the reason that Ashby does not ask for', async () => {
    const ref = await interviewed();
    ashby.editByHand(ref, { kind: 'archive', reason: 'a0000000-0000-4000-8000-000000000004' });
    await until(async () => (await office.stateOf(ref)) === 'rejected');
    await office.settled(ref);
    ashby.editByHand(ref, { kind: 'move', stage: 'Interview' });
    await ashby.webhooks?.drain();
    await office.decided(ref);
    expect((await office.events(ref)).at(-1)).toMatchObject({ disposition: 'refused', code: 'missing_elements' });
    await office.record(ref, 'application.reopened', { data: { 'reopen.reason': 'rejected by mistake' } });
    await office.settled(ref);
    expect(await office.stateOf(ref)).toMatch(/^active\.interview\./);
    expect(ashby.application(ref)?.stage.title).toBe('Interview');
  });
});

describe('Lever', { timeout: 90_000 }, () => {
  const secrets = {
    apiKey: 'key',
    stageChangeToken: 'stage',
    archiveChangeToken: 'archive',
    applicationCreatedToken: 'created',
    hiredToken: 'hired',
  };
  const screen = '2ca03d97-d4f2-4a97-89de-96c8b0d07924';
  const onSite = '25cba92d-7eaf-4d42-83f9-38874c95ef1b';
  const underqualified = '4105fb10-1f79-44ec-b873-33886dc01348';
  let lever: LeverSandbox;
  beforeEach(async () => {
    const signatureTokens = {
      candidateStageChange: secrets.stageChangeToken,
      candidateArchiveChange: secrets.archiveChangeToken,
      applicationCreated: secrets.applicationCreatedToken,
      candidateHired: secrets.hiredToken,
    };
    lever = await startLever({ apiKey: secrets.apiKey, signatureTokens });
    const settings = {
      baseUrl: lever.url,
      performAs: 'be129d9b-50da-4485-9377-0d83e981f30b',
      stages: {
        'active.received': 'applicant-new',
        'active.triage': 'applicant-new',
        'active.screening': screen,
        'active.interview': onSite,
        'active.offer': 'offer',
      },
      archiveReasons: { rejected: [underqualified], hired: ['0092d31b-502b-4f0d-b4da-3827e1a2991f'] },
    };
    office = await openAtsOffice('lever', settings, secrets);
    lever.webhooks?.target(office.hookUrl);
  });
  afterEach(async () => {
    await office[Symbol.asyncDispose]();
    await lever.close();
  });

  /** Invited to screening, in Interlock and in Lever. */
  async function invited(): Promise<string> {
    const ref = lever.createOpportunity();
    await until(async () => (await office.stateOf(ref)) === 'active.received');
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    await until(async () => lever.opportunity(ref)?.stage === screen);
    await office.settled(ref);
    await lever.webhooks?.drain();
    await office.decided(ref);
    return ref;
  }

  test('who applied is read, since the webhook names nobody; the echo of our move moves nobody', async () => {
    const ref = await invited();
    expect(JSON.stringify(office.came.map((one) => one.body))).not.toContain(lever.opportunity(ref)?.person.email);
    const known = await office.service.context.database.reports
      .selectFrom('element_value')
      .innerJoin('subject_ref', 'subject_ref.subject_id', 'element_value.subject_id')
      .select('element')
      .where('external_id', '=', ref)
      .execute();
    expect(known.map((one) => one.element)).toEqual(
      expect.arrayContaining(['candidate.email', 'candidate.firstName', 'application.appliedAt']),
    );
    expect(await office.transitions(ref)).toEqual(['application.received', 'triage.started', 'screening.invited']);
    // Whether what came first is told as an echo too depends on which of the two was first: its reading, or the write it agrees with.
    const echoes = (await office.events(ref)).filter((one) => one.disposition === 'echo');
    expect(echoes.filter((one) => one.claim !== 'active.received | active.triage')).toMatchObject([
      { claim: 'active.screening', code: 'own_write' },
    ]);
  });

  test('who is added straight to a later stage is shown to disagree, since nobody screened them', async () => {
    const ref = lever.createOpportunity({ stage: onSite });
    await until(async () => (await office.events(ref)).some((one) => one.claim === 'active.interview'));
    // What is read of the application itself may come after it.
    await until(async () => (await office.stateOf(ref)) !== undefined);
    expect(await office.stateOf(ref)).toBe('active.received');
    const shown = () =>
      office.service.context.database.reports
        .selectFrom('incident')
        .select(['kind'])
        .where('connection_id', '=', 'lever')
        .execute();
    await until(async () => (await shown()).some((one) => one.kind === 'divergence'));
  });

  test('a rejection, and its being taken back, are told by what Lever shows', async () => {
    const ref = await invited();
    lever.editByHand(ref, { kind: 'archive', reason: underqualified });
    await until(async () => (await office.stateOf(ref)) === 'rejected');
    await office.settled(ref);
    lever.editByHand(ref, { kind: 'unarchive' });
    await until(async () => (await office.stateOf(ref)) === 'active.screening.invited');
    expect((await office.transitions(ref)).slice(-2)).toEqual(['application.rejected', 'application.reopened']);
  });

  test('a body that somebody put under a signature of Lever’s moves nobody', async () => {
    const ref = await invited();
    lever.editByHand(ref, { kind: 'archive', reason: underqualified });
    await until(async () => (await office.stateOf(ref)) === 'rejected');
    await office.settled(ref);
    lever.editByHand(ref, { kind: 'unarchive' });
    await until(async () => (await office.stateOf(ref)) === 'active.screening.invited');
    await lever.webhooks?.drain();
    await office.decided(ref);
    const before = await office.transitions(ref);
    const caught = office.came
      .map(({ body }) => JSON.parse(body))
      .find((one) => one.event === 'candidateArchiveChange' && one.data.toArchived !== null);
    const read = async () => (await office.events(ref)).filter((one) => one.code === 'read').length;
    const seen = await read();
    const data = { opportunityId: ref, toArchived: { reason: underqualified, archivedAt: Date.now() }, forged: true };
    const answer = await fetch(office.hookUrl, { method: 'POST', body: JSON.stringify({ ...caught, data }) });
    // It carries a good signature, so it is taken; and looked into.
    expect(answer.status).toBe(200);
    await until(async () => (await read()) > seen);
    await office.decided(ref);
    expect(await office.transitions(ref)).toEqual(before);
    expect(lever.opportunity(ref)?.archived).toBeNull();
    const unknown = 'deadbeef-0000-4000-8000-000000000000';
    const created = office.came.map(({ body }) => JSON.parse(body)).find((one) => one.event === 'applicationCreated');
    await fetch(office.hookUrl, {
      method: 'POST',
      body: JSON.stringify({ ...created, data: { opportunityId: unknown } }),
    });
    await until(async () => (await office.events(unknown)).some((one) => one.code === 'missing_in_target'));
    expect(await office.stateOf(unknown)).toBeUndefined();
  });

  test('a hire that Lever tells of twice makes one transition', async () => {
    const ref = await invited();
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 81 } });
    await office.record(ref, 'interview.requested');
    const at = { 'interview.scheduledAt': '2030-01-02T10:00:00Z' };
    await office.record(ref, 'interview.scheduled', { by: 'scheduling', data: at });
    await office.record(ref, 'interview.completed');
    await office.record(ref, 'offer.drafted');
    await office.record(ref, 'offer.approved');
    await office.record(ref, 'offer.extended');
    await office.record(ref, 'offer.accepted', { data: { 'offer.startDate': '2030-02-01' } });
    await office.settled(ref);
    lever.editByHand(ref, { kind: 'archive', reason: '0092d31b-502b-4f0d-b4da-3827e1a2991f' });
    await until(async () => (await office.stateOf(ref)) === 'hired');
    await lever.webhooks?.drain();
    await office.decided(ref);
    expect((await office.transitions(ref)).filter((type) => type === 'application.hired')).toHaveLength(1);
    const hired = (await office.events(ref)).filter((one) => one.claim === 'hired');
    expect(hired.filter((one) => one.disposition === 'applied')).toHaveLength(1);
    expect(hired.length).toBeGreaterThan(1);
    expect(hired.map((one) => one.disposition)).not.toContain('refused');
  });
});
