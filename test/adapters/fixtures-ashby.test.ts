// Every recorded payload of Ashby there is has a definite expectation: what is made of it, or that it is no webhook.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ashby } from '../../src/adapters/ashby/index.ts';
import { ashbySettings } from '../../src/adapters/ashby/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { Carried, Reading, Translation, Work } from '../../src/adapters/port.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('ashby');

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'ashby');
const files = existsSync(folder) ? readdirSync(folder).sort() : [];
const recorded = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const application = '00000000-0000-0000-0000-000000000001';
const plan = '00000000-0000-0000-0000-000000000004';
const stage = '00000000-0000-0000-0000-000000000002';
const reason = '00000000-0000-0000-0000-000000000009';

/** An Ashby that answers each procedure as told and keeps what it is sent. */
let server: Server;
const answers = new Map<string, { status: number; body: unknown }>();
const received: { procedure: string; body: unknown }[] = [];
let http: OwnedVendorHttp;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const procedure = request.url?.slice(1) ?? '';
    received.push({ procedure, body: JSON.parse(Buffer.concat(chunks).toString()) });
    const { status, body } = answers.get(procedure) ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_000, bodyBytesMax: 1_000_000 });
});
afterAll(async () => {
  await http.close();
  server.close();
});

const settings = (more: Record<string, unknown> = {}) =>
  ashbySettings.parse({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stages: { 'active.received': 'Application Review', 'active.screening': '2nd Screen' },
    archiveReasons: { rejected: [reason] },
    ...more,
  });
const context = (more?: Record<string, unknown>) => ({
  connection: 'ashby',
  mapping,
  settings: settings(more),
  secrets: { apiKey: 'key' },
  http,
  signal: new AbortController().signal,
});
const work: Work = {
  writeback: 'wrb_1',
  attempt: 1,
  machine: 'application',
  ref: application,
  eventType: 'screening.invited',
  targetState: 'active.screening.invited',
  previousState: 'active.received',
  expectedStates: ['active.received'],
  lastWritten: null,
  occurredAt: '2026-03-01T10:00:00.000Z',
  overwrites: [],
  elements: {},
  subject: 'sub_1',
  version: 2,
};

const read = (file: string, more?: Record<string, unknown>): Promise<Reading | null> => {
  answers.set('application.info', { status: 200, body: recorded(file) });
  return ashby.read(application, context(more));
};

/** Moves an application that waits for review; `changed` is what Ashby answers to that. */
async function move(changed: { status: number; body: unknown }): Promise<Carried> {
  const results = {
    id: application,
    status: 'Active',
    currentInterviewStage: { id: plan, title: 'Application Review', type: 'Active', interviewPlanId: plan },
  };
  const listed = [{ id: stage, title: '2nd Screen', type: 'Active' }];
  answers.set('application.info', { status: 200, body: { success: true, results } });
  answers.set('interviewStage.list', { status: 200, body: { success: true, results: listed } });
  answers.set('application.changeStage', changed);
  received.length = 0;
  return ashby.apply(work, context());
}

const translate = (payload: unknown, more?: Record<string, unknown>): Translation[] =>
  ashby.translate(payload, {
    connection: 'ashby',
    mapping,
    settings: settings(more),
    headers: {},
    receivedAt: 1_700_000_000_000,
  });

const noWebhook = async (): Promise<void> => undefined;
const limited = async (file: string): Promise<void> =>
  expect(await move({ status: 429, body: recorded(file) })).toEqual({
    outcome: { kind: 'rate_limited', afterMs: 10_000 },
    httpStatus: 429,
    precondition: 'read_before_write',
  });

