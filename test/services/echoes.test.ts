// Vendors tell of our own writes late: what such an echo may prove, and what it must not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';

let office: HiringOffice;
beforeEach(async () => {
  office = await openHiringOffice();
});
afterEach(async () => office[Symbol.asyncDispose]());

const late = (ms: number): void => office.greenhouse.webhooks?.tune({ delayMs: { min: ms, max: ms } });
const placeOf = (ref: string): string | undefined => office.greenhouse.application(ref)?.stage.name;
const events = (ref: string) =>
  office.service.context.database.reports
    .selectFrom('event')
    .select(['claim', 'disposition', 'code'])
    .where('ref_id', '=', ref)
    .where('claim', '=', 'active.screening')
    .execute();

/** Moved to Assessment by us, of which Greenhouse tells two seconds later. */
async function invited(): Promise<string> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started');
  await office.settled(ref);
  late(2_000);
  await office.record(ref, 'screening.invited');
  await until(async () => placeOf(ref) === 'Assessment');
  await office.settled(ref);
  return ref;
}

test('the echo of an older write does not confirm a newer one of the same stage that found something else there', async () => {
  const ref = await invited();
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Application Review' });
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
  await until(async () => (await events(ref)).some((one) => one.disposition === 'echo'));
  const writebacks = await office.writebacks(ref);
  expect(writebacks.find((one) => one.target_state === 'active.screening.completed')?.settled_by).not.toBe('echo');
});

test('the echo of a write that landed after the target had moved on is looked into, and what it undid is written again', async () => {
  const ref = await invited();
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
  await office.settled(ref);
  late(0);
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Interview' });
  await until(async () => (await office.subjectOf(ref)).state === 'active.interview.to_schedule');
  // As if our write had come only now: nobody else reports it.
  office.greenhouse.webhooks?.target(null);
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
  office.greenhouse.webhooks?.target(office.hookUrl);
  await until(async () => placeOf(ref) === 'Interview', 20_000);
  expect((await events(ref)).map((one) => one.disposition)).not.toContain('echo');
});

test('stages that are told in the wrong order are read before the older one is believed', async () => {
  const ref = await invited();
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
  await office.settled(ref);
  const { state } = await office.subjectOf(ref);
  late(1_500);
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Interview' });
  late(0);
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
  await until(async () => (await told(ref, 'active.interview'))[0]?.settled_at instanceof Date, 20_000);
  expect(await told(ref, 'active.interview')).toMatchObject([{ disposition: 'stale', code: 'vendor_moved_on' }]);
  expect((await office.subjectOf(ref)).state).toBe(state);
});

const told = (ref: string, claim: string) =>
  office.service.context.database.reports
    .selectFrom('event')
    .select(['disposition', 'code', 'settled_at'])
    .where('ref_id', '=', ref)
    .where('claim', '=', claim)
    .execute();
