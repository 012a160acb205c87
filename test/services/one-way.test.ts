// One-way connections of any adapter: `in` is never written to, and what an observer says is no cause of anything.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import { type HiringOffice, openHiringOffice } from '../support/hiring-office.ts';

let office: HiringOffice;
beforeAll(async () => {
  office = await openHiringOffice({ reorderWindowMs: 1_500 });
});
afterAll(async () => office[Symbol.asyncDispose]());

async function turn(direction: 'both' | 'in' | 'out'): Promise<void> {
  const { context } = office.service;
  const changed = await updateConnection(context, { kind: 'cli', id: 'test' }, 'greenhouse', { direction });
  expect(changed).toEqual({ ok: true });
}
const events = (): Promise<unknown[]> =>
  office.service.context.database.reports.selectFrom('event').select('id').execute();

test('in: a transition bears no writeback, and its events still cause', async () => {
  const ref = await office.applicant();
  await turn('in');
  await office.record(ref, 'triage.started');
  expect((await office.subjectOf(ref)).state).toBe('active.triage');
  expect((await office.writebacks(ref)).map((one) => one.target_state)).toEqual(['active.received']);
});

test('out: it is written to and read back, and its webhooks are taken and cause nothing', {
  timeout: 60_000,
}, async () => {
  await turn('both');
  const ref = await office.applicant();
  await turn('out');
  await office.record(ref, 'triage.started');
  await office.settled(ref);
  expect((await office.writebacks(ref)).at(-1)).toMatchObject({ target_state: 'active.triage', status: 'confirmed' });
  await office.greenhouse.webhooks?.drain();
  const before = { events: (await events()).length, taken: office.greenhouse.webhooks?.counts().accepted ?? 0 };
  office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
  await office.greenhouse.webhooks?.drain();
  expect(office.greenhouse.webhooks?.counts()).toMatchObject({ accepted: before.taken + 1, lost: 0 });
  expect(await events()).toHaveLength(before.events);
  expect((await office.subjectOf(ref)).state).toBe('active.triage');
});
