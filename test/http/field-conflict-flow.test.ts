// One start date in two systems, from end to end: real HTTP, PostgreSQL and NATS; only the vendors are simulated.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import type { Bus } from '../../src/bus/port.ts';
import type { Scope } from '../../src/core/access/scopes.ts';
import type { SystemKind } from '../../src/core/machine/definition.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type BambooHrSandbox, startBambooHr } from '../../src/sandbox/bamboohr.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { type Api, type Json, openApi } from '../support/api.ts';
import { greenhouseStages, secrets, until } from '../support/hiring-office.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';

describeNats('two systems that disagree about a start date', () => {
  let nats: NatsServer;
  let bus: Bus;
  let api: Api;
  let server: RunningServer;
  let greenhouse: GreenhouseSandbox;
  let bamboohr: BambooHrSandbox;

  beforeAll(async () => {
    nats = await natsServer();
    bus = await connectNatsBus({ url: nats.url, log: () => {}, patienceMs: 2_000 });
    api = await openApi({ bus });
    server = await startServer((request, env) => api.app.fetch(request, env), '127.0.0.1', 0);
    greenhouse = await startGreenhouse({ ...secrets, customFields: ['start_date'] });
    bamboohr = await startBambooHr({
      apiKey: 'key',
      webhookPrivateKey: 'private',
      customFields: ['customInterlockId'],
    });
    greenhouse.webhooks?.target(`${server.url}/hooks/greenhouse`);
    bamboohr.webhooks?.target(`${server.url}/hooks/bamboohr`);
    const manager = await caller('operator', 'connections:manage');
    for (const connection of [
      {
        id: 'greenhouse',
        adapter: 'greenhouse',
        settings: {
          baseUrl: greenhouse.url,
          authUrl: greenhouse.url,
          stages: greenhouseStages,
          rejectionReasonId: 14,
          allowCandidateEmails: true,
          fields: { 'offer.startDate': 'start_date' },
        },
        scope: { machines: ['application'] },
        secrets,
      },
      {
        id: 'bamboohr',
        adapter: 'bamboohr',
        settings: { companyDomain: 'acme', baseUrl: `${bamboohr.url}/api/v1`, keyField: 'customInterlockId' },
        scope: { machines: ['application'] },
        secrets: { apiKey: 'key', webhookPrivateKey: 'private' },
      },
    ])
      expect(await manager('POST', '/v1/connections', connection)).toMatchObject({ status: 201 });
    api.service.startEngine();
  }, 60_000);
  afterAll(async () => {
    await server?.stop(500);
    await api?.[Symbol.asyncDispose]();
    await greenhouse?.close();
    await bamboohr?.close();
    await nats?.stop();
  });

  /** Calls over a real connection, with a token of its own. */
  async function caller(kind: SystemKind, ...scopes: Scope[]) {
    const { token } = await api.client(kind, ...scopes);
    const once = async (method: string, path: string, body: unknown): Promise<{ status: number; body: Json }> => {
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Json };
    };
    return async (method: string, path: string, body?: unknown) => {
      // What was turned away because the machine is busy is said again, as a caller should.
      for (let round = 0; ; round += 1) {
        const answered = await once(method, path, body);
        if (answered.body?.code !== 'overloaded' || round > 20) return answered;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
  }
  const inGreenhouse = (ref: string): unknown => greenhouse.application(ref)?.customFields.start_date;
  const inBambooHr = (): unknown => bamboohr.employees()[0]?.fields.hireDate;

  test('one incident, both values, one choice, and then both systems show it', { timeout: 60_000 }, async () => {
    const ats = await caller('ats', 'events:write', 'events:read');
    const hris = await caller('hris', 'events:write', 'events:read');
    const operator = await caller('operator', 'incidents:read', 'incidents:manage', 'subjects:read-personal', 'writebacks:read', 'reports:read'); // biome-ignore format: one list
    const ref = greenhouse.createApplication();
    let id = 0;
    const say = async (by: typeof ats, type: string, data: Record<string, unknown> = {}) => {
      id += 1;
      const occurredAt = new Date().toISOString();
      return by('POST', '/v1/events', {
        id: `say-${id}`,
        type,
        subject: { system: 'greenhouse', ref },
        occurredAt,
        data,
      });
    };
    const skips = ['screening', 'scheduling', 'offer_approval'];
    const finder = await caller('operator', 'subjects:read');
    await until(async () => (await finder('GET', `/v1/subjects?system=greenhouse&ref=${ref}`)).body.items.length === 1);
    expect(await say(ats, 'triage.started', { 'requisition.skips': skips })).toMatchObject({ status: 201 });
    for (const type of ['interview.requested', 'offer.drafted', 'offer.extended'])
      expect(await say(ats, type)).toMatchObject({ status: 201 });
    expect(await say(ats, 'offer.accepted', { 'offer.startDate': '2027-01-01' })).toMatchObject({ status: 201 });
    await until(async () => inGreenhouse(ref) === '2027-01-01' && inBambooHr() === '2027-01-01');

    // HR moved the date in its own system, and says so.
    bamboohr.editByHand(bamboohr.employees()[0]?.id as string, { hireDate: '2027-02-01' });
    const amended = await say(hris, 'offer.amended', { 'offer.startDate': '2027-02-01' });
    expect(amended).toMatchObject({
      status: 409,
      body: { code: 'element_conflict', elements: ['offer.startDate'], state: 'active.offer.accepted' },
    });
    const { subject } = amended.body as { subject: string };
    const open = await operator('GET', `/v1/incidents?kind=field_conflict&subject=${subject}`);
    expect(open.body.items).toMatchObject([
      {
        element: 'offer.startDate',
        times: 1,
        detail: { rule: 'golden_source_wins', goldenSource: 'ats', ours: { by: 'ats' }, theirs: { by: 'hris' } },
      },
    ]);
    expect(JSON.stringify(open.body)).not.toContain('2027-0');
    const incident = open.body.items[0].id as string;
    expect(await operator('GET', `/v1/incidents/${incident}/values`)).toMatchObject({
      status: 200,
      body: { ours: '2027-01-01', theirs: '2027-02-01', now: '2027-01-01' },
    });
    expect(await hris('GET', `/v1/incidents/${incident}/values`)).toMatchObject({ status: 403 });
    expect(await operator('POST', `/v1/incidents/${incident}/settle`, { resolution: 'done' })).toMatchObject({
      status: 409,
      body: { code: 'must_choose' },
    });
    expect(await operator('POST', `/v1/incidents/${incident}/choose`, { choice: 'other', reason: 'x' })).toMatchObject({
      status: 422,
    });

    const chosen = await operator('POST', `/v1/incidents/${incident}/choose`, { choice: 'theirs', reason: 'agreed with the candidate' }); // biome-ignore format: one call
    expect(chosen).toMatchObject({ status: 200, body: { element: 'offer.startDate', subject } });
    expect(chosen.body.writebacks.map((one: Json) => one.connection).sort()).toEqual(['bamboohr', 'greenhouse']);
    await until(async () => inGreenhouse(ref) === '2027-02-01' && inBambooHr() === '2027-02-01');
    for (const { id: writeback } of chosen.body.writebacks as { id: string }[])
      await until(async () => (await operator('GET', `/v1/writebacks/${writeback}`)).body.status === 'confirmed');
    for (const { id: writeback } of chosen.body.writebacks as { id: string }[])
      expect(await operator('GET', `/v1/writebacks/${writeback}`)).toMatchObject({
        body: { cause: 'element', eventType: 'element.changed', from: 'active.offer.accepted', to: 'active.offer.accepted', settledBy: 'readback' }, // biome-ignore format: one answer
      });

    expect(await operator('GET', `/v1/incidents/${incident}`)).toMatchObject({
      body: {
        status: 'settled',
        resolution: 'Settled by hand: agreed with the candidate',
        detail: { choice: 'theirs' },
      },
    });
    expect(await say(hris, 'offer.amended', { 'offer.startDate': '2027-02-01' })).toMatchObject({ status: 201 });
    expect((await operator('GET', '/v1/kpis')).body).toMatchObject({ fieldConflicts: 1, hires: 0 });
    const db = api.service.context.database.reports;
    expect(await compareCounts(db)).toEqual([]);
    expect(await verifyChain(db, api.service.context.vault)).toMatchObject({ kind: 'intact' });
  });
});
