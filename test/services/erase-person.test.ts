// Erasing a person: nothing can be read any more, whatever waited is settled, the log still verifies, and a hold forbids it.
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalBus } from '../../src/bus/local.ts';
import type { FeedEvent } from '../../src/core/delivery/message.ts';
import { limits } from '../../src/core/limits.ts';
import { keepingOf } from '../../src/core/persons/retention.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { sweep } from '../../src/services/delivery/sweep.ts';
import { verifyChain } from '../../src/services/log/verify-chain.ts';
import { erasePerson } from '../../src/services/persons/erase-person.ts';
import { exportPerson } from '../../src/services/persons/export-person.ts';
import { findByEmail, readPerson } from '../../src/services/persons/find-persons.ts';
import { finishErasures, forgetErased } from '../../src/services/persons/finish-erasures.ts';
import { holdPerson, releasePerson } from '../../src/services/persons/hold-person.ts';
import { eraseDue, findDue } from '../../src/services/persons/keep-retention.ts';
import { holdLanes } from '../../src/services/settling/hold-lanes.ts';
import { findDuePersons } from '../../src/store/persons/due-persons.ts';
import { compareCounts } from '../../src/store/reports/reconcile.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { type IntakeOptions, intake } from '../support/intakes.ts';

const actor = { kind: 'cli', id: 'tester' } as const;
const wish = { actor, basis: 'consent_withdrawn', reason: 'request 1' } as const;
const reader = { actor };
const facts: FeedEvent[] = [];
let service: TestContext;

beforeAll(async () => {
  const bus = createLocalBus({ log: () => {}, reason: 'a test' });
  service = await createTestContext({
    bus: { ...bus, publishFeed: async (_machine, event) => void facts.push(event) },
  });
  const managed = await addConnection(service.context, actor, {
    id: 'board',
    adapter: 'signed-webhook',
    settings: { url: 'http://127.0.0.1:9/', states: ['active'], confirm: { mode: 'receipt' }, allowPrivate: true },
    scope: {},
    secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
  });
  if (!managed.ok) throw new Error(JSON.stringify(managed));
});
afterAll(async () => service[Symbol.asyncDispose]());

const record = (ref: string, type: string, options: IntakeOptions = {}) =>
  service.context.recorder().record(intake(ref, type, options));

/** An application with personal values; gives the person and the subject. */
async function applicant(
  ref: string,
  email = `${ref.toLowerCase()}@example.com`,
): Promise<{ person: string; subject: string }> {
  await record(ref, 'application.received', { data: { 'candidate.email': email, 'candidate.firstName': 'Ada' } });
  const row = await service.context.database.reports
    .selectFrom('subject_ref')
    .innerJoin('subject', 'subject.id', 'subject_ref.subject_id')
    .select(['subject.id', 'person_id'])
    .where('external_id', '=', ref)
    .executeTakeFirstOrThrow();
  return { person: row.person_id, subject: row.id };
}

const writebacks = (subject: string) =>
  service.context.database.reports
    .selectFrom('writeback')
    .select(['id', 'status', 'reason'])
    .where('subject_id', '=', subject)
    .execute();
const eventsOf = (subject: string) =>
  service.context.database.reports
    .selectFrom('event')
    .selectAll()
    .where('subject_id', '=', subject)
    .orderBy('received_at')
    .execute();

async function erased(person: string) {
  const answer = await erasePerson(service.context, person, wish);
  if (answer.kind !== 'erased') throw new Error(JSON.stringify(answer));
  return answer;
}

