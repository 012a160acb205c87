// Job openings of BambooHR as requisitions: polled over HTTP from the simulator, and told apart from what was there before.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bamboohr } from '../../src/adapters/bamboohr/index.ts';
import { type BambooHrSettings, settingsSchema } from '../../src/adapters/bamboohr/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { Polled } from '../../src/adapters/port.ts';
import { type BambooHrSandbox, startBambooHr } from '../../src/sandbox/bamboohr.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('bamboohr');
let vendor: BambooHrSandbox;
let http: OwnedVendorHttp;
beforeAll(async () => {
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_500, bodyBytesMax: 1_000_000 });
  vendor = await startBambooHr({ apiKey: 'key', webhookPrivateKey: 'secret' });
});
afterAll(async () => {
  await vendor.close();
  await http.close();
});

const settingsWith = (more: Record<string, unknown>): BambooHrSettings =>
  settingsSchema.parse({
    companyDomain: 'acme',
    baseUrl: `${vendor.url}/api/v1`,
    keyField: 'customInterlockId',
    ...more,
  });
const context = (settings = settingsWith({ trackJobs: true })) => ({
  connection: 'hris',
  settings,
  mapping,
  secrets: { apiKey: 'key' },
  http,
  signal: new AbortController().signal,
});
const said = ({ payloads }: Polled) =>
  payloads.flatMap((payload) => bamboohr.translate(payload, { ...context(), headers: {}, receivedAt: 0 }));
const polled = (cursor: string | null) => bamboohr.poll?.(cursor, context()) as Promise<Polled>;

test('each status is told once, as what it stands for, with the reason that the machine asks for', async () => {
  const id = vendor.jobs.add('Nurse');
  const ref = `job/${id}`;
  let last = await polled(null);
  expect(said(last)).toMatchObject([
    {
      kind: 'event',
      machine: 'requisition',
      ref,
      claim: { kind: 'stage', targets: ['live.open'] },
      data: {
        'requisition.title': 'Nurse',
        'requisition.department': 'Operations',
        'requisition.location': 'Lindon, Utah',
      },
    },
  ]);
  last = await polled(last.next);
  expect(last.payloads).toEqual([]);
  const steps = [
    ['On Hold', ['on_hold'], { 'hold.reason': 'put on hold in BambooHR' }],
    ['Open', ['live.open'], {}],
    ['Filled', ['filled', 'closed'], {}],
    ['Open', ['live.open'], { 'reopen.reason': 'opened again in BambooHR' }],
    ['Canceled', ['cancelled'], { 'requisition.cancelReason': 'cancelled in BambooHR' }],
  ] as const;
  const ids = new Set<string>();
  for (const [status, targets, reasons] of steps) {
    vendor.jobs.setStatus(id, status);
    last = await polled(last.next);
    const [event] = said(last);
    expect(event).toMatchObject({ ref, claim: { kind: 'stage', targets } });
    if (event?.kind !== 'event') throw new Error('no event');
    expect(Object.keys(event.data).filter((name) => /Reason|reason/.test(name))).toEqual(Object.keys(reasons));
    expect(event.data).toMatchObject(reasons);
    ids.add(event.externalId);
  }
  expect(ids.size).toBe(steps.length);
});

test('a draft is nothing to anybody else until it is open; one that goes back to be a draft is', async () => {
  const id = vendor.jobs.add('Baker', 'Draft');
  const first = await polled(null);
  expect(said(first)).toContainEqual({ kind: 'ignored', reason: 'job_drafted' });
  vendor.jobs.setStatus(id, 'Open');
  const open = await polled(first.next);
  expect(said(open)).toMatchObject([{ claim: { targets: ['live.open'] } }]);
  vendor.jobs.setStatus(id, 'Draft');
  expect(said(await polled(open.next))).toMatchObject([
    { claim: { targets: ['live.drafted', 'live.pending_approval', 'live.approved'] } },
  ]);
});

test('what cannot be read is missed by nobody: the cursor does not move', async () => {
  vendor.jobs.add('Cook');
  vendor.faults.next('error_before', { on: 'read' });
  await expect(polled(null)).rejects.toThrow('could not be read');
  expect(said(await polled(null))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ data: expect.objectContaining({ 'requisition.title': 'Cook' }) }),
    ]),
  );
});

test('one is read by its id, and is not there once it was deleted', async () => {
  const id = vendor.jobs.add('Driver', 'On Hold');
  expect(await bamboohr.read(`job/${id}`, context())).toMatchObject({ stage: 'On Hold', state: 'on_hold' });
  vendor.jobs.remove(id);
  expect(await bamboohr.read(`job/${id}`, context())).toBeNull();
});

test('a status that BambooHR does not describe is quarantined', () => {
  const payload = {
    jobOpening: { id: 5, status: { label: 'Paused' } },
    was: null,
    seenAt: '2026-03-01T10:00:00.000Z',
  };
  expect(bamboohr.translate(payload, { ...context(), headers: {}, receivedAt: 0 })).toMatchObject([
    { kind: 'quarantined', reason: 'unknown_stage', stage: 'Paused' },
  ]);
  expect(
    bamboohr.translate({ jobOpening: { id: 5 }, was: null }, { ...context(), headers: {}, receivedAt: 0 }),
  ).toMatchObject([{ kind: 'quarantined', reason: 'job_not_understood' }]);
});

test('is asked for only where the settings say so', async () => {
  expect(bamboohr.polls?.(settingsWith({}))).toBe(false);
  expect(bamboohr.polls?.(settingsWith({ trackJobs: true }))).toBe(true);
  const applications = settingsWith({ stages: { New: 'active.received' } });
  expect((await bamboohr.poll?.(null, context(applications)))?.payloads).toEqual([]);
});
