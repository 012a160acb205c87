// Every published CodeSignal payload, with what becomes of it: as printed, and with the application's id where an invitation gave one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesignal } from '../../src/adapters/codesignal/index.ts';
import { settingsSchema } from '../../src/adapters/codesignal/settings.ts';
import type { Translation } from '../../src/adapters/port.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'codesignal');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** A type of ours, or the code under which the payload is ignored. */
const expected: Readonly<Record<string, string>> = {
  'webhook-assessmentCreated.json': 'ignored assessment_changed',
  'webhook-companyTestSessionCreated.json': 'screening.invited',
  'webhook-companyTestSessionStarted.json': 'screening.started',
  'webhook-liveInterviewFeedbackUpdated.json': 'ignored live_interview',
  'webhook-preScreenCandidateDeclined.json': 'ignored candidate_declined',
  'webhook-preScreenIntegrityReviewUpdated.json': 'ignored integrity_review',
  'webhook-preScreenResultVerificationPending.json': 'ignored verification_pending',
};

test.skipIf(files.length === 0)('each payload has its expectation, and each expectation its payload', () => {
  expect(files.toSorted()).toEqual(Object.keys(expected).sort());
});

test.skipIf(files.length === 0).each(Object.entries(expected))('%s: %s', (file, wanted) => {
  const payload = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { payload: Record<string, unknown> };
  expect(said(translate(payload))).toEqual([wanted]);
  const invited = { ...payload, payload: { ...payload.payload, externalId: '48' } };
  expect(said(translate(invited))).toEqual([wanted]);
  for (const one of translate(payload)) {
    if (one.kind !== 'event') continue;
    expect(one).toMatchObject({ system: 'codesignal', ref: 'lehu382hdleh29', occurredAt: '2019-03-27T21:06:29.347Z' });
    expect(JSON.stringify(one)).not.toMatch(/jane/i);
  }
});

const translate = (payload: unknown): Translation[] =>
  codesignal.translate(payload, {
    connection: 'codesignal',
    mapping: mappingOf('codesignal'),
    settings: settingsSchema.parse({ applicationSystem: 'greenhouse' }),
    headers: {},
    receivedAt: 1_700_000_000_000,
  });

const said = (translations: readonly Translation[]): string[] =>
  translations.map((one) => {
    if (one.kind === 'event') return one.claim.kind === 'event' ? one.claim.type : 'stage';
    return `${one.kind} ${one.reason}`;
  });