describe('erasing', () => {
  test('empties every table, destroys the keys, and says how much it was', async () => {
    const { person, subject } = await applicant('E1');
    await record('E1', 'triage.started');
    const answer = await erased(person);
    expect(answer.scope).toMatchObject({ subjects: 1, events: 2, values: 2, strangers: 0 });
    const db = service.context.database.reports;
    const row = await db.selectFrom('person').selectAll().where('id', '=', person).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ data_key: null, commit_key: null, email_index: null, erased_at: expect.any(Date) });
    expect((await eventsOf(subject)).map((one) => [one.payload_ct, one.fingerprint])).toEqual([
      [null, 'erased'],
      [null, 'erased'],
    ]);
    const values = await db.selectFrom('element_value').selectAll().where('subject_id', '=', subject).execute();
    expect(values.map((one) => one.value_ct)).toEqual([null, null]);
    expect(await verifyChain(db)).toMatchObject({ kind: 'intact' });
    const actions = await db
      .selectFrom('audit')
      .selectAll()
      .where('object_id', 'in', [person, subject])
      .where('action', 'like', '%.erased')
      .execute();
    expect(actions.map((one) => [one.action, one.object_id, one.detail])).toEqual([
      ['person.erased', person, { basis: 'consent_withdrawn', reason: 'request 1', scope: answer.scope }],
      ['subject.erased', subject, { basis: 'consent_withdrawn', person }],
    ]);
  });

  test('is harmless when it is done again, and not possible for nobody', async () => {
    const { person } = await applicant('E2');
    await erased(person);
    const again = await erased(person);
    expect(again.scope).toMatchObject({ values: 0, waived: 0, parked: 0 });
    expect(await erasePerson(service.context, 'per_01j9zc8m3vf2xr7w5q0t4k6hbe', wish)).toEqual({ kind: 'unknown' });
    expect(await erasePerson(service.context, 'nobody', wish)).toEqual({ kind: 'unknown' });
    const rows = await service.context.database.reports
      .selectFrom('audit')
      .select('id')
      .where('object_id', '=', person)
      .where('action', '=', 'person.erased')
      .execute();
    expect(rows).toHaveLength(1);
  });

  test('lets go what is on its way, due, dead or held, and refuses what waits', async () => {
    const { person, subject } = await applicant('E3');
    await record('E3', 'triage.started');
    await record('E3', 'screening.invited');
    await record('E3', 'offer.drafted', { id: 'E3-early' });
    await service.context.database.engine
      .updateTable('writeback')
      .set({ status: 'dead', reason: 'http_400', settled_at: new Date(), lease_until: null, settled_by: 'schedule' })
      .where('subject_id', '=', subject)
      .where('lane_seq', '=', 1)
      .execute();
    // What was counted must fit what was done behind the engine's back.
    await sql`insert into kpi_hour (hour, measure, machine, event_type, connection_id, count) values (now(), 'writeback.dead', 'application', 'application.received', 'board', 1)`.execute(
      service.context.database.engine,
    );
    await holdLanes(service.context, [{ subject, connection: 'board' }], { actor, reason: 'wait for Ada' });
    const answer = await erased(person);
    expect(answer.scope).toMatchObject({ waived: 3, parked: 1 });
    expect((await writebacks(subject)).map((one) => [one.status, one.reason])).toEqual(
      Array.from({ length: 3 }, () => ['waived', 'person_erased']),
    );
    expect((await eventsOf(subject)).at(-1)).toMatchObject({
      disposition: 'refused',
      code: 'person_erased',
      parked_until: null,
    });
    const lane = await service.context.database.reports
      .selectFrom('lane')
      .selectAll()
      .where('subject_id', '=', subject)
      .executeTakeFirstOrThrow();
    expect(lane).toMatchObject({ held_reason: null, done_seq: 3, next_seq: 3 });
    await sweep(service.context);
    expect(await compareCounts(service.context.database.reports)).toEqual([]);
  });

  test('a late result of what was let go changes nothing', async () => {
    const { person, subject } = await applicant('E4');
    const [before] = await writebacks(subject);
    expect(before?.status).toBe('leased');
    await erased(person);
    const { applyResults } = await import('../../src/services/delivery/apply-results.ts');
    await applyResults(service.context, [
      { writeback: before?.id ?? '', attempt: 1, connection: 'board', outcome: { kind: 'confirmed' }, by: 'readback' },
    ]);
    expect(await writebacks(subject)).toMatchObject([{ status: 'waived', reason: 'person_erased' }]);
  });
});

