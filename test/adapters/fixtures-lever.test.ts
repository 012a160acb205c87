// Every recorded payload of Lever there is has a definite expectation: what is made of it, or that it is no webhook.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import { lever } from '../../src/adapters/lever/index.ts';
import { leverSettings } from '../../src/adapters/lever/settings.ts';
import type { Reading, Work } from '../../src/adapters/port.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('lever');

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'lever');
const files = existsSync(folder) ? readdirSync(folder).sort() : [];
const recorded = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const opportunity = '6408dc54-7015-4e5b-8d60-23afff2b1efc';
const timing = 'c97322d4-a7f3-4008-948c-4f8e9c58d372';
const hired = '0092d31b-502b-4f0d-b4da-3827e1a2991f';

/** A Lever that answers every read with one recording and keeps what it is sent. */
let server: Server;
let answered: unknown;
let listed: unknown;
const received: unknown[] = [];
let http: OwnedVendorHttp;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (request.method !== 'GET') received.push(JSON.parse(text));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url?.includes('/notes?') && request.method === 'GET' ? listed : answered));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_000, bodyBytesMax: 1_000_000 });
});
afterAll(async () => {
  await http.close();
  server.close();
});

const settings = (more: Record<string, unknown> = {}) =>
  leverSettings.parse({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    performAs: 'be129d9b-50da-4485-9377-0d83e981f30b',
    stages: { 'active.received': 'lead-new', 'active.screening': 'lead-reached-out' },
    archiveReasons: { rejected: [timing], hired: [hired] },
    ...more,
  });
const context = (more?: Record<string, unknown>) => ({
  connection: 'lever',
  mapping,
  settings: settings(more),
  secrets: { apiKey: 'key' },
  http,
  signal: new AbortController().signal,
});
const read = (file: string, more?: Record<string, unknown>): Promise<Reading | null> => {
  answered = recorded(file);
  return lever.read(opportunity, context(more));
};

