// One hire through every system, from end to end: real HTTP, PostgreSQL and NATS around a whole Interlock; only the vendors are simulated.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { type BambooHrSandbox, startBambooHr } from '../../src/sandbox/bamboohr.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { describeNats } from '../support/nats.ts';
import {
  ashbySecrets,
  bambooSecrets,
  bambooSettings,
  flagshipConnections,
  observed,
  observer,
  signingSecret,
  startDateField,
} from './flagship-connections.ts';
import { type Caller, comesTrue, openWorld, type World } from './world.ts';

describeNats('from the requisition to the first day', () => {
  let world: World;
  let ashby: AshbySandbox;
  let bamboohr: BambooHrSandbox;
  const receivers = new Map<string, WebhookReceiver>();
  let recruiter: Caller;
  let operator: Caller;
  let job = '';

  beforeAll(async () => {
    world = await openWorld();
    ashby = await startAshby({ ...ashbySecrets, customFields: [startDateField] });
    bamboohr = await startBambooHr({
      ...bambooSecrets,
      customFields: ['customInterlockId', 'customManager', 'payRate'],
      statuses: ['Pre-Hire', 'Full-Time', 'Withdrawn'],
    });
    for (const name of [...Object.keys(observed), 'planning'])
      receivers.set(name, await startWebhookReceiver({ signingSecret, receipts: true }));
    recruiter = await world.caller('ats', 'events:write', 'events:read');
    operator = await world.caller(
      'operator',
      'events:write',
      'connections:manage',
      'subjects:read',
      'subjects:read-personal',
      'incidents:read',
      'incidents:manage',
      'writebacks:read',
    );
    // HR planned it before anybody connected anything.
    bamboohr.jobs.add('Nurse');
    for (const connection of flagshipConnections(ashby, bamboohr, hookOf))
      expect(await operator('POST', '/v1/connections', connection)).toMatchObject({ status: 201 });
    ashby.webhooks?.target(`${world.interlock.url}/hooks/ashby`);
    bamboohr.webhooks?.target(`${world.interlock.url}/hooks/bamboohr`);
  }, 60_000);
  afterAll(async () => {
    for (const vendor of [ashby, bamboohr, ...receivers.values()]) await vendor?.close();
    await world?.[Symbol.asyncDispose]();
  });

  const hookOf = (name: string): string => receivers.get(name)?.hookUrl ?? '';
  const subjects = async (machine: string, system: string, ref: string) =>
    (await operator('GET', `/v1/subjects?machine=${machine}&system=${system}&ref=${encodeURIComponent(ref)}`)).body
      .items as { id: string; state: string }[];
  const stateOf = async (machine: string, system: string, ref: string) =>
    (await subjects(machine, system, ref))[0]?.state ?? '(unknown)';
  const reaches = (machine: string, system: string, ref: string, state: string) =>
    comesTrue(`${machine} ${ref} is ${state}`, async () => (await stateOf(machine, system, ref)) === state);
  let said = 0;
  const say = async (ref: string, type: string, data: Record<string, unknown> = {}) => {
    said += 1;
    const occurredAt = new Date().toISOString();
    return recruiter('POST', '/v1/events', {
      id: `say-${said}`,
      type,
      subject: { system: 'ashby', ref },
      occurredAt,
      data,
    });
  };
  const startIn = { ashby: (ref: string) => ashby.application(ref)?.customFields[startDateField] };

  /** Somebody applies, and the cards are moved until the interview is to be arranged. */
  async function interviewing(): Promise<string> {
    const ref = ashby.createApplication({ jobId: job });
    await reaches('application', 'ashby', ref, 'active.received');
    const skips = ['screening', 'scheduling'];
    expect(await say(ref, 'triage.started', { 'requisition.skips': skips })).toMatchObject({ status: 201 });
    ashby.editByHand(ref, { kind: 'move', stage: 'Interview' });
    await reaches('application', 'ashby', ref, 'active.interview.to_schedule');
    return ref;
  }

  test('a requisition opened in the HR system is one job in the ATS', { timeout: 60_000 }, async () => {
    await comesTrue('the job is open', () => ashby.jobs().some(({ status }) => status === 'Open'));
    expect(ashby.jobs().map(({ title, status }) => [title, status])).toEqual([['Nurse', 'Open']]);
    job = ashby.jobs()[0]?.id ?? '';
    const [inAts, inHris] = [
      await subjects('requisition', 'ashby', job),
      await subjects('requisition', 'bamboohr', 'job/21'),
    ];
    expect(inAts).toMatchObject([{ state: 'live.open' }]);
    expect(inHris).toEqual(inAts);
    await ashby.webhooks?.drain();
    // Nothing of what Ashby tells of its new job makes a second one.
    expect((await operator('GET', '/v1/subjects?machine=requisition')).body.items).toHaveLength(1);
  });

  describe('an offer that is accepted in the ATS', () => {
    let ref = '';
    let employee = '';
    const hire = () => bamboohr.employees()[0]?.fields ?? {};

    test('becomes a new hire in the HR system, with what that may know and no more', { timeout: 60_000 }, async () => {
      // The mapping is asked before anything is sent: pay is not for BambooHR, nor for those who watch.
      const pay = { ...bambooSettings(bamboohr), fields: { 'offer.salary': 'payRate' } };
      const refused = await operator('POST', '/v1/connections', {
        id: 'pay',
        adapter: 'bamboohr',
        settings: pay,
        secrets: bambooSecrets,
      });
      expect(refused).toMatchObject({ status: 422 });
      const nosy = { ...observer('it', hookOf('it'), 'onboarding', ['preparing'], ['offer.salary']), id: 'nosy' };
      expect(await operator('POST', '/v1/connections', nosy)).toMatchObject({ status: 422 });

      ref = await interviewing();
      ashby.editByHand(ref, { kind: 'offer', change: { startDate: '2030-02-01' } });
      await reaches('application', 'ashby', ref, 'active.offer.drafted');
      const terms = {
        'offer.jobTitle': 'Senior Nurse',
        'offer.managerEmail': 'grace@example.com',
        'offer.employmentType': 'full_time',
        'offer.salary': 91_234,
        'offer.currency': 'USD',
      };
      expect(await say(ref, 'offer.approved', terms)).toMatchObject({ status: 201 });
      ashby.editByHand(ref, { kind: 'offer', change: { offerStatus: 'WaitingOnCandidateResponse' } });
      await reaches('application', 'ashby', ref, 'active.offer.extended');
      const decidedAt = new Date().toISOString();
      ashby.editByHand(ref, { kind: 'offer', change: { offerStatus: 'CandidateAccepted', decidedAt } });
      await reaches('application', 'ashby', ref, 'active.offer.accepted');

      await comesTrue('the employee is there', () => bamboohr.employees().length > 0);
      const { person } = ashby.application(ref) ?? {};
      const [application] = await subjects('application', 'ashby', ref);
      employee = bamboohr.employees()[0]?.id ?? '';
      expect(bamboohr.employees()).toHaveLength(1);
      expect(hire()).toEqual({
        status: 'Active',
        firstName: person?.firstName,
        lastName: person?.lastName,
        homeEmail: person?.email,
        hireDate: '2030-02-01',
        jobTitle: 'Senior Nurse',
        customManager: 'grace@example.com',
        employmentHistoryStatus: 'Pre-Hire',
        customInterlockId: application?.id,
      });
      expect(JSON.stringify(bamboohr.employees())).not.toContain('91234');
      // The ATS shows the date that was agreed on.
      await comesTrue('the date is in the ATS', () => startIn.ashby(ref) === '2030-02-01');
    });

    test('begins one onboarding, and each who watches gets exactly its own fields', { timeout: 60_000 }, async () => {
      await reaches('onboarding', 'bamboohr', employee, 'preparing.created');
      const [onboarding] = await subjects('onboarding', 'bamboohr', employee);
      const { person } = ashby.application(ref) ?? {};
      const all: Record<string, unknown> = {
        'candidate.firstName': person?.firstName,
        'candidate.lastName': person?.lastName,
        'candidate.email': person?.email,
        'offer.startDate': '2030-02-01',
        'offer.managerEmail': 'grace@example.com',
        'offer.employmentType': 'full_time',
        'offer.jobTitle': 'Senior Nurse',
      };
      for (const [name, elements] of Object.entries(observed)) {
        const receiver = receivers.get(name);
        await comesTrue(`${name} is told`, () => receiver?.shown(onboarding?.id ?? '') !== undefined);
        expect(receiver?.messages()).toMatchObject([{ type: 'onboarding.onboarding.created' }]);
        const [{ data } = { data: {} }] = (receiver?.messages() ?? []) as { data: { elements?: unknown } }[];
        expect(data.elements).toEqual(Object.fromEntries(elements.map((element) => [element, all[element]])));
        const rest = Object.entries(all).filter(([element]) => !elements.includes(element));
        for (const [, value] of rest) expect(JSON.stringify(receiver?.messages())).not.toContain(value);
        expect(JSON.stringify(receiver?.messages())).not.toContain('91234');
      }
    });

    test('has one start date: what HR moves is settled by a person, and shown by both', {
      timeout: 60_000,
    }, async () => {
      bamboohr.editByHand(employee, { hireDate: '2030-03-15' });
      const [application] = await subjects('application', 'ashby', ref);
      const incidents = async () =>
        (await operator('GET', `/v1/incidents?kind=field_conflict&subject=${application?.id}`)).body.items as {
          id: string;
        }[];
      await comesTrue('the conflict is on record', async () => (await incidents()).length === 1);
      const [{ id } = { id: '' }] = await incidents();
      expect(await operator('GET', `/v1/incidents/${id}/values`)).toMatchObject({
        body: { ours: '2030-02-01', theirs: '2030-03-15' },
      });
      expect([startIn.ashby(ref), hire().hireDate]).toEqual(['2030-02-01', '2030-03-15']);
      const chosen = await operator('POST', `/v1/incidents/${id}/choose`, {
        choice: 'theirs',
        reason: 'agreed by phone',
      });
      expect(chosen).toMatchObject({ status: 200, body: { element: 'offer.startDate' } });
      await comesTrue('both show it', () => startIn.ashby(ref) === '2030-03-15' && hire().hireDate === '2030-03-15');
      for (const { id: writeback } of chosen.body.writebacks as { id: string }[])
        await comesTrue(
          'it is confirmed',
          async () => (await operator('GET', `/v1/writebacks/${writeback}`)).body.status === 'confirmed',
        );
      expect((await operator('GET', `/v1/incidents/${id}`)).body).toMatchObject({ status: 'settled' });
    });

    test('and the hire in the ATS makes the new hire active in the HR system', { timeout: 60_000 }, async () => {
      ashby.editByHand(ref, { kind: 'hire' });
      await reaches('application', 'ashby', ref, 'hired');
      await comesTrue('the employee is active', () => hire().employmentHistoryStatus === 'Full-Time');
      expect(bamboohr.employees()).toHaveLength(1);
    });
  });

  test('a job that the ATS closes takes no offer until it is opened again', { timeout: 60_000 }, async () => {
    const other = await interviewing();
    ashby.setJobStatus(job, 'Closed');
    await reaches('requisition', 'ashby', job, 'filled');
    const [requisition] = await subjects('requisition', 'ashby', job);
    const planning = receivers.get('planning');
    await comesTrue('HR planning is told', () => planning?.shown(requisition?.id ?? '')?.state === 'filled');

    const offer = await say(other, 'offer.drafted');
    expect(offer).toMatchObject({ status: 202, body: { disposition: 'parked', code: 'requisition' } });
    expect(JSON.stringify(offer.body)).toContain('the requisition is filled');
    expect(await stateOf('application', 'ashby', other)).toBe('active.interview.to_schedule');
    // Ashby opens a closed job by way of a draft.
    ashby.setJobStatus(job, 'Draft');
    ashby.setJobStatus(job, 'Open');
    await reaches('requisition', 'ashby', job, 'live.open');
    await reaches('application', 'ashby', other, 'active.offer.drafted');
    await comesTrue('the card follows', () => ashby.application(other)?.stage.title === 'Offer');
  });

  test('and in the end the figures equal the ledger, and the log is whole', async () => {
    const { context } = world.interlock;
    expect(await compareCounts(context.database.reports)).toEqual([]);
    expect(await verifyChain(context.database.reports, context.vault)).toMatchObject({ kind: 'intact' });
    const dead = await context.database.reports
      .selectFrom('writeback')
      .select(['id', 'reason'])
      .where('status', '=', 'dead')
      .execute();
    expect(dead).toEqual([]);
  });
});
