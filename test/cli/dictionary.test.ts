// `interlock dictionary …`: what a system is sent, what changed between versions, and what was kept out.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { keepUnknownFields } from '../../src/services/intake/unknown-fields.ts';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { createTestContext, type TestContext } from '../support/context.ts';

let service: TestContext;
let interlock: Interlock;
let folder: string;
beforeAll(async () => {
  service = await createTestContext();
  interlock = onDatabase(service.connectionString);
  folder = join(mkdtempSync(join(tmpdir(), 'interlock-dictionary-')), 'dictionary');
  cpSync(join(projectFolder, 'dictionary'), folder, { recursive: true });
  const settings = {
    stages: { 'active.screening': 'Assessment' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
    fields: { 'screening.score': 'score' },
  };
  const secrets = ['clientId=c', 'clientSecret=s', 'webhookSecret=w'].flatMap((one) => ['--secret', one]);
  const added = await interlock(
    'connection',
    'add',
    'greenhouse-eu',
    '--adapter',
    'greenhouse',
    '--settings',
    JSON.stringify(settings),
    ...secrets,
  );
  expect(added.exitCode, added.stderr).toBe(0);
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

async function json(...argv: string[]) {
  const ran = await interlock(...argv, '--json');
  return { exitCode: ran.exitCode, body: JSON.parse(ran.stdout) };
}
const edit = (file: string, from: string, to: string): void => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};

test('receives: what an adapter may be sent, what a connection is sent, and nothing of a name that is neither', async () => {
  const adapter = await json('dictionary', 'receives', 'signed-webhook');
  const elements = adapter.body.receives.map((one: { element: string }) => one.element);
  expect(elements).toContain('candidate.email');
  expect(elements).not.toContain('offer.salary');
  expect(elements.filter((one: string) => one.startsWith('check.'))).toEqual([]);
  const connection = await json('dictionary', 'receives', 'greenhouse-eu');
  expect(connection.body).toMatchObject({
    adapter: 'greenhouse',
    receives: [
      { element: 'offer.startDate', purpose: expect.stringContaining('hire'), legalBasis: 'contract' },
      { element: 'screening.score', classification: 'personal', withheldIn: [] },
    ],
  });
  expect((await interlock('dictionary', 'receives', 'nobody')).stderr).toContain('neither an adapter');
});

test('explain: owner, ground, where it is read, written and withheld', async () => {
  const { body } = await json('dictionary', 'explain', 'offer.startDate');
  expect(body).toMatchObject({
    owner: 'Compensation and offers',
    legalBasis: 'contract',
    required: expect.arrayContaining(['offer.accepted']),
  });
  expect(body.places.readFrom).toContainEqual(expect.stringMatching(/^greenhouse: \/start_date \(date\)/));
  expect(body.places.writtenTo).toContainEqual(expect.stringMatching(/^bamboohr: \/hireDate/));
  expect((await interlock('dictionary', 'explain', 'screening.recordingUrl')).stdout).toMatch(
    /withheld in\s+DE, US-NYC/,
  );
});

test('check and diff: a folder, a version on record, and status 1 where something breaks', async () => {
  expect((await interlock('dictionary', 'diff', '1', folder)).stdout).toContain('Both say the same.');
  edit('elements.yaml', 'aside.\n    type: string\n    maxLength: 500', 'aside.\n    type: string\n    maxLength: 400');
  const said = await interlock('dictionary', 'diff', '1', folder, '--breaking');
  expect(said.exitCode).toBe(1);
  expect(said.stdout).toMatch(/narrower\s+breaking\s+elements › hold\.reason › maxLength\s+400 instead of 500/);
  expect((await json('dictionary', 'diff', folder, folder)).body).toEqual({ changes: [], breaking: false });
  expect((await interlock('dictionary', 'check', folder)).exitCode).toBe(0);
  edit('regions/de.yaml', 'means: active.offer.drafted', 'means: active.offer');
  const wrong = await interlock('dictionary', 'check', folder);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toMatch(/dictionary\/regions\/de\.yaml:\d+: .*exactly one canonical state/);
  expect((await interlock('dictionary', 'diff', '99', folder)).stderr).toContain('no version 99');
  expect((await interlock('dictionary', 'diff', 'no-such-folder', '1')).stderr).toContain(
    'neither the number of a version',
  );
});

test('unknown-fields: what was kept out, with how often', async () => {
  expect((await interlock('dictionary', 'unknown-fields', 'greenhouse-eu')).stdout).toContain('Nothing was kept out');
  service.context.unknownFields.note('greenhouse-eu', { unknown: ['/application/shoe_size'] });
  await keepUnknownFields(service.context);
  expect((await interlock('dictionary', 'unknown-fields', 'greenhouse-eu')).stdout).toMatch(
    /\/application\/shoe_size\s+unmapped\s+1/,
  );
  expect((await interlock('dictionary', 'unknown-fields', 'nobody')).exitCode).toBe(1);
});
