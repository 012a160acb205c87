// The sweep: reads what systems show, says where they differ, and has the machine decide about it as about a stage event.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchProbe } from '../../src/services/delivery/fetch-work.ts';
import { reconcile } from '../../src/services/reconcile/reconcile.ts';
import { recordReadings } from '../../src/services/reconcile/reconcile-answers.ts';
import { watchAgreement } from '../../src/services/reconcile/reconcile-figures.ts';
import { readAgreement } from '../../src/services/reports/read-agreement.ts';
import { type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

let office: HiringOffice;
beforeEach(async () => {
  office = await openHiringOffice();
});
afterEach(async () => office[Symbol.asyncDispose]());

const db = () => office.service.context.database.engine;
const shownOf = async (ref: string) => {
  const { id } = await office.subjectOf(ref);
  return db().selectFrom('shown').selectAll().where('subject_id', '=', id).executeTakeFirstOrThrow();
};
/** What was read last is over a minute ago, and what is to be looked at again is due. */
async function elapse(): Promise<void> {
  await sql`update shown set asked_at = asked_at - interval '2 minutes', seen_at = seen_at - interval '2 minutes',
    look_at = look_at - interval '2 minutes'`.execute(db());
  await sql`update writeback set settled_at = settled_at - interval '2 minutes', created_at = created_at - interval '2 minutes' where settled_at is not null`.execute(
    db(),
  );
  await sql`update incident set seen_at = seen_at - interval '2 minutes' where settled_at is null`.execute(db());
  await sql`update event set settled_at = settled_at - interval '2 minutes' where settled_at is not null`.execute(db());
  await sql`update reconciliation set next_at = clock_timestamp()`.execute(db());
}
/** One reading of everything that is due, and its answers. */
async function round(): Promise<void> {
  await elapse();
  await reconcile(office.service.context);
  await reconcile(office.service.context);
  await until(
    async () => (await db().selectFrom('shown').select('id').whereRef('asked', '>', 'answered').execute()).length === 0,
  );
}
/** Somebody moves the card, and Greenhouse's webhook never comes. */
function moveUnheard(ref: string, stage: string): void {
  office.greenhouse.webhooks?.target(null);
  office.greenhouse.editByHand(ref, { kind: 'move', stage });
  office.greenhouse.webhooks?.target(office.hookUrl);
}
const incidents = async (ref: string) =>
  db()
    .selectFrom('incident')
    .select(['kind', 'detail', 'settled_at'])
    .where('subject_id', '=', (await office.subjectOf(ref)).id)
    .execute();
const placeOf = (ref: string): string | undefined => office.greenhouse.application(ref)?.stage.name;

const board = () => readAgreement(office.service.context, { after: null, rowsMax: 50 });
const shownOfAll = () => db().selectFrom('shown').selectAll().execute();
const readings = () =>
  db()
    .selectFrom('event')
    .select(['claim', 'disposition', 'code'])
    .where('external_id', 'like', 'reading:%')
    .where('disposition', '<>', 'parked')
    .execute();

/** An offer is out, where the machine says that a person decides. */
async function offered(): Promise<string> {
  const ref = await invited();
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
  await office.settled(ref);
  for (const type of ['interview.requested', 'interview.completed', 'offer.drafted'])
    expect(await office.record(ref, type)).toMatchObject({ disposition: 'applied' });
  await office.settled(ref);
  return ref;
}
async function invited(): Promise<string> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started');
  await office.record(ref, 'screening.invited');
  await office.settled(ref);
  await until(async () => placeOf(ref) === 'Assessment');
  await office.settled(ref);
  return ref;
}

test('what agrees is on record as read, and nothing else happens', async () => {
  const ref = await invited();
  const before = await office.writebacks(ref);
  await round();
  expect(await shownOf(ref)).toMatchObject({
    stage: 'Assessment',
    states: ['active.screening'],
    trouble: null,
    asked: 1,
    answered: 1,
  });
  expect(await office.writebacks(ref)).toEqual(before);
  expect(await incidents(ref)).toEqual([]);
});

