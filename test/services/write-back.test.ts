// Writing back to a simulated hiring office: confirmed only when the target shows it, in order, whatever the vendor does.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workOne } from '../../src/services/delivery/work-commands.ts';
import { type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

let office: HiringOffice;
beforeAll(async () => {
  office = await openHiringOffice({ reorderWindowMs: 1_500 });
});
afterAll(async () => office[Symbol.asyncDispose]());

const placeOf = (id: string): string => office.greenhouse.application(id)?.stage.name ?? 'nowhere';
const eventsOf = async (ref: string): Promise<{ claim: string | null; disposition: string; code: string | null }[]> =>
  office.service.context.database.reports
    .selectFrom('event')
    .select(['claim', 'disposition', 'code'])
    .where('ref_id', '=', ref)
    .orderBy('received_at')
    .execute();

async function screened(): Promise<string> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started');
  await office.record(ref, 'screening.invited');
  return ref;
}

describe('a writeback', () => {
  test('is confirmed when the target shows it, in order, the origin included', async () => {
    const ref = await screened();
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 82 } });
    await office.settled(ref);
    const all = await office.writebacks(ref);
    expect(all.map((one) => [one.lane_seq, one.target_state, one.status])).toEqual([
      [1, 'active.received', 'confirmed'],
      [2, 'active.triage', 'confirmed'],
      [3, 'active.screening.invited', 'confirmed'],
      [4, 'active.screening.completed', 'confirmed'],
    ]);
    expect(all[0]?.cause).toBe('origin');
    expect(placeOf(ref)).toBe('Assessment');
    expect(office.greenhouse.application(ref)?.customFields).toMatchObject({ screening_score: 82 });
  });

  test('that the vendor answered 200 and did not save is contradicted, never confirmed, and tried again', async () => {
    const ref = await office.applicant();
    await office.record(ref, 'triage.started');
    await office.settled(ref);
    office.greenhouse.faults.next('save_nothing');
    await office.record(ref, 'screening.invited');
    await office.settled(ref);
    const last = (await office.writebacks(ref)).at(-1);
    expect(last).toMatchObject({ status: 'confirmed', contradictions: 1 });
    expect(placeOf(ref)).toBe('Assessment');
    const attempts = await office.service.context.database.reports
      .selectFrom('attempt')
      .select(['outcome', 'contradicted'])
      .where('writeback_id', '=', last?.id ?? '')
      .orderBy('attempt')
      .execute();
    expect(attempts.map((one) => one.outcome)).toEqual(['accepted', 'contradicted', 'confirmed']);
  });

  test.each(['save_then_500', 'save_then_hang', 'reset', 'error_before', 'rate_limit', 'html_200'] as const)(
    'survives %s without a second effect',
    async (fault) => {
      const ref = await office.applicant();
      await office.record(ref, 'triage.started');
      await office.settled(ref);
      office.greenhouse.faults.next(fault);
      await office.record(ref, 'screening.invited');
      await office.settled(ref);
      expect((await office.writebacks(ref)).at(-1)?.status).toBe('confirmed');
      expect(office.greenhouse.log.entries(ref).filter((entry) => entry.to === 'Assessment')).toHaveLength(1);
    },
  );

  test('whose vendor webhook comes back is met by its echo once and causes no write', async () => {
    const ref = await screened();
    await office.settled(ref);
    await until(async () => (await eventsOf(ref)).some((one) => one.disposition === 'echo'));
    const writes = office.greenhouse.log.entries(ref).length;
    expect((await office.writebacks(ref)).every((one) => one.cause !== 'revert')).toBe(true);
    expect(office.greenhouse.log.entries(ref)).toHaveLength(writes);
  });
});