describe('what comes after', () => {
  test('is refused, and nothing of it is kept', async () => {
    const { person, subject } = await applicant('A1');
    await erased(person);
    const late = await record('A1', 'triage.started', { id: 'A1-late', data: { 'candidate.lastName': 'Lovelace' } });
    expect(late).toMatchObject({ disposition: 'refused', code: 'person_erased', subject });
    expect(
      await record('A1', 'triage.started', { id: 'A1-late', data: { 'candidate.lastName': 'Byron' } }),
    ).toMatchObject({
      disposition: 'duplicate',
      original: { sameBody: true },
    });
    expect((await eventsOf(subject)).at(-1)).toMatchObject({ payload_ct: null, person_id: person });
    const after = await service.context.database.reports
      .selectFrom('person')
      .select('id')
      .where('erased_at', 'is', null)
      .where('id', '>', person)
      .execute();
    expect(after, 'no new person for it').toEqual([]);
    expect(await record('A1', 'triage.started', { data: {} })).toMatchObject({ code: 'person_erased' });
  });

  test('a batch that waited for the lock sees it', async () => {
    const { person, subject } = await applicant('A2');
    const { engine } = service.context.database;
    let waiting: ReturnType<typeof record> | undefined;
    await engine.transaction().execute(async (tx) => {
      await sql`select from subject where id = ${subject} for no key update`.execute(tx);
      waiting = record('A2', 'triage.started', { data: { 'candidate.lastName': 'Lovelace' } });
      await expect
        .poll(
          async () =>
            (await sql`select from pg_locks where not granted`.execute(service.context.database.reports)).rows.length,
        )
        .toBe(1);
      await sql`update subject set erased_at = clock_timestamp() where id = ${subject}`.execute(tx);
      await sql`update person set data_key = null, commit_key = null, email_index = null, erased_at = clock_timestamp() where id = ${person}`.execute(
        tx,
      );
    });
    expect(await waiting).toMatchObject({ disposition: 'refused', code: 'person_erased' });
  });
});

describe('those who were strangers', () => {
  test('what came for the person before or without a subject goes too', async () => {
    const early = await record('S1', 'triage.started', { data: { 'candidate.lastName': 'Early' } });
    expect(early.disposition).toBe('parked');
    const { person, subject } = await applicant('S1');
    expect((await eventsOf(subject)).length).toBe(2);
    const answer = await erased(person);
    expect(answer.scope.strangers).toBe(1);
    expect((await eventsOf(subject)).map((one) => one.payload_ct)).toEqual([null, null]);
  });

  test('payloads in quarantine that name the address or the id go too, and others stay', async () => {
    const { context } = service;
    const managed = await addConnection(context, actor, {
      id: 'tool',
      adapter: 'screening',
      settings: { applicationSystem: 'ats' },
      scope: {},
      secrets: { signingSecret: `whsec_${Buffer.alloc(32, 2).toString('base64')}` },
    });
    if (!managed.ok) throw new Error(JSON.stringify(managed));
    const raw = (id: string, body: string) =>
      context.recorder().record({
        ...intake('unused', 'application.received', { connection: 'tool', id }),
        claim: null,
        subject: null,
        alsoKnownAs: [],
        quarantine: { code: 'not_json', detail: '' },
        data: { body: Buffer.from(body).toString('base64') },
      });
    const { person } = await applicant('S2', 'grace@example.com');
    await context
      .recorder()
      .record({ ...intake('S2', 'screening.invited'), alsoKnownAs: [{ system: 'tool', ref: 'cand-777' }] });
    await raw('q-1', 'no json, but Grace@Example.com is in it');
    await raw('q-2', '{"mail": "grace\\u0040example.com"}');
    await raw('q-3', '{"candidate": "cand-777"}');
    await raw('q-4', '{"candidate": "cand-7771"}');
    const before = await exportPerson(context, person, reader);
    expect(
      before?.events
        .filter((one) => one.disposition === 'quarantined')
        .map((one) => one.sourceId)
        .sort(),
    ).toEqual(['q-1', 'q-2', 'q-3']);
    const answer = await erased(person);
    expect(answer.scope.strangers).toBe(3);
    const left = await context.database.reports
      .selectFrom('event')
      .select(['external_id', 'payload_ct'])
      .where('disposition', '=', 'quarantined')
      .orderBy('external_id')
      .execute();
    expect(left.map((one) => [one.external_id, one.payload_ct === null])).toEqual([
      ['q-1', true],
      ['q-2', true],
      ['q-3', true],
      ['q-4', false],
    ]);
    const open = await context.database.reports
      .selectFrom('incident')
      .select('event_id')
      .where('kind', '=', 'quarantined_event')
      .where('settled_at', 'is', null)
      .execute();
    expect(open).toHaveLength(1);
  });

  test('a webhook with a wrong value for somebody erased is not kept', async () => {
    const { context } = service;
    const { person } = await applicant('S3');
    await context
      .recorder()
      .record({ ...intake('S3', 'triage.started'), alsoKnownAs: [{ system: 'tool', ref: 'cand-900' }] });
    await erased(person);
    const recorded = await context.recorder().record({
      ...intake('cand-900', 'screening.completed', { connection: 'tool', id: 'late-1' }),
      claim: null,
      quarantine: { code: 'wrong_type', detail: '' },
      data: { body: 'c2VjcmV0' },
    });
    expect(recorded).toMatchObject({ disposition: 'refused', code: 'person_erased' });
  });
});