test('two states that share a stage agree with it', async () => {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started');
  await office.settled(ref);
  await round();
  expect(await shownOf(ref)).toMatchObject({ stage: 'Application Review', trouble: null });
});

describe('a card that somebody moved without a word', () => {
  test('is looked at again before anything is made of it', async () => {
    const ref = await invited();
    moveUnheard(ref, 'Offer');
    await round();
    expect(await shownOf(ref)).toMatchObject({ states: ['active.offer'], trouble: 'moved', judged_at: null });
    expect(await incidents(ref)).toEqual([]);
    expect(placeOf(ref)).toBe('Offer');
  });

  test('is put back where the machine says that we are right', async () => {
    const ref = await invited();
    moveUnheard(ref, 'Offer');
    await round();
    await round();
    // Reachable ahead: the events before it may still come, until the reorder window is over.
    await until(async () => placeOf(ref) === 'Assessment', 20_000);
    await office.settled(ref);
    expect((await office.writebacks(ref)).at(-1)).toMatchObject({ cause: 'revert', status: 'confirmed' });
    expect((await office.subjectOf(ref)).state).toBe('active.screening.invited');
    await round();
    expect(await shownOf(ref)).toMatchObject({ trouble: null });
    expect((await incidents(ref)).every((one) => one.settled_at !== null)).toBe(true);
  });

  test('is a transition where the machine lets that system make it', async () => {
    const ref = await office.applicant();
    await office.record(ref, 'triage.started');
    await office.settled(ref);
    moveUnheard(ref, 'Assessment');
    await round();
    await round();
    await until(async () => (await office.subjectOf(ref)).state === 'active.screening.invited');
    expect((await office.writebacks(ref)).at(-1)).toMatchObject({ status: 'confirmed', settled_by: 'origin' });
    const [event] = await db()
      .selectFrom('event')
      .select(['source', 'disposition', 'external_id'])
      .where('external_id', 'like', 'reading:%')
      .execute();
    expect(event).toMatchObject({ source: 'connection:greenhouse', disposition: 'applied' });
    await round();
    expect(await shownOf(ref)).toMatchObject({ trouble: null });
  });

  test('waits for a person where the machine says so, once, and is over when somebody puts it back', async () => {
    const ref = await offered();
    moveUnheard(ref, 'Assessment');
    await round();
    await round();
    await until(async () => (await incidents(ref)).some((one) => one.kind === 'divergence' && one.settled_at === null));
    await round();
    await round();
    expect(placeOf(ref)).toBe('Assessment');
    expect((await board()).items).toMatchObject([
      {
        cause: 'moved_by_hand',
        shows: 'active.screening',
        stage: 'Assessment',
        how: 'reading',
        rule: 'hold',
        owner: 'Recruiter',
      },
    ]);
    expect(await readings()).toHaveLength(1);
    moveUnheard(ref, 'Offer');
    await round();
    expect((await incidents(ref)).every((one) => one.settled_at !== null)).toBe(true);
    expect((await board()).items).toEqual([]);
  });

  test('is left alone, and on the board, where a person waived our write', async () => {
    const ref = await invited();
    moveUnheard(ref, 'Offer');
    const { id } = await office.subjectOf(ref);
    await sql`insert into writeback (id, subject_id, connection_id, lane_seq, subject_version, machine, machine_version, event_type, from_state, target_state, cause, status,
      occurred_at, created_at, settled_at, settled_by, reason)
      select 'wrb_waived', subject_id, connection_id, lane_seq + 1, subject_version, machine, machine_version, event_type, from_state, target_state, cause, 'waived',
      occurred_at, clock_timestamp(), clock_timestamp(), 'operator', 'never mind' from writeback where subject_id = ${id} order by lane_seq desc limit 1`.execute(
      db(),
    );
    await sql`update lane set next_seq = next_seq + 1, done_seq = done_seq + 1 where subject_id = ${id}`.execute(db());
    await round();
    await round();
    expect((await board()).items).toMatchObject([
      { cause: 'waived', canonical: 'active.screening.invited', stage: 'Offer' },
    ]);
    expect(await readings()).toEqual([]);
    expect(placeOf(ref)).toBe('Offer');
  });

  test('is completed by a person, not undone, where only the reason is missing', async () => {
    const ref = await invited();
    office.greenhouse.webhooks?.target(null);
    office.greenhouse.editByHand(ref, { kind: 'reject' });
    office.greenhouse.webhooks?.target(office.hookUrl);
    await round();
    await round();
    await until(async () => (await readings()).length === 1);
    expect(await readings()).toMatchObject([{ disposition: 'refused', code: 'missing_elements' }]);
    await round();
    expect(office.greenhouse.application(ref)?.status).toBe('rejected');
    expect((await board()).items).toMatchObject([{ cause: 'moved_by_hand', shows: 'rejected' }]);
  });
});

