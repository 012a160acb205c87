// A candidate in Germany beside one elsewhere, from end to end: the region's stages at the vendor, canonical states for everybody else.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { describeNats } from '../support/nats.ts';
import { observer, signingSecret } from './flagship-connections.ts';
import { type Caller, comesTrue, openWorld, type World } from './world.ts';

const secrets = { clientId: 'client', clientSecret: 'secret', webhookSecret: 'hush' };
const stages = [
  'Application Review',
  'Assessment',
  'Interview',
  'Betriebsratsanhörung',
  'Betriebsrat zugestimmt',
  'Offer',
];

describeNats('two candidates under one machine, one of them in Germany', () => {
  let world: World;
  let greenhouse: GreenhouseSandbox;
  let watcher: WebhookReceiver;
  let recruiter: Caller;
  let personnel: Caller;
  let operator: Caller;
  let said = 0;

  beforeAll(async () => {
    world = await openWorld();
    greenhouse = await startGreenhouse({ ...secrets, stages });
    watcher = await startWebhookReceiver({ signingSecret, receipts: true });
    recruiter = await world.caller('ats', 'events:write');
    personnel = await world.caller('hris', 'events:write');
    operator = await world.caller('operator', 'connections:manage', 'subjects:read', 'incidents:read');
    const ats = {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: greenhouse.url,
        authUrl: greenhouse.url,
        stages: {
          'active.received': 'Application Review',
          'active.triage': 'Application Review',
          'active.screening': 'Assessment',
          'active.interview': 'Interview',
          'active.offer': 'Offer',
        },
        rejectionReasonId: 14,
        allowCandidateEmails: true,
      },
      scope: { machines: ['application'], regions: ['DE', 'US'] },
      secrets,
    };
    const watching = observer('watcher', watcher.hookUrl, 'application', ['active.offer'], ['requisition.region']);
    for (const connection of [ats, watching])
      expect(await operator('POST', '/v1/connections', connection)).toMatchObject({ status: 201 });
    greenhouse.webhooks?.target(`${world.interlock.url}/hooks/greenhouse`);
  }, 60_000);
  afterAll(async () => {
    await greenhouse?.close();
    await watcher?.close();
    await world?.[Symbol.asyncDispose]();
  });

  const subjectOf = async (ref: string) =>
    (await operator('GET', `/v1/subjects?machine=application&system=greenhouse&ref=${ref}`)).body.items[0] as
      | { id: string; state: string }
      | undefined;
  const reaches = (ref: string, state: string) =>
    comesTrue(`${ref} is ${state}`, async () => (await subjectOf(ref))?.state === state);
  const say = async (by: Caller, ref: string, type: string, data: Record<string, unknown> = {}) => {
    said += 1;
    const subject = { system: 'greenhouse', ref };
    const occurredAt = new Date().toISOString();
    expect(await by('POST', '/v1/events', { id: `say-${said}`, type, subject, occurredAt, data })).toMatchObject({
      status: 201,
    });
  };
  const cardOf = (ref: string): string | undefined => greenhouse.application(ref)?.stage.name;
  const isIn = (ref: string, stage: string) => comesTrue(`the card is in ${stage}`, () => cardOf(ref) === stage);

  /** In Interview, as everybody is before an offer. */
  async function interviewed(region: string): Promise<string> {
    const ref = greenhouse.createApplication();
    await reaches(ref, 'active.received');
    const skips = ['screening', 'scheduling'];
    await say(recruiter, ref, 'triage.started', { 'requisition.region': region, 'requisition.skips': skips });
    greenhouse.editByHand(ref, { kind: 'move', stage: 'Interview' });
    await reaches(ref, 'active.interview.to_schedule');
    return ref;
  }

  test('in Germany the works council is heard first, in its own stages', { timeout: 60_000 }, async () => {
    const ref = await interviewed('DE');
    // A recruiter moves the card to the region's stage, which is exactly one of our states.
    greenhouse.editByHand(ref, { kind: 'move', stage: 'Betriebsratsanhörung' });
    await reaches(ref, 'active.offer.drafted');
    await say(personnel, ref, 'offer.approved');
    await isIn(ref, 'Betriebsrat zugestimmt');
    await say(recruiter, ref, 'offer.extended');
    await isIn(ref, 'Offer');
    const { id } = (await subjectOf(ref)) ?? { id: '' };
    await comesTrue('the watcher knows', () => watcher.shown(id)?.state === 'active.offer.extended');
    // To everybody else it is the state that every region has.
    const told = watcher.messages().map(({ data }) => data as { to: string; elements: unknown });
    expect(told.map(({ to }) => to)).toEqual([
      'active.offer.drafted',
      'active.offer.approved',
      'active.offer.extended',
    ]);
    expect(told[0]?.elements).toEqual({ 'requisition.region': 'DE' });
    expect(JSON.stringify(watcher.messages())).not.toContain('Betriebsrat');
  });

  test('elsewhere the same states are one stage, and the regional ones stand for nothing', {
    timeout: 60_000,
  }, async () => {
    const ref = await interviewed('US');
    await say(recruiter, ref, 'offer.drafted');
    await isIn(ref, 'Offer');
    await say(personnel, ref, 'offer.approved');
    await reaches(ref, 'active.offer.approved');
    expect(greenhouse.log.entries(ref).map(({ to }) => to)).not.toContain('Betriebsrat zugestimmt');
    expect(cardOf(ref)).toBe('Offer');
    expect((await operator('GET', '/v1/incidents')).body.items).toEqual([]);
  });
});