describe('a legal hold', () => {
  test('forbids erasure with its reason until it is lifted', async () => {
    const { person, subject } = await applicant('H1');
    const held = await holdPerson(service.context, person, { actor, reason: 'case 12', until: null });
    expect(held).toMatchObject({ kind: 'done', person: { held: true, held_reason: 'case 12' } });
    expect(await erasePerson(service.context, person, wish)).toEqual({ kind: 'held', reason: 'case 12', until: null });
    expect((await eventsOf(subject))[0]?.payload_ct).not.toBeNull();
    expect(await releasePerson(service.context, person, { actor, reason: 'closed' })).toMatchObject({ kind: 'done' });
    expect(await releasePerson(service.context, person, { actor, reason: 'closed' })).toEqual({ kind: 'not_held' });
    await erased(person);
    expect(await holdPerson(service.context, person, { actor, reason: 'too late', until: null })).toEqual({
      kind: 'erased',
    });
  });

  test('that is over forbids nothing, and the database itself keeps one that is not', async () => {
    const { person } = await applicant('H2');
    await holdPerson(service.context, person, { actor, reason: 'case 13', until: null });
    await expect(
      sql`update person set data_key = null, commit_key = null, email_index = null, held_at = null, held_reason = null, erased_at = now() where id = ${person}`.execute(
        service.context.database.engine,
      ),
    ).rejects.toThrow('legal hold');
    await holdPerson(service.context, person, { actor, reason: 'case 13', until: '2020-01-01T00:00:00Z' });
    expect((await readPerson(service.context, person))?.hold).toBeNull();
    await erased(person);
    await expect(
      sql`update person set data_key = '\\x00', commit_key = '\\x00', erased_at = null where id = ${person}`.execute(
        service.context.database.engine,
      ),
    ).rejects.toThrow('is erased');
  });
});

test('an export holds what is known, and after erasure nothing personal', async () => {
  const { person } = await applicant('X1', 'x1@example.com');
  const before = JSON.stringify(await exportPerson(service.context, person, reader));
  expect(before).toContain('x1@example.com');
  expect(before).toContain('"candidate.firstName"');
  await erased(person);
  const after = await exportPerson(service.context, person, reader);
  expect(JSON.stringify(after)).not.toContain('x1@example.com');
  expect(after?.acts.map((one) => one.action)).toContain('person.exported');
});

test('persons are found by any address they gave last, and not once erased', async () => {
  const { person } = await applicant('F1', 'first@example.com');
  expect((await findByEmail(service.context, ' First@Example.com', reader)).map((one) => one.id)).toEqual([person]);
  await record('F1', 'triage.started', { data: { 'candidate.email': 'second@example.com' } });
  expect(await findByEmail(service.context, 'first@example.com', reader)).toEqual([]);
  expect((await findByEmail(service.context, 'second@example.com', reader)).map((one) => one.id)).toEqual([person]);
  await erased(person);
  expect(await findByEmail(service.context, 'second@example.com', reader)).toEqual([]);
});

test('ids that name a person are replaced before they are stored, and still meet', async () => {
  const email = 'mary.shelley@example.com';
  const first = await service.context
    .recorder()
    .record(intake(email, 'application.received', { id: `application of ${email}` }));
  const second = await service.context.recorder().record(intake(` ${email.toUpperCase()}`, 'triage.started'));
  expect(second).toMatchObject({ disposition: 'applied', subject: first.subject, version: 2 });
  expect(
    await service.context.recorder().record(intake(email, 'application.received', { id: `application of ${email}` })),
  ).toMatchObject({ disposition: 'duplicate' });
  const { rows } = await sql<{
    text: string;
  }>`select e::text || r::text as text from event e join subject_ref r using (subject_id) where subject_id = ${first.subject}`.execute(
    service.context.database.reports,
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { text } of rows) expect(text.toLowerCase()).not.toContain('shelley');
});