describe('a stage change in the ATS', () => {
  test('that is legal makes the transition it stands for', async () => {
    const ref = await office.applicant();
    await office.record(ref, 'triage.started');
    await office.settled(ref);
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
    await until(async () => (await office.subjectOf(ref)).state === 'active.screening.invited');
    const last = (await office.writebacks(ref)).at(-1);
    expect(last).toMatchObject({ target_state: 'active.screening.invited', status: 'confirmed', settled_by: 'origin' });
  });

  test('that jumps is read first, then refused, seen as a divergence, and written back by the rule of the state', async () => {
    const ref = await office.applicant();
    await office.settled(ref);
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Offer' });
    await until(async () =>
      (await eventsOf(ref)).some((one) => one.claim === 'active.offer' && one.disposition === 'refused'),
    );
    await until(async () => placeOf(ref) === 'Application Review');
    await office.settled(ref);
    expect((await office.writebacks(ref)).at(-1)).toMatchObject({ cause: 'revert', status: 'confirmed' });
    expect((await office.subjectOf(ref)).state).toBe('active.received');
    const incidents = await office.service.context.database.reports
      .selectFrom('incident')
      .select(['kind', 'resolution'])
      .where('subject_id', '=', (await office.subjectOf(ref)).id)
      .execute();
    expect(incidents).toContainEqual({ kind: 'divergence', resolution: 'The system shows it now' });
  });

  test('that waited is not believed when its turn seems to come: the vendor is read again', async () => {
    const { context } = office.service;
    office.greenhouse.webhooks?.target(null);
    const ref = office.greenhouse.createApplication();
    const fromVendor = { connection: 'greenhouse', by: 'ats' as const };
    const jump = intake(ref, 'active.offer', { ...fromVendor, stage: true });
    // Nobody knows the subject yet, and by now Greenhouse shows its first stage again. On a slow machine what follows takes seconds.
    const usual = context.reorderWindowMs;
    context.reorderWindowMs = 20_000;
    expect(await context.recorder().record(jump)).toMatchObject({ disposition: 'parked', subject: null });
    await context.recorder().record(intake(ref, 'application.received', fromVendor));
    await office.record(ref, 'triage.started');
    await office.record(ref, 'screening.invited');
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 90 } });
    await office.record(ref, 'interview.requested');
    await office.record(ref, 'interview.completed');
    office.greenhouse.webhooks?.target(office.hookUrl);
    await until(async () =>
      (await eventsOf(ref)).some((one) => one.claim === 'active.offer' && one.disposition !== 'parked'),
    );
    context.reorderWindowMs = usual;
    expect((await eventsOf(ref)).find((one) => one.claim === 'active.offer')).toMatchObject({ disposition: 'stale' });
    expect((await office.subjectOf(ref)).state).toBe('active.interview.completed');
  });

  describe('that cannot be looked at, the system being away', () => {
    /** Told twice early, so that its stage has to be read before it is believed; it cannot be. */
    async function waitingForLook() {
      const { context } = office.service;
      office.greenhouse.webhooks?.target(null);
      office.greenhouse.faults.next('error_before', { on: 'read', times: 500 });
      const ref = office.greenhouse.createApplication();
      const fromVendor = { connection: 'greenhouse', by: 'ats' as const };
      const { event } = await context
        .recorder()
        .record(intake(ref, 'active.screening', { ...fromVendor, stage: true }));
      await context.recorder().record(intake(ref, 'application.received', fromVendor));
      await office.record(ref, 'triage.started');
      return { ref, event };
    }
    const isBack = (): void => {
      office.greenhouse.faults.calm();
      office.greenhouse.webhooks?.target(office.hookUrl);
    };
    const said = async (ref: string) => (await eventsOf(ref)).find((one) => one.claim === 'active.screening');
    const incidentsOf = (event: string) =>
      office.service.context.database.reports
        .selectFrom('incident')
        .select('kind')
        .where('event_id', '=', event)
        .execute();

    const waitsMs = async (event: string): Promise<number> => {
      const { ms } = await office.service.context.database.reports
        .selectFrom('event')
        .select(sql<number>`extract(epoch from parked_until - received_at)::int * 1000`.as('ms'))
        .where('id', '=', event)
        .executeTakeFirstOrThrow();
      return ms;
    };

    test('goes on waiting when the time of a look is over, and is decided once the system is back', async () => {
      const { ref, event } = await waitingForLook();
      await until(async () => (await waitsMs(event)) === office.service.context.parkedMs);
      expect(await said(ref)).toMatchObject({ disposition: 'parked', code: 'probe' });
      isBack();
      await until(async () => (await said(ref))?.disposition === 'stale', 25_000);
      expect(await incidentsOf(event)).toEqual([]);
    });

    test('is refused with an incident after as long as any early event may wait', async () => {
      const { context } = office.service;
      const { ref, event } = await waitingForLook();
      const usual = context.parkedMs;
      context.parkedMs = 1;
      await context.recorder().settle({ kind: 'expired', event });
      context.parkedMs = usual;
      isBack();
      expect(await said(ref)).toMatchObject({ disposition: 'refused', code: 'unproven' });
      expect(await incidentsOf(event)).toEqual([{ kind: 'event_expired' }]);
    });
  });

  test('that was undone before anyone looked is stale and harms nobody', async () => {
    const ref = await office.applicant();
    await office.settled(ref);
    office.greenhouse.webhooks?.tune({ delayMs: { min: 300, max: 300 } });
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Offer' });
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Application Review' });
    await office.greenhouse.webhooks?.drain();
    office.greenhouse.webhooks?.tune({ delayMs: { min: 0, max: 0 } });
    await until(
      async () =>
        (await eventsOf(ref)).filter((one) => one.claim?.startsWith('active') && one.disposition === 'stale').length ===
        2,
      // So soon after a change one look is not believed, and the next comes after five seconds.
      25_000,
    );
    expect((await office.writebacks(ref)).filter((one) => one.cause === 'revert')).toHaveLength(0);
  });

  test('to where a dead writeback wanted it proves that writeback after all', async () => {
    const ref = await office.applicant();
    await office.record(ref, 'triage.started');
    await office.settled(ref);
    office.greenhouse.faults.next('error_before', { times: 40 });
    await office.record(ref, 'screening.invited');
    await office.settled(ref);
    expect((await office.writebacks(ref)).at(-1)?.status).toBe('dead');
    office.greenhouse.faults.calm();
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
    await until(async () => (await office.writebacks(ref)).at(-1)?.status === 'confirmed');
    expect((await office.writebacks(ref)).at(-1)).toMatchObject({ settled_by: 'echo' });
    const open = await office.service.context.database.reports
      .selectFrom('incident')
      .select('kind')
      .where('subject_id', '=', (await office.subjectOf(ref)).id)
      .where('settled_at', 'is', null)
      .execute();
    expect(open).toEqual([]);
  });

  test('is not pushed back by a revert that was on its way to undo an older one', async () => {
    const { context } = office.service;
    const ref = await office.applicant();
    await office.record(ref, 'triage.started');
    await office.settled(ref);
    const subject = (await office.subjectOf(ref)).id;
    // The revert of a forbidden jump is leased, and waits at the vendor for its turn.
    const revert = (await office.writebacks(ref)).at(-1);
    await context.database.engine
      .insertInto('writeback')
      .values({
        id: `wrb_test_${ref}`,
        subject_id: subject,
        connection_id: 'greenhouse',
        lane_seq: 3,
        subject_version: 2,
        machine: 'application',
        machine_version: 1,
        event_type: 'divergence.reverted',
        from_state: 'active.triage',
        target_state: 'active.triage',
        cause: 'revert',
        status: 'leased',
        overwrites: ['*'],
        attempt: 1,
        tries: 1,
        due_at: null,
        leased_at: new Date(),
        lease_until: new Date(Date.now() + 60_000),
        occurred_at: new Date(),
        created_at: new Date(),
        settled_at: null,
        settled_by: null,
        reason: null,
      })
      .execute();
    await context.database.engine.updateTable('lane').set({ next_seq: 3 }).where('subject_id', '=', subject).execute();
    expect(revert?.lane_seq).toBe(2);
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Assessment' });
    await until(async () => (await office.subjectOf(ref)).state === 'active.screening.invited');
    await workOne(
      context,
      { id: `wrb_test_${ref}`, attempt: 1, connection: 'greenhouse', mode: 'apply', ttlMs: 30_000 },
      new AbortController().signal,
    );
    await office.settled(ref);
    expect(placeOf(ref)).toBe('Assessment');
    expect((await office.writebacks(ref)).find((one) => one.lane_seq === 3)?.status).toBe('superseded');
  });

  test('makes what was still waiting for the ATS needless', async () => {
    const ref = await screened();
    await office.settled(ref);
    office.greenhouse.faults.next('error_before', { times: 50 });
    await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
    await office.record(ref, 'screening.passed');
    await office.record(ref, 'interview.requested');
    office.greenhouse.editByHand(ref, { kind: 'reject', reasonId: 14 });
    await until(async () => (await office.subjectOf(ref)).state === 'rejected');
    office.greenhouse.faults.calm();
    await office.settled(ref);
    const all = await office.writebacks(ref);
    // A write of ours may still have been on its way, so the rejection is read before it counts.
    expect(all.at(-1)).toMatchObject({ target_state: 'rejected', status: 'confirmed', settled_by: 'readback' });
    expect(all.filter((one) => one.status === 'superseded').length).toBeGreaterThan(0);
    expect(office.greenhouse.application(ref)?.status).toBe('rejected');
  });
});
