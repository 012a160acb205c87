// Recording events on a real database: one disposition each, one transition per accepted event, in whatever order they come.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainHash, chainStart } from '../../src/core/log/chain.ts';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { intake } from '../support/intakes.ts';

let service: TestContext;
const record = (...args: Parameters<typeof intake>) => service.context.recorder().record(intake(...args));

beforeAll(async () => {
  service = await createTestContext({ parkedMs: 60_000 });
});
afterAll(async () => service[Symbol.asyncDispose]());

describe('an event', () => {
  test('that is legal makes a subject, a transition and an answer', async () => {
    const received = await record('A1', 'application.received', { data: { 'candidate.email': 'ada@example.com' } });
    expect(received).toMatchObject({
      disposition: 'applied',
      version: 1,
      detail: { from: 'none', to: 'active.received' },
    });
    const triaged = await record('A1', 'triage.started');
    expect(triaged).toMatchObject({ disposition: 'applied', version: 2, subject: received.subject });
  });

  test('received again is a duplicate of one row, with the first answer', async () => {
    const first = await record('A2', 'application.received', { id: 'same' });
    const again = await Promise.all(
      Array.from({ length: 50 }, () => record('A2', 'application.received', { id: 'same' })),
    );
    expect(
      again.every((one) => one.disposition === 'duplicate' && one.event === first.event && one.original?.sameBody),
    ).toBe(true);
    const rows = await service.context.database.reports
      .selectFrom('event')
      .select('id')
      .where('external_id', '=', 'same')
      .execute();
    expect(rows).toHaveLength(1);
  });

  test('under a used id with another body is a conflict that somebody sees', async () => {
    await record('A3', 'application.received', { id: 'twice' });
    const other = await record('A3', 'application.received', {
      id: 'twice',
      data: { 'application.source': 'LinkedIn' },
    });
    expect(other).toMatchObject({ disposition: 'duplicate', original: { sameBody: false } });
    const incidents = await service.context.database.reports
      .selectFrom('incident')
      .select('kind')
      .where('event_id', '=', other.event)
      .execute();
    expect(incidents).toEqual([{ kind: 'fingerprint_conflict' }]);
  });

  test('that is not possible is refused with code, state and what would be', async () => {
    await record('A4', 'application.received');
    await record('A4', 'application.rejected', { data: { 'rejection.reason': 'Position closed' } });
    expect(await record('A4', 'triage.started')).toMatchObject({
      disposition: 'refused',
      code: 'closed',
      detail: { state: 'rejected', allowed: ['application.reopened'] },
    });
    await record('A5', 'application.received');
    expect(
      await record('A5', 'application.rejected', { by: 'screening', data: { 'rejection.reason': 'low score' } }),
    ).toMatchObject({ disposition: 'refused', code: 'source_not_authorised' });
    expect(await record('A5', 'application.rejected')).toMatchObject({
      disposition: 'refused',
      code: 'missing_elements',
    });
    expect(await record('A5', 'no.such.event')).toMatchObject({ disposition: 'refused', code: 'unknown_event' });
  });

  test('that is early waits for its turn and is released by the one before', async () => {
    await record('A6', 'application.received');
    const early = await record('A6', 'screening.completed', { by: 'screening', data: { 'screening.score': 82 } });
    expect(early).toMatchObject({ disposition: 'parked', code: 'turn' });
    await record('A6', 'triage.started');
    await record('A6', 'screening.invited');
    const event = await service.context.database.reports
      .selectFrom('event')
      .selectAll()
      .where('id', '=', early.event)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ disposition: 'applied', transition_version: 4 });
  });

  test('for a subject nobody knows yet waits for it', async () => {
    const early = await record('A7', 'triage.started');
    expect(early).toMatchObject({ disposition: 'parked', subject: null });
    const received = await record('A7', 'application.received');
    const event = await service.context.database.reports
      .selectFrom('event')
      .selectAll()
      .where('id', '=', early.event)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ disposition: 'applied', subject_id: received.subject, transition_version: 2 });
  });

  test('that is early within one batch is released by what comes after it in the same batch', async () => {
    const [early, received] = await Promise.all([record('A9', 'triage.started'), record('A9', 'application.received')]);
    expect(early.disposition).toBe('parked');
    expect(received.disposition).toBe('applied');
    const event = await service.context.database.reports
      .selectFrom('event')
      .selectAll()
      .where('id', '=', early.event)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ disposition: 'applied', subject_id: received.subject, transition_version: 2 });
  });

  test('that waits for a subject which another process made meanwhile is released by the sweeper', async () => {
    const early = await record('A10', 'triage.started');
    await service.context.database.engine
      .updateTable('event')
      .set({ ref_id: 'elsewhere' })
      .where('id', '=', early.event)
      .execute();
    const received = await record('A10', 'application.received');
    await service.context.database.engine
      .updateTable('event')
      .set({ ref_id: 'A10' })
      .where('id', '=', early.event)
      .execute();
    await sweep(service.context);
    const event = await service.context.database.reports
      .selectFrom('event')
      .selectAll()
      .where('id', '=', early.event)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ disposition: 'applied', subject_id: received.subject });
  });

  test('whose time runs out is refused with an incident', async () => {
    const early = await record('A8', 'triage.started');
    await service.context.recorder().settle({ kind: 'expired', event: early.event });
    const event = await service.context.database.reports
      .selectFrom('event')
      .selectAll()
      .where('id', '=', early.event)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ disposition: 'refused', code: 'unknown_subject' });
    const incidents = await service.context.database.reports
      .selectFrom('incident')
      .select('kind')
      .where('event_id', '=', early.event)
      .execute();
    expect(incidents).toEqual([{ kind: 'event_expired' }]);
  });
});