/** What is sent for a work when Lever shows the recorded opportunity. */
async function sentFor(change: Partial<Work>, more?: Record<string, unknown>): Promise<unknown[]> {
  answered = { data: { id: opportunity, stage: 'lead-new', archived: null } };
  listed = { data: [], hasNext: false };
  received.length = 0;
  await lever.apply({ ...blankWork, ...change }, context(more));
  return [...received];
}
const blankWork: Work = {
  writeback: 'wrb_1',
  attempt: 1,
  machine: 'application',
  ref: opportunity,
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

const noWebhook = async (): Promise<void> => undefined;
const blankReading = { stage: `archived:${timing}`, state: 'rejected', elements: { 'rejection.reason': timing } };

/** One expectation per file; that none is taken for a webhook is tried for all. */
const expectations: Record<string, (file: string) => Promise<void>> = {
  'get-opportunity-response.json': async (file) => {
    expect(await read(file)).toMatchObject({
      // Archived it keeps its stage, which says nothing then.
      stage: `archived:${timing}`,
      state: 'rejected',
      elements: {
        'candidate.email': 'nango-seed-candidate-1@example.com',
        'candidate.phone': '5555550100',
        'application.source': 'Referral',
        'rejection.reason': timing,
      },
      native: { stageId: 'lead-reached-out', archived: { reasonId: timing, as: 'rejected' } },
    });
    // "Nango Seed Candidate 1" does not say where its names divide, and one that was sourced did not apply.
    const { elements } = (await read(file)) as Reading;
    expect(Object.keys(elements ?? {}).filter((name) => /Name|appliedAt/.test(name))).toEqual([]);
    expect(await read(file, { archiveReasons: { rejected: [hired] } })).toMatchObject({ state: null });
  },
  // Answers to writes have the names blank: nothing of them would be recorded.
  'put-opportunity-stage-response.json': async (file) => {
    expect(await read(file)).toMatchObject({ ...blankReading, native: { stageId: 'lead-reached-out' } });
    expect(Object.keys((await read(file))?.elements ?? {})).toEqual(['application.source', 'rejection.reason']);
  },
  'put-opportunity-archived-response.json': async (file) =>
    expect(await read(file)).toMatchObject({ ...blankReading, native: { stageId: 'lead-new' } }),
  'addTags-response.json': async (file) => expect(await read(file)).toMatchObject(blankReading),
  'put-opportunity-stage-request.json': async (file) => expect(await sentFor({})).toEqual([recorded(file)]),
  'put-opportunity-archived-request.json': async (file) =>
    expect(await sentFor({ targetState: 'rejected' })).toEqual([recorded(file)]),
  'add-note-request.json': async (file) => {
    const [note] = await sentFor({ elements: { 'screening.score': 87 } }, { noteElements: ['screening.score'] });
    expect(Object.keys(note as object)).toEqual(Object.keys(recorded(file) as object));
  },
  'get-note-response.json': async (file) => expect(await ourNoteAmong(file)).toBe(true),
  'add-note-response.json': async (file) => expect(await ourNoteAmong(file)).toBe(true),
  'list-stages-response.json': async (file) => {
    const ids = (recorded(file) as { data: { id: string }[] }).data.map(({ id }) => id);
    const stages = Object.fromEntries(ids.map((id, index) => [`active.stage_${'abcdefghijk'[index]}`, id]));
    expect(Object.values(settings({ stages }).stages)).toEqual(ids);
  },
  'list-disposition_stages-response.json': async (file) => {
    const { archiveReasons } = (recorded(file) as { data: { archiveReasons: { id: string; type: string | null }[] } })
      .data;
    const byType = (type: string | null) => archiveReasons.filter((one) => one.type === type).map(({ id }) => id);
    expect(settings({ archiveReasons: { rejected: byType(null), hired: byType('hired') } }).archiveReasons).toEqual({
      rejected: byType(null),
      withdrawn: [],
      hired: [hired],
    });
  },
  'list-webhooks-response.json': async (file) => expect(JSON.stringify(recorded(file))).not.toContain('signatureToken'),
  'create-feedback-request.json': noWebhook,
  'create-feedback-response.json': noWebhook,
  'get-application-response.json': noWebhook,
  'get-contact-response.json': noWebhook,
  'get-feedback-response.json': noWebhook,
  'get-feedback_template-response.json': noWebhook,
  'get-posting-response.json': noWebhook,
  'get-requisition-response.json': noWebhook,
};

/** Whether a note is put beside the recorded one, which is somebody else's, and whether ours in its shape is found. */
async function ourNoteAmong(file: string): Promise<boolean> {
  const { data } = recorded(file) as { data: { fields: { value: string }[] } };
  const work = { ...blankWork, elements: { 'screening.score': 87 } };
  const more = { noteElements: ['screening.score'] };
  answered = { data: { id: opportunity, stage: 'lead-reached-out', archived: null } };
  const confirmed = async (value: string): Promise<string> => {
    listed = { data: [{ ...data, fields: [{ ...data.fields[0], value }] }], hasNext: false };
    return (await lever.confirm(work, context(more))).outcome.kind;
  };
  const theirs = await confirmed(data.fields[0]?.value ?? '');
  return theirs === 'contradicted' && (await confirmed('Interlock\nscreening.score: 87 of 100')) === 'confirmed';
}

describe.skipIf(files.length === 0)(
  'recorded payloads of Lever (skipped where ../shared/fixtures is not there)',
  () => {
    test('every file has an expectation', () => expect(Object.keys(expectations).sort()).toEqual(files));

    test.each(files)('%s is no webhook', (file) => {
      const said = lever.translate(recorded(file), {
        connection: 'lever',
        mapping,
        settings: settings(),
        headers: {},
        receivedAt: 1_700_000_000_000,
      });
      expect(said).toMatchObject([{ kind: 'quarantined', reason: 'not_understood' }]);
    });

    test.each(files)('%s is used as expected', (file) => expectations[file]?.(file));
  },
);
