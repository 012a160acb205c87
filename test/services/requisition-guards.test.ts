// No offer on a requisition that is held, filled, cancelled or closed: what comes all the same waits or is refused with the reason, also in a race.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { type IntakeOptions, intake } from '../support/intakes.ts';
import { addUnreachableVendor } from '../support/unreachable-vendor.ts';

let service: TestContext;
let other: TestContext;
beforeAll(async () => {
  service = await createTestContext({ parkedMs: 60_000 });
  // A second process on the same database.
  other = await createTestContext({ connectionString: service.connectionString });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

let serial = 0;
const db = () => service.context.database.reports;
const record = (of: TestContext, job: string, ref: string, type: string, options: IntakeOptions = {}) =>
  of.context.recorder().record({ ...intake(ref, type, options), requisition: { system: 'ats', ref: job } });
const requisition = (of: TestContext, ref: string, type: string, data: Record<string, unknown> = {}) =>
  of.context.recorder().record({ ...intake(ref, type, { by: 'hris', data }), machine: 'requisition' });
const eventOf = (id: string) => db().selectFrom('event').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** A requisition that is open, and an application to it whose interview is over. */
async function interviewed(): Promise<{ job: string; ref: string; subject: string }> {
  serial += 1;
  const [job, ref] = [`J${serial}`, `A${serial}`];
  await requisition(service, job, 'requisition.opened', { 'requisition.skips': ['triage', 'screening'] });
  await record(service, job, ref, 'application.received');
  await record(service, job, ref, 'screening.invited');
  await record(service, job, ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 90 } });
  await record(service, job, ref, 'interview.requested');
  const { subject, disposition } = await record(service, job, ref, 'interview.completed');
  expect(disposition).toBe('applied');
  return { job, ref, subject: subject ?? '' };
}
const stateOf = async (subject: string): Promise<string> =>
  (await db().selectFrom('subject').select('state').where('id', '=', subject).executeTakeFirstOrThrow()).state;