describe('an application', () => {
  const requisition = { system: 'ats', ref: 'REQ-1' };
  const open = (): ReturnType<typeof record> => {
    const data = { 'requisition.skips': ['screening'] };
    const one = intake('REQ-1', 'requisition.opened', { by: 'ats', data });
    return service.context.recorder().record({ ...one, machine: 'requisition' });
  };

  test('does without what its requisition does without, also when that becomes known later', async () => {
    await service.context.recorder().record({ ...intake('R1', 'application.received'), requisition });
    await record('R1', 'triage.started');
    const closed = await record('R1', 'interview.requested');
    expect(closed.disposition).toBe('parked');
    expect(await open()).toMatchObject({ disposition: 'applied' });
    const linked = await service.context.recorder().record({ ...intake('R1', 'interview.requested'), requisition });
    expect(linked).toMatchObject({ disposition: 'applied', detail: { to: 'active.interview.to_schedule' } });
    const subject = await service.context.database.reports
      .selectFrom('subject')
      .select('parent_id')
      .where('id', '=', linked.subject ?? '')
      .executeTakeFirstOrThrow();
    expect(subject.parent_id).not.toBeNull();
  });
});

describe('at the same moment', () => {
  test('sixteen first events of one subject make one subject', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => record('B1', 'application.received')));
    expect(answers.filter((one) => one.disposition === 'applied')).toHaveLength(1);
    const refs = await service.context.database.reports
      .selectFrom('subject_ref')
      .selectAll()
      .where('external_id', '=', 'B1')
      .execute();
    expect(refs).toHaveLength(1);
  });

  test('two processes make one subject of two first events', async () => {
    await using other = await createTestContext({ connectionString: service.connectionString });
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all([
        record(`B2-${round}`, 'application.received'),
        other.context.recorder().record(intake(`B2-${round}`, 'application.received')),
      ]);
      expect(answers.map((one) => one.disposition).sort()).toEqual(['applied', 'refused']);
    }
  });

  test('a bad event does not fail its neighbours', async () => {
    const bad = { ...intake('B3', 'application.received'), occurredAt: 'not a date' };
    const [broken, fine] = await Promise.allSettled([
      service.context.recorder().record(bad),
      record('B4', 'application.received'),
    ]);
    expect(broken.status).toBe('rejected');
    expect(fine).toMatchObject({ status: 'fulfilled', value: { disposition: 'applied' } });
  });
});

describe('the log', () => {
  test('is dense and chained, and holds no plain payload', async () => {
    const secret = 'Zanzibar-Canary-1';
    const { subject } = await record('C1', 'application.received', { data: { 'candidate.lastName': secret } });
    await record('C1', 'triage.started');
    const db = service.context.database.reports;
    const rows = await db
      .selectFrom('transition')
      .selectAll()
      .where('subject_id', '=', subject ?? '')
      .orderBy('version')
      .execute();
    expect(rows.map((row) => row.version)).toEqual([1, 2]);
    expect(rows[0]?.prev_hash).toEqual(chainStart);
    expect(rows[1]?.prev_hash).toEqual(rows[0]?.hash);
    const first = rows[0];
    if (!first) throw new Error('no transition');
    const changed = chainHash(
      first.prev_hash,
      {
        subject: first.subject_id,
        version: 1,
        event: first.event_id,
        type: first.type,
        from: first.from_state,
        to: 'rejected',
        history: null,
        machine: first.machine,
        machineVersion: 1,
        machineHash: first.machine_hash,
        source: first.source,
        by: first.by_kind,
        occurredAt: '',
        recordedAt: '',
      },
      first.payload_commit,
    );
    expect(changed).not.toEqual(first.hash);
    const events = await db.selectFrom('event').select('payload_ct').where('subject_id', '=', subject).execute();
    expect(events.some((row) => row.payload_ct?.includes(Buffer.from(secret)))).toBe(false);
    const values = await db
      .selectFrom('element_value')
      .select('value_ct')
      .where('subject_id', '=', subject ?? '')
      .execute();
    expect(values).toHaveLength(1);
    expect(values[0]?.value_ct?.includes(Buffer.from(secret))).toBe(false);
  });

  test('cannot be changed or shortened, whatever the code does', async () => {
    const db = service.context.database.engine;
    await expect(db.updateTable('transition').set({ to_state: 'hired' }).execute()).rejects.toThrow(
      /permission denied|append-only/,
    );
    await expect(db.deleteFrom('transition').execute()).rejects.toThrow(/permission denied|append-only/);
    await expect(
      db.updateTable('event').set({ disposition: 'applied' }).where('disposition', '=', 'refused').execute(),
    ).rejects.toThrow(/already refused|check constraint/);
  });
});

test('counts add up: received is the sum of what events ended in', async () => {
  const rows = await service.context.database.reports
    .selectFrom('kpi_hour')
    .select(['measure', 'count'])
    .where('measure', 'like', 'event.%')
    .execute();
  const sum = (measure: string): number =>
    rows.filter((row) => row.measure === measure).reduce((total, row) => total + Number(row.count), 0);
  const kinds = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'];
  expect(kinds.reduce((total, kind) => total + sum(`event.${kind}`), 0)).toBe(sum('event.received'));
});
