// Requisitions as jobs of Ashby: made once, opened when known by their id, closed, and heard of; over HTTP against the simulator.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ashby } from '../../src/adapters/ashby/index.ts';
import { type AshbySettings, ashbySettings } from '../../src/adapters/ashby/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { Work } from '../../src/adapters/port.ts';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('ashby');
const teamId = 'b0000000-0000-4000-8000-000000000001';
const locationId = 'b0000000-0000-4000-8000-000000000002';
let sandbox: AshbySandbox;
let http: OwnedVendorHttp;
let settings: AshbySettings;

beforeEach(async () => {
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_500, bodyBytesMax: 1_000_000 });
  sandbox = await startAshby({ apiKey: 'key', webhookSecret: 'secret' });
  settings = settingsWith({ closedMeans: 'filled' });
});
afterEach(async () => {
  await sandbox.close();
  await http.close();
});

const settingsWith = (jobs: Record<string, unknown> | null): AshbySettings =>
  ashbySettings.parse({
    baseUrl: sandbox.url,
    stages: { 'active.received': 'Application Review' },
    archiveReasons: { rejected: ['a0000000-0000-4000-8000-000000000001'] },
    ...(jobs ? { jobs: { teamId, locationId, interviewPlanId: sandbox.createPlan(), ...jobs } } : {}),
  });
const context = () => ({
  connection: 'ashby',
  settings,
  mapping,
  secrets: { apiKey: 'key' },
  http,
  signal: new AbortController().signal,
});
const occurredAt = new Date().toISOString();
const work = (targetState: string, ref: string | null, more: Partial<Work> = {}): Work => ({
  writeback: 'wrb_1',
  attempt: 1,
  machine: 'requisition',
  ref,
  eventType: 'any',
  targetState,
  previousState: null,
  expectedStates: [],
  lastWritten: null,
  occurredAt,
  overwrites: [],
  elements: { 'requisition.title': 'Nurse' },
  subject: 'sub_1',
  version: 2,
  ...more,
});
const statuses = () => sandbox.jobs().map(({ title, status }) => [title, status]);

/** Made and opened, as two attempts do it. */
async function opened(): Promise<string> {
  const { outcome } = await ashby.apply(work('live.open', null), context());
  const ref = 'ref' in outcome ? (outcome.ref ?? '') : '';
  expect(await ashby.apply(work('live.open', ref), context())).toMatchObject({ outcome: { kind: 'confirmed' } });
  return ref;
}

describe('a requisition that was opened elsewhere', () => {
  test('becomes a draft first, which is opened once it is known by its id', async () => {
    const { outcome } = await ashby.apply(work('live.open', null), context());
    expect(outcome).toMatchObject({ kind: 'accepted', ref: sandbox.jobs()[0]?.id });
    expect(statuses()).toEqual([['Nurse', 'Draft']]);
    const ref = sandbox.jobs()[0]?.id ?? '';
    expect((await ashby.confirm(work('live.open', ref), context())).outcome).toEqual({
      kind: 'contradicted',
      seen: 'live.drafted',
    });
    expect((await ashby.apply(work('live.open', ref), context())).outcome).toEqual({ kind: 'confirmed' });
    expect(statuses()).toEqual([['Nurse', 'Open']]);
    expect((await ashby.apply(work('live.open', ref), context())).outcome).toEqual({ kind: 'confirmed_already' });
  });

  test('is made without a title never', async () => {
    const { outcome } = await ashby.apply(work('live.open', null, { elements: {} }), context());
    expect(outcome).toEqual({ kind: 'refused', reason: 'missing_title' });
    expect(ashby.elementsFor(settings, 'live.open', mapping)).toEqual(['requisition.title']);
    expect(ashby.elementsFor(settings, 'filled', mapping)).toEqual([]);
  });

  test.each(['save_then_500', 'save_then_hang'] as const)(
    'whose answer was lost (%s) is not made again',
    async (fault) => {
      sandbox.faults.next(fault);
      const lost = await ashby.apply(work('live.open', null), context());
      expect(lost.outcome.kind).toBe('ambiguous');
      for (let attempt = 2; attempt < 4; attempt += 1) {
        const again = await ashby.apply(work('live.open', null, { attempt }), context());
        expect(again.outcome).toEqual({ kind: 'retryable', reason: 'draft_of_same_title' });
      }
      expect(statuses()).toEqual([['Nurse', 'Draft']]);
    },
  );

  test('is made beside another of the same title that is open, or that was drafted long before', async () => {
    sandbox.createJob('Nurse');
    sandbox.createJob('Nurse', 'Draft');
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const { outcome } = await ashby.apply(work('live.open', null, { occurredAt: later }), context());
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(sandbox.jobs()).toHaveLength(3);
  });

  test('that Ashby did not save is seen not to be there', async () => {
    sandbox.faults.next('save_nothing');
    const { outcome } = await ashby.apply(work('live.open', null), context());
    const ref = 'ref' in outcome ? (outcome.ref ?? '') : '';
    expect((await ashby.confirm(work('live.open', ref), context())).outcome).toEqual({
      kind: 'contradicted',
      seen: null,
    });
  });
});

