// A reading of a stage is older than it looks: what the system has told since it was asked may have ended what it showed.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { driveWritebacks } from '../../src/services/delivery/drive-writebacks.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { type IntakeOptions, intake } from '../support/intakes.ts';
import { addUnreachableVendor } from '../support/unreachable-vendor.ts';

/** As long as a copy of the vendor's data may be behind, and a little: Greenhouse's `readLagMs`. */
const readLagMs = 1_100;

let service: TestContext;
beforeAll(async () => {
  service = await createTestContext({ parkedMs: 60_000 });
  await addUnreachableVendor(service.context, {
    'active.received': 'Application Review',
    'active.triage': 'Triage',
    'active.screening': 'Assessment',
  });
});
afterAll(async () => service[Symbol.asyncDispose]());

let serial = 0;
let ref: string;
let moved: string;
const say = (claim: string, options: IntakeOptions = {}) =>
  service.context.recorder().record(intake(ref, claim, { connection: 'vendor', by: 'ats', ...options }));
const stage = (claim: string, minute: number) =>
  say(claim, { stage: true, occurredAt: `2026-01-05T08:0${minute}:00.000Z` });
const shows = (seen: string, attempt: number) =>
  service.context.recorder().settle({ kind: 'probe', event: moved, attempt, connection: 'vendor', seen });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const event = () =>
  service.context.database.reports
    .selectFrom('event as e')
    .innerJoin('subject as s', 's.id', 'e.subject_id')
    .select(['e.disposition', 'e.code', 'e.probe_attempt', 's.state'])
    .where('e.id', '=', moved)
    .executeTakeFirstOrThrow();

/** In triage for a while; a stage that is told in the wrong order waits for a look at the vendor, which is asked for at once. */
beforeEach(async () => {
  serial += 1;
  ref = `A${serial}`;
  await say('application.received');
  expect(await stage('active.triage', 2)).toMatchObject({ disposition: 'applied' });
  await pause(readLagMs);
  const told = await stage('active.screening', 1);
  expect(told).toMatchObject({ disposition: 'parked', code: 'probe' });
  moved = told.event;
  await pause(readLagMs);
  expect(await event()).toMatchObject({ probe_attempt: 1 });
});

test('what a system shows counts, where nothing has come from it since it was asked', async () => {
  await shows('active.screening.invited', 1);
  expect(await event()).toMatchObject({ disposition: 'applied', state: 'active.screening.invited' });
});

test.each([
  ['a stage that changes nothing', () => stage('active.triage', 3), 'active.triage'],
  [
    'an event that it names',
    () => say('application.withdrawn', { data: { 'withdrawal.reason': 'moved' } }),
    'withdrawn',
  ],
])('after %s came from it the system is read again', async (_, tells, state) => {
  const { disposition } = await tells();
  expect(['stale', 'applied']).toContain(disposition);
  await shows('active.screening.invited', 1);
  expect(await event()).toMatchObject({ disposition: 'parked', code: 'probe', state });
  // An answer to an even older question says no more, and hurries nothing.
  await shows('active.screening.invited', 0);
  await pause(readLagMs);
  await driveWritebacks(service.context);
  expect(await event()).toMatchObject({ disposition: 'parked', probe_attempt: 2 });
  await shows(state, 2);
  expect(await event()).toMatchObject({ disposition: 'stale', code: 'vendor_moved_on', state });
});

test('a look that was asked for after that counts', async () => {
  await stage('active.triage', 3);
  await shows('active.screening.invited', 1);
  await pause(readLagMs);
  await driveWritebacks(service.context);
  await shows('active.screening.invited', 2);
  expect(await event()).toMatchObject({ disposition: 'applied', state: 'active.screening.invited' });
});