describe('an offer', () => {
  test('goes on while the requisition is live, and where Interlock knows none', async () => {
    const { job, ref } = await interviewed();
    expect(await record(service, job, ref, 'offer.drafted')).toMatchObject({ disposition: 'applied' });
    expect(await record(service, 'nobody knows', 'A-alone', 'application.received')).toMatchObject({
      disposition: 'applied',
    });
  });

  test.each([
    ['requisition.held', { 'hold.reason': 'freeze' }, 'on hold', 'requisition.resumed', {}],
    ['requisition.filled', {}, 'filled', 'requisition.reopened', { 'reopen.reason': 'fell through' }],
    [
      'requisition.cancelled',
      { 'requisition.cancelReason': 'budget' },
      'cancelled',
      'requisition.reopened',
      { 'reopen.reason': 'budget is back' },
    ],
  ])('after %s waits with the reason, and goes on once it is taken up again', async (shut, why, words, opens, how) => {
    const { job, ref, subject } = await interviewed();
    await requisition(service, job, shut, why);
    const early = await record(service, job, ref, 'offer.drafted');
    const later = await record(service, job, ref, 'offer.approved');
    expect(early).toMatchObject({
      disposition: 'parked',
      code: 'requisition',
      detail: { detail: `"offer.drafted" is not open here: the requisition is ${words}` },
    });
    expect(later).toMatchObject({ disposition: 'parked', code: 'requisition' });
    // It waits for days, as a hold lasts, and nothing happens while the requisition stays as it is.
    const { parked_until: until } = await eventOf(early.event);
    expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(20 * 24 * 3_600_000);
    await sweep(service.context);
    expect(await stateOf(subject)).toBe('active.interview.completed');
    await requisition(service, job, opens, how);
    await sweep(service.context);
    expect(await stateOf(subject)).toBe('active.offer.approved');
    expect(await eventOf(early.event)).toMatchObject({ disposition: 'applied' });
    expect(await eventOf(later.event)).toMatchObject({ disposition: 'applied' });
  });

  test('is told anew why it waits when the requisition moves on to another shut state, and is refused once it is closed for good', async () => {
    const { job, ref, subject } = await interviewed();
    await requisition(service, job, 'requisition.held', { 'hold.reason': 'freeze' });
    const early = await record(service, job, ref, 'offer.drafted');
    await requisition(service, job, 'requisition.resumed');
    await requisition(service, job, 'requisition.filled');
    await sweep(service.context);
    expect(await eventOf(early.event)).toMatchObject({
      disposition: 'parked',
      detail: { requisition: 'filled', detail: expect.stringContaining('the requisition is filled') },
    });
    await requisition(service, job, 'requisition.closed');
    await sweep(service.context);
    expect(await eventOf(early.event)).toMatchObject({
      disposition: 'refused',
      code: 'guard_failed',
      detail: { detail: '"offer.drafted" is not open here: the requisition is closed' },
    });
    expect(await record(service, job, ref, 'offer.drafted')).toMatchObject({
      disposition: 'refused',
      code: 'guard_failed',
    });
    expect(await stateOf(subject)).toBe('active.interview.completed');
  });

  test('whose time runs out is refused with the requisition as the reason, and somebody is told', async () => {
    const { job, ref } = await interviewed();
    await requisition(service, job, 'requisition.held', { 'hold.reason': 'freeze' });
    const early = await record(service, job, ref, 'offer.drafted');
    await service.context.recorder().settle({ kind: 'expired', event: early.event });
    expect(await eventOf(early.event)).toMatchObject({
      disposition: 'refused',
      code: 'expired',
      detail: { detail: expect.stringMatching(/the requisition is on hold, and .* was not taken up again in time/) },
    });
    const incidents = await db().selectFrom('incident').select('kind').where('event_id', '=', early.event).execute();
    expect(incidents).toEqual([{ kind: 'event_expired' }]);
  });

  test('that has its place but not its turn waits no longer than anybody once the requisition is back', async () => {
    const { job, ref } = await interviewed();
    await requisition(service, job, 'requisition.held', { 'hold.reason': 'freeze' });
    const sent = await record(service, job, ref, 'offer.extended');
    expect(sent).toMatchObject({ disposition: 'parked', code: 'requisition' });
    await requisition(service, job, 'requisition.resumed');
    await sweep(service.context);
    const now = await eventOf(sent.event);
    expect(now).toMatchObject({ disposition: 'parked', code: 'turn', parked_for: 'turn' });
    expect((now.parked_until?.getTime() ?? 0) - Date.now()).toBeLessThan(61_000);
  });

  test('and the close of its requisition in one batch are decided in the order they came', async () => {
    const { job, ref } = await interviewed();
    const [held, offer] = await Promise.all([
      requisition(service, job, 'requisition.held', { 'hold.reason': 'freeze' }),
      record(service, job, ref, 'offer.drafted'),
    ]);
    expect([held.disposition, offer.disposition]).toEqual(['applied', 'parked']);
    const [resumed, approved] = await Promise.all([
      requisition(service, job, 'requisition.resumed'),
      record(service, job, ref, 'offer.drafted'),
    ]);
    expect([resumed.disposition, approved.disposition]).toEqual(['applied', 'applied']);
  });
});

test('acceptances and hires are facts, and are taken whatever became of the requisition', async () => {
  const { job, ref, subject } = await interviewed();
  for (const type of ['offer.drafted', 'offer.approved', 'offer.extended']) await record(service, job, ref, type);
  await requisition(service, job, 'requisition.filled');
  await record(service, job, ref, 'offer.accepted', { data: { 'offer.startDate': '2030-01-07' } });
  expect(await record(service, job, ref, 'application.hired')).toMatchObject({ disposition: 'applied' });
  expect(await stateOf(subject)).toBe('hired');
});

