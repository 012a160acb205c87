// Every published webhook of Greenhouse, with what becomes of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { greenhouse } from '../../src/adapters/greenhouse/index.ts';
import { greenhouseSettings } from '../../src/adapters/greenhouse/settings.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'greenhouse');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith('webhook-')) : [];

const ignored = (reason: string): object[] => [{ kind: 'ignored', reason }];
const application = (ref: string, requisition: string, claim: object, ...elements: string[]): object[] => [
  { kind: 'event', machine: 'application', ref, requisition, claim, elements },
];
const requisition = (ref: string, ...types: string[]): object[] =>
  types.map((type) => ({ kind: 'event', machine: 'requisition', ref, claim: { kind: 'event', type }, elements: [] }));
const event = (type: string): object => ({ kind: 'event', type });
const stage = (...targets: string[]): object => ({ kind: 'stage', targets });

const expected: Readonly<Record<string, readonly object[]>> = {
  'webhook-candidate_anonymized.json': ignored('deleted_in_target'),
  'webhook-candidate_stage_change.json': application('265277', '3485', stage('active.screening')),
  'webhook-delete_application.json': ignored('deleted_in_target'),
  'webhook-delete_candidate.json': ignored('deleted_in_target'),
  'webhook-hire_candidate.json': application('46194062', '323753', event('application.hired'), 'offer.startDate'),
  'webhook-interview_deleted.json': ignored('deleted_in_target'),
  // Only the last approval is told: what came before it goes along.
  'webhook-job_approved.json': requisition(
    '100445',
    'requisition.submitted',
    'requisition.approved',
    'requisition.opened',
  ),
  'webhook-job_created.json': requisition('371417', 'requisition.opened'),
  'webhook-job_deleted.json': ignored('deleted_in_target'),
  'webhook-job_interview_stage_deleted.json': ignored('configuration'),
  'webhook-job_updated.json': ignored('details_changed'),
  'webhook-new_candidate_application.json': application(
    '71980812',
    '274075',
    event('application.received'),
    'candidate.firstName',
    'candidate.lastName',
    'candidate.email',
    'candidate.phone',
    'application.source',
    'application.appliedAt',
  ),
  'webhook-offer_approved.json': application('234556', '45678', event('offer.approved')),
  'webhook-offer_created.json': application('234556', '45678', event('offer.drafted')),
  'webhook-offer_updated.json': ignored('offer_deprecated'),
  'webhook-reject_candidate.json': application('265293', '371417', stage('rejected'), 'rejection.reason'),
  'webhook-scorecard_deleted.json': ignored('deleted_in_target'),
  'webhook-unreject_candidate.json': application('265293', '371417', event('application.reopened'), 'reopen.reason'),
  'webhook-update_candidate.json': ignored('details_changed'),
};

const settings = (more: Record<string, unknown> = {}) =>
  greenhouseSettings.parse({
    stages: { 'active.received': 'Application Review', 'active.screening': 'Assessment' },
    rejectionReasonId: 14,
    allowCandidateEmails: true,
    ...more,
  });
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const translated = (payload: unknown, more?: Record<string, unknown>): object[] =>
  greenhouse
    .translate(payload, {
      connection: 'greenhouse',
      settings: settings(more),
      mapping: mappingOf('greenhouse'),
      headers: {},
      receivedAt: 1_700_000_000_000,
    })
    .map((one) => {
      if (one.kind !== 'event') return { kind: one.kind, reason: one.reason };
      const { machine, ref, claim, data } = one;
      const job = one.requisition === undefined ? {} : { requisition: one.requisition };
      return { kind: 'event', machine, ref, ...job, claim, elements: Object.keys(data) };
    });

test.skipIf(files.length === 0)('each webhook has its expectation, and each expectation its webhook', () => {
  expect(files.toSorted()).toEqual(Object.keys(expected).sort());
});

test.skipIf(files.length === 0).each(Object.entries(expected))('%s', (file, wanted) => {
  expect(translated(read(file))).toEqual(wanted);
});

test.skipIf(files.length === 0)('a job that was closed is filled only where the settings say so', () => {
  const payload = read('webhook-job_updated.json');
  payload.payload.job = { ...payload.payload.job, status: 'closed', closed_at: '2015-09-11T23:02:09Z' };
  expect(translated(payload)).toEqual(ignored('job_closed'));
  expect(translated(payload, { closedJobMeans: 'filled' })).toEqual(requisition('100445', 'requisition.filled'));
});