describe('a requisition that is over', () => {
  test.each(['filled', 'cancelled', 'closed'])(
    'is closed when it is %s, and opened again by way of a draft',
    async (state) => {
      const ref = await opened();
      const close = work(state, ref, { previousState: 'live.open', expectedStates: ['live.open'] });
      expect((await ashby.apply(close, context())).outcome).toEqual({ kind: 'confirmed' });
      expect(statuses()).toEqual([['Nurse', 'Closed']]);
      const again = work('live.open', ref, { previousState: state, expectedStates: [state] });
      expect((await ashby.apply(again, context())).outcome).toEqual({ kind: 'confirmed' });
      expect(statuses()).toEqual([['Nurse', 'Open']]);
    },
  );

  test('was given up as a draft: it is archived, which Ashby allows', async () => {
    sandbox.createJob('Nurse', 'Draft');
    const ref = sandbox.jobs()[0]?.id ?? '';
    expect((await ashby.apply(work('cancelled', ref), context())).outcome).toEqual({ kind: 'confirmed' });
    expect(statuses()).toEqual([['Nurse', 'Archived']]);
  });

  test('was never there: nothing is made in order to close it', async () => {
    expect((await ashby.apply(work('cancelled', null), context())).outcome).toEqual({ kind: 'confirmed_already' });
    expect(sandbox.jobs()).toEqual([]);
  });

  test('was changed by somebody meanwhile: nothing is written over it', async () => {
    const ref = await opened();
    sandbox.setJobStatus(ref, 'Closed');
    const reopen = work('live.open', ref, { previousState: 'live.open', expectedStates: ['live.open'] });
    expect((await ashby.apply(reopen, context())).outcome).toEqual({ kind: 'conflict', seen: 'filled' });
    expect(statuses()).toEqual([['Nurse', 'Closed']]);
  });

  test('half opened again goes on from the draft', async () => {
    const ref = await opened();
    sandbox.setJobStatus(ref, 'Closed');
    sandbox.setJobStatus(ref, 'Draft');
    const again = work('live.open', ref, { previousState: 'filled', expectedStates: ['filled'] });
    expect((await ashby.apply(again, context())).outcome).toEqual({ kind: 'confirmed' });
  });
});

describe('what Ashby tells of its jobs', () => {
  const said = (job: Record<string, unknown>, action = 'jobUpdate') =>
    ashby.translate(
      {
        action,
        webhookActionId: 'act-1',
        data: { job: { id: 'job-1', title: 'Nurse', createdAt: occurredAt, ...job } },
      },
      { connection: 'ashby', settings, mapping, headers: {}, receivedAt: 0 },
    );

  test.each([
    ['Draft', { kind: 'ignored', reason: 'job_drafted' }],
    [
      'Open',
      { kind: 'event', claim: { kind: 'stage', targets: ['live.open'] }, data: { 'requisition.title': 'Nurse' } },
    ],
    ['Closed', { kind: 'event', claim: { kind: 'stage', targets: ['filled', 'closed', 'cancelled'] } }],
    ['Archived', { kind: 'ignored', reason: 'job_closed' }],
  ])('%s', (status, expected) => {
    expect(said({ status })).toMatchObject([{ ...expected }]);
  });

  test('a job that was closed before says why it is open again', () => {
    expect(said({ status: 'Open', closedAt: occurredAt })).toMatchObject([
      { data: { 'reopen.reason': 'opened again in Ashby' } },
    ]);
  });

  test('unless the settings say what a close means, it says nothing', () => {
    settings = settingsWith({});
    expect(said({ status: 'Closed' })).toEqual([{ kind: 'ignored', reason: 'job_closed' }]);
  });

  test('is read by its id, for jobs and applications alike, and only where jobs are followed', async () => {
    const ref = await opened();
    const application = sandbox.createApplication({ jobId: ref });
    expect(await ashby.read(ref, context())).toMatchObject({ stage: 'Open', state: 'live.open' });
    expect(await ashby.read(application, context())).toMatchObject({ stage: 'Application Review' });
    settings = settingsWith(null);
    expect(await ashby.read(ref, context())).toBeNull();
    expect(ashby.shows(settings, 'requisition', 'live.open')).toBe(false);
  });
});