test('a stage that stands for nothing is one matter, for whoever keeps the mapping, and nothing is written over it', async () => {
  const refs = [await invited(), await invited(), await invited()];
  office.greenhouse.renameStage('Assessment', 'Test at home');
  await round();
  await round();
  const { items, totals } = await board();
  expect(items).toHaveLength(3);
  expect(items[0]).toMatchObject({
    cause: 'unmapped_stage',
    stage: 'Test at home',
    shows: null,
    owner: 'administrator of greenhouse',
  });
  expect(totals).toMatchObject([{ connection: 'greenhouse', pairs: 3, open: 3, agreeing: 0, share: 0 }]);
  const matters = await db()
    .selectFrom('incident')
    .select(['kind', 'detail'])
    .where('settled_at', 'is', null)
    .execute();
  expect(matters).toEqual([{ kind: 'unmapped_stage', detail: { stage: 'Test at home' } }]);
  expect(refs.map(placeOf)).toEqual(['Test at home', 'Test at home', 'Test at home']);
  office.greenhouse.renameStage('Test at home', 'Assessment');
  await round();
  await watchAgreement(office.service.context)();
  expect((await board()).items).toEqual([]);
  expect(await db().selectFrom('incident').select('id').where('settled_at', 'is', null).execute()).toEqual([]);
});

test('a system that cannot be read is reported after the third time, and asked less and less often', async () => {
  const ref = await invited();
  office.greenhouse.faults.next('error_before', { on: 'read', times: 100 });
  for (let failures = 1; failures <= 3; failures += 1) {
    expect((await shownOfAll()).filter((one) => one.trouble === 'failed')).toEqual([]);
    await round();
  }
  expect(await shownOf(ref)).toMatchObject({ trouble: 'failed', failures: 3, failure: 'probe_failed' });
  expect((await board()).items).toMatchObject([{ cause: 'reading_failed', owner: 'recruiting operations' }]);
});

test('what is on its way is not read beside it, and a reading that a transition overtook says nothing', async () => {
  const ref = await invited();
  await office.service.stopEngine();
  await reconcile(office.service.context);
  await elapse();
  expect(await reconcile(office.service.context)).toBe(1);
  const row = await shownOf(ref);
  // The worker read before the transition, and its answer comes after it.
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 71 } });
  await recordReadings(office.service.context, [
    {
      id: row.id,
      attempt: row.asked,
      connection: 'greenhouse',
      mode: 'probe',
      outcome: { kind: 'shows', seen: 'active.offer', stage: 'Offer' },
      reported: { tookMs: 1 },
    },
  ]);
  expect(await readings()).toEqual([]);
  await elapse();
  expect(await reconcile(office.service.context)).toBe(0);
});