/** One expectation per file; that none but the webhook is taken for one is tried for all. */
const expectations: Record<string, (file: string) => Promise<void>> = {
  'webhook-candidateStageChange.json': async (file) => {
    const common = {
      kind: 'event',
      machine: 'application',
      ref: 'app-9999-8888-7777-6666',
      externalId: 'wh-aaaa-bbbb-cccc-dddd.candidateStageChange.app-9999-8888-7777-6666',
      occurredAt: '2025-08-20T14:07:57.779Z',
      data: {},
    };
    expect(translate(recorded(file), { stages: { 'active.screening': 'Pre-Screen' } })).toEqual([
      { ...common, claim: { kind: 'stage', targets: ['active.screening'] } },
    ]);
    expect(translate(recorded(file))).toMatchObject([
      { kind: 'quarantined', reason: 'unknown_stage', detail: expect.stringContaining('"Pre-Screen"') },
    ]);
  },
  'application.changeStage-request.json': async (file) => {
    await move({ status: 200, body: recorded('application.changeStage-response.json') });
    const sent = received.find((one) => one.procedure === 'application.changeStage')?.body;
    expect(sent).toEqual(recorded(file));
  },
  'application.changeStage-request-docs.json': async (file) => {
    await move({ status: 200, body: recorded('application.changeStage-response.json') });
    const sent = received.find((one) => one.procedure === 'application.changeStage')?.body;
    expect(Object.keys(sent as object)).toEqual(Object.keys(recorded(file) as object));
  },
  'application.changeStage-response.json': async (file) => {
    expect(await read(file)).toMatchObject({
      stage: '2nd Screen',
      state: 'active.screening',
      native: { planId: plan },
    });
    // A yes is only a yes: what is read afterwards still shows the old stage.
    const { outcome } = await move({ status: 200, body: recorded(file) });
    expect(outcome).toEqual({ kind: 'accepted', afterMs: 1_000 });
  },
  'application.changeSource-response.json': async (file) => {
    // The stage comes without its type and its plan: it can be read, and there is no way to move it.
    expect(await read(file)).toMatchObject({
      stage: '2nd Screen',
      state: 'active.screening',
      native: { planId: null },
    });
    answers.set('application.info', { status: 200, body: recorded(file) });
    const back = { ...work, targetState: 'active.received', expectedStates: ['active.screening'] };
    expect((await ashby.apply(back, context())).outcome).toEqual({ kind: 'refused', reason: 'interview_plan_unknown' });
  },
  'application.update-response.json': async (file) => {
    expect(await read(file)).toMatchObject({ stage: 'Archived: Lacks Skills/Qualifications', state: 'rejected' });
    const withdrawn = ['00000000-0000-0000-0000-000000000007'];
    expect(await read(file, { archiveReasons: { rejected: [reason], withdrawn } })).toMatchObject({
      state: 'withdrawn',
    });
  },
  'error-429-rate_limit_exceeded.json': limited,
  'error-429-concurrent_limit_exceeded.json': limited,
  // Answers about other things are no application, whatever else they succeed in.
  'candidate.create-response.json': (file) => noApplication(file),
  'candidate.createNote-response.json': (file) => noApplication(file),
  'interview.info-response.json': (file) => noApplication(file),
  'job.info-response.json': (file) => noApplication(file),
  'user.info-response.json': (file) => noApplication(file),
  'user.list-response.json': async (file) => {
    await expect(read(file)).rejects.toThrow('could not be read');
  },
  'application.create-request.json': noWebhook,
  'application.transfer-request.json': noWebhook,
  'application.update-request.json': noWebhook,
  'candidate.createNote-request.json': noWebhook,
};

/** Things of one id are not mixed up: without a stage there is nothing to move. */
async function noApplication(file: string): Promise<void> {
  const { results } = recorded(file) as { results: { id: string } };
  answers.set('application.info', { status: 200, body: recorded(file) });
  expect(await ashby.read(results.id, context())).toBeNull();
  if (results.id !== application) await expect(read(file)).rejects.toThrow('could not be read');
}

describe.skipIf(files.length === 0)(
  'recorded payloads of Ashby (skipped where ../shared/fixtures is not there)',
  () => {
    test('every file has an expectation', () => expect(Object.keys(expectations).sort()).toEqual(files));

    test.each(files.filter((file) => !file.startsWith('webhook-')))('%s is no webhook', (file) => {
      expect(translate(recorded(file))).toMatchObject([{ kind: 'quarantined', reason: 'not_understood' }]);
    });

    test.each(files)('%s is used as expected', (file) => expectations[file]?.(file));
  },
);