describe('in a race', () => {
  test('a close that is under way in another transaction is seen: the offer is decided on what it leaves', async () => {
    const { job, ref, subject } = await interviewed();
    const row = await db()
      .selectFrom('subject as s')
      .innerJoin('subject as r', 'r.id', 's.parent_id')
      .select('r.id')
      .where('s.id', '=', subject)
      .executeTakeFirstOrThrow();
    let offer: ReturnType<typeof record> | undefined;
    await service.context.database.engine.transaction().execute(async (tx) => {
      await sql`select id from subject where id = ${row.id} for no key update`.execute(tx);
      await sql`update subject set state = 'on_hold', version = version + 1 where id = ${row.id}`.execute(tx);
      offer = record(other, job, ref, 'offer.drafted');
      // It has read the requisition as it was before, and decided on that.
      await waitedFor(tx);
    });
    expect(await offer).toMatchObject({ disposition: 'parked', code: 'requisition' });
    expect(await stateOf(subject)).toBe('active.interview.completed');
  });

  test('no offer ever follows the close that it came with, over many tries and two processes', async () => {
    const tries = await Promise.all(Array.from({ length: 12 }, interviewed));
    await Promise.all(
      tries.flatMap(({ job, ref }, index) => {
        const close = () => requisition(other, job, 'requisition.held', { 'hold.reason': 'freeze' }).catch(() => null);
        const offer = () => record(service, job, ref, 'offer.drafted').catch(() => null);
        return index % 2 === 0 ? [close(), offer()] : [offer(), close()];
      }),
    );
    // Who read the requisition before it was held had to write before it, too.
    const { rows } = await sql<{ late: number; offers: number; parked: number }>`
      select count(*) filter (where t.recorded_at > h.recorded_at and t.xmin::text::bigint > h.xmin::text::bigint)::int as late,
        count(t)::int as offers,
        (select count(*)::int from event e where e.subject_id = any(${tries.map((one) => one.subject)}::text[]) and e.code = 'requisition') as parked
      from subject s join transition h on h.subject_id = s.parent_id and h.type = 'requisition.held'
      left join transition t on t.subject_id = s.id and t.type = 'offer.drafted'
      where s.id = any(${tries.map((one) => one.subject)}::text[])`.execute(db());
    expect(rows[0]).toMatchObject({ late: 0 });
    expect((rows[0]?.offers ?? 0) + (rows[0]?.parked ?? 0)).toBe(tries.length);
  });
});

test('a stage that a vendor shows against the requisition is a divergence at once, and waits', async () => {
  await addUnreachableVendor(service.context, { 'active.interview': 'Interview', 'active.offer': 'Offer' });
  const { job, ref, subject } = await interviewed();
  await requisition(service, job, 'requisition.held', { 'hold.reason': 'freeze' });
  const moved = await record(service, job, ref, 'active.offer', { connection: 'vendor', by: 'ats', stage: true });
  expect(moved).toMatchObject({ disposition: 'parked', code: 'probe' });
  await service.context
    .recorder()
    .settle({ kind: 'probe', attempt: 1, event: moved.event, connection: 'vendor', seen: 'active.offer' });
  expect(await eventOf(moved.event)).toMatchObject({ disposition: 'parked', code: 'requisition' });
  const incidents = await db()
    .selectFrom('incident')
    .select(['kind', 'settled_at'])
    .where('subject_id', '=', subject)
    .execute();
  expect(incidents).toEqual([{ kind: 'divergence', settled_at: null }]);
  await requisition(service, job, 'requisition.resumed');
  await sweep(service.context);
  // Days may have gone by: the vendor is asked again before it is believed.
  expect(await eventOf(moved.event)).toMatchObject({ disposition: 'parked', code: 'probe' });
  await service.context
    .recorder()
    .settle({ kind: 'probe', attempt: 1, event: moved.event, connection: 'vendor', seen: 'active.offer' });
  expect(await stateOf(subject)).toBe('active.offer.drafted');
});

/** Until another session waits for a lock of ours, or has been turned away. */
async function waitedFor(
  tx: Parameters<Parameters<ReturnType<TestContext['context']['database']['engine']['transaction']>['execute']>[0]>[0],
): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const { rows } = await sql<{ n: string }>`select count(*) as n from pg_locks where not granted`.execute(tx);
    if (Number(rows[0]?.n) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