test('what is left after the transaction is finished by the loop, and put on record', async () => {
  const { person, subject } = await applicant('L1');
  await erased(person);
  facts.length = 0;
  await finishErasures(service.context);
  expect(facts.filter((one) => one.subject === subject)).toMatchObject([
    { type: 'interlock.application.erased.v1', data: { machine: 'application', erased: true } },
  ]);
  // Only what is older than every open snapshot is through, and this is too young to tell.
  expect((await readPerson(service.context, person))?.erasure).toMatchObject({
    endedAt: null,
    stores: { feed: expect.any(String) },
  });
  const owner = new pg.Client({ connectionString: service.connectionString });
  await owner.connect();
  await owner.query(`set session_replication_role = replica`);
  await owner.query(`update person set erased_at = erased_at - interval '1 minute' where id = $1`, [person]);
  await owner.end();
  await finishErasures(service.context);
  expect(facts.filter((one) => one.subject === subject)).toHaveLength(1);
  expect((await readPerson(service.context, person))?.erasure).toMatchObject({
    endedAt: expect.any(String),
    stores: { feed: expect.any(String), heap: expect.any(String) },
  });
  const ends = await service.context.database.reports
    .selectFrom('audit')
    .select('action')
    .where('object_id', '=', person)
    .where('actor_kind', '=', 'system')
    .execute();
  expect(ends).toEqual([{ action: 'person.erasure_completed' }]);
  await forgetErased(service.context);
});

test('retention erases whose time is over, and nobody else', async () => {
  const { context } = service;
  const over = await applicant('R1');
  const running = await applicant('R2');
  const kept = await applicant('R3');
  const held = await applicant('R4');
  const alsoOver = await applicant('R5');
  for (const nth of [1, 2, 3])
    await record(`nobody-${nth}`, 'screening.completed', {
      connection: 'tool',
      id: `of nobody ${nth}`,
      data: { 'candidate.email': `nobody${nth}@example.com` },
    });
  const past = new Date(Date.now() - 800 * 86_400_000);
  for (const { subject } of [over, held, alsoOver])
    await context.database.engine
      .updateTable('subject')
      .set({ ended: true, state_since: past })
      .where('id', '=', subject)
      .execute();
  await context.database.engine.updateTable('subject').set({ ended: true }).where('id', '=', kept.subject).execute();
  await holdPerson(context, held.person, { actor, reason: 'case 14', until: null });
  const found = await findDue(context, 100);
  // However few one look sees, and however few are wanted; two ended at the same moment.
  const walked = (rowsMax: number, atOnce: number, strangerMs: number) =>
    findDuePersons(context.database.reports, { ...keepingOf(context.dictionary), strangerMs }, rowsMax, atOnce);
  const { strangerKeepMs } = limits;
  for (const atOnce of [1, 2, 3]) {
    expect(await walked(100, atOnce, strangerKeepMs)).toEqual(found);
    expect(await walked(1, atOnce, strangerKeepMs)).toEqual(found.slice(0, 1));
  }
  // Whom nothing came of is due by her event alone, and nobody who has a subject.
  const { rows: strangers } = await sql<{ id: string }>`
    select id from person p where erased_at is null and not exists (select from subject where person_id = p.id)
      and exists (select from event where person_id = p.id and subject_id is null) order by id`.execute(
    context.database.reports,
  );
  expect(strangers.length).toBeGreaterThan(1);
  for (const atOnce of [1, 100]) {
    const all = await walked(100, atOnce, 0);
    expect(all.map(({ id }) => id).sort()).toEqual([...found, ...strangers].map(({ id }) => id).sort());
    expect(all.map(({ due_at }) => due_at)).toEqual(all.map(({ due_at }) => due_at).sort());
    expect(await walked(2, atOnce, 0)).toEqual(all.slice(0, 2));
  }
  const due = found.map((one) => one.id);
  expect(due).toContain(over.person);
  for (const other of [running, kept, held]) expect(due).not.toContain(other.person);
  expect(await eraseDue(context)).toBe(due.length);
  expect((await readPerson(context, over.person))?.erasure).not.toBeNull();
  expect((await readPerson(context, kept.person))?.erasure).toBeNull();
  expect(await findDue(context, 100)).toEqual([]);
});