test('a reading is looked at again, not judged, where the system has told of something since it was asked', async () => {
  const ref = await invited();
  await office.service.stopEngine();
  /** Asked for, and answered once `meanwhile` is over. */
  const shows = async (stage: string, seen: string, meanwhile = async (): Promise<void> => {}): Promise<void> => {
    await elapse();
    await reconcile(office.service.context);
    await reconcile(office.service.context);
    const { id, asked } = await shownOf(ref);
    await meanwhile();
    const outcome = { kind: 'shows' as const, seen, stage };
    await recordReadings(office.service.context, [
      { id, attempt: asked, connection: 'greenhouse', mode: 'probe', outcome, reported: { tookMs: 1 } },
    ]);
  };
  const tell = async (): Promise<void> => {
    const again = intake(ref, 'active.screening', { connection: 'greenhouse', by: 'ats', stage: true });
    expect(await office.service.context.recorder().record(again)).toMatchObject({ disposition: 'stale' });
  };
  await shows('Offer', 'active.offer');
  await shows('Offer', 'active.offer', tell);
  expect(await readings()).toEqual([]);
  expect(await shownOf(ref)).toMatchObject({ trouble: 'moved', judged_at: null, look_at: expect.any(Date) });
  await shows('Assessment', 'active.screening.invited');
  expect(await shownOf(ref)).toMatchObject({ trouble: null });
  expect(await readings()).toEqual([]);
});

test('answers that come together are kept together, and one that cannot be kept holds up nobody else', async () => {
  const refs = [await invited(), await invited(), await invited()];
  await office.service.stopEngine();
  await reconcile(office.service.context);
  const rows = await Promise.all(refs.map(shownOf));
  const answer = (index: number, stage: string) => ({
    id: rows[index]?.id ?? '',
    attempt: rows[index]?.asked ?? 0,
    connection: 'greenhouse',
    mode: 'probe' as const,
    outcome: { kind: 'shows' as const, seen: 'active.screening.completed', stage },
    reported: { tookMs: 1 },
  });
  const [first, second] = [answer(0, 'Assessment'), answer(1, 'Assessment')];
  await expect(
    recordReadings(office.service.context, [first, answer(2, 'no text: \0'), first, second]),
  ).rejects.toThrow();
  expect(await Promise.all(refs.map(shownOf))).toMatchObject([
    { answered: first.attempt, trouble: null },
    { answered: second.attempt, trouble: null },
    { answered: 0 },
  ]);
});

describe('the pace of the sweep', () => {
  /** So many subjects that nothing was read of yet. */
  async function strangers(count: number): Promise<void> {
    await office.service.stopEngine();
    office.greenhouse.webhooks?.target(null);
    for (let one = 0; one < count; one += 1)
      await office.record(office.greenhouse.createApplication(), 'application.received');
    await sql`update writeback set status = 'confirmed', lease_until = null, due_at = null, settled_at = clock_timestamp(), settled_by = 'readback'`.execute(
      db(),
    );
    await sql`update lane set done_seq = next_seq`.execute(db());
  }
  const pace = (given: object) =>
    sql`update connection set pace = ${JSON.stringify(given)}::jsonb, updated_at = clock_timestamp()`.execute(db());

  test('is a share of the rate, however many processes sweep', async () => {
    await strangers(30);
    // Twenty requests in a second, of which a tenth: two readings, and then nothing for a second.
    await pace({ concurrency: 8, requests: 20, perMs: 1_000 });
    const rounds = await Promise.all(Array.from({ length: 4 }, () => reconcile(office.service.context)));
    expect(rounds.reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(await reconcile(office.service.context)).toBe(0);
    const [{ pause } = { pause: 0 }] = (
      await sql<{
        pause: number;
      }>`select extract(epoch from next_at - clock_timestamp())::double precision as pause from reconciliation`.execute(
        db(),
      )
    ).rows;
    expect(pause).toBeGreaterThan(0.1);
    expect(pause).toBeLessThanOrEqual(1);
    // Nobody answers: what was asked is waited for, whatever the clock says.
    for (let round = 0; round < 3; round += 1) {
      await sql`update reconciliation set next_at = clock_timestamp()`.execute(db());
      await reconcile(office.service.context);
    }
    const asked = await db().selectFrom('shown').select('id').where('asked', '>', 0).execute();
    expect(asked).toHaveLength(4);
  });

  test('goes round: who was read longest ago is next, and where it stands outlives the process', async () => {
    await strangers(5);
    await pace({ concurrency: 8, requests: 20, perMs: 1_000 });
    const order: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const before = await db().selectFrom('shown').select(['id', 'asked']).execute();
      await sql`update reconciliation set next_at = clock_timestamp()`.execute(db());
      await sql`update shown set answered = asked, asked_at = asked_at - interval '2 minutes'`.execute(db());
      await reconcile(office.service.context);
      const after = await db().selectFrom('shown').select(['id', 'asked', 'asked_at']).orderBy('asked_at').execute();
      order.push(
        ...after
          .filter((one) => one.asked > (before.find((two) => two.id === one.id)?.asked ?? 0))
          .map((one) => one.id),
      );
    }
    expect(order).toHaveLength(10);
    expect(new Set(order.slice(0, 5)).size).toBe(5);
    expect(new Set(order.slice(5)).size).toBe(5);
  });

  test('gives way to writebacks, and to a connection that is paused, blocked or not to be read', async () => {
    await strangers(3);
    await sql`update connection set blocked_until = clock_timestamp() + interval '1 minute'`.execute(db());
    expect(await reconcile(office.service.context)).toBe(0);
    await sql`update connection set blocked_until = null, circuit = 'open'`.execute(db());
    expect(await reconcile(office.service.context)).toBe(0);
    await sql`update connection set circuit = 'closed', status = 'paused'`.execute(db());
    expect(await reconcile(office.service.context)).toBe(0);
    await sql`update connection set status = 'active'`.execute(db());
    await pace({ concurrency: 8, requests: 2_000, perMs: 1_000, sweepShare: 0 });
    expect(await reconcile(office.service.context)).toBe(0);
    await pace({ concurrency: 1, requests: 2_000, perMs: 1_000 });
    await office.record(office.greenhouse.createApplication(), 'application.received');
    expect(await reconcile(office.service.context)).toBe(0);
    await sql`update writeback set status = 'ready', lease_until = null, due_at = clock_timestamp() where status = 'leased'`.execute(
      db(),
    );
    expect(await reconcile(office.service.context)).toBe(3);
  });
});

test('a worker outside fetches what a reading needs, and no other connection does', async () => {
  const ref = await invited();
  await office.service.stopEngine();
  await reconcile(office.service.context);
  const row = await shownOf(ref);
  const [connection] = await office.service.context.connections.load(db());
  if (!connection) throw new Error('There is no connection.');
  expect(await fetchProbe(office.service.context, connection, row.id, row.asked)).toEqual({ ref_id: ref, raw: false });
  expect(await fetchProbe(office.service.context, { ...connection, id: 'other' }, row.id, row.asked)).toBeNull();
  expect(await fetchProbe(office.service.context, connection, row.id, row.asked + 1)).toBeNull();
  // One that names a single state of a shared stage is understood.
  const answer = { attempt: row.asked, connection: 'greenhouse', mode: 'probe', reported: { tookMs: 1 } } as const;
  await recordReadings(office.service.context, [
    {
      ...answer,
      id: row.id,
      outcome: { kind: 'shows', seen: 'active.screening.completed' },
    },
  ]);
  expect(await shownOf(ref)).toMatchObject({ trouble: null, answered: row.asked });
  expect(await fetchProbe(office.service.context, connection, row.id, row.asked)).toBeNull();
});
