// What is stuck: each cause by one made case and one near miss, paging without gaps, and no query that reads a whole table.
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/core/cursor.ts';
import { readStuck, type StuckQuery } from '../../src/services/reports/read-stuck.ts';
import type { Tables } from '../../src/store/database/database.ts';
import { countAgreement, listDisagreements } from '../../src/store/reports/agreement.ts';
import { listIncidents } from '../../src/store/reports/incidents.ts';
import { writebackFigures } from '../../src/store/reports/kpis.ts';
import { lastShown } from '../../src/store/reports/last-shown.ts';
import { findPersonsByName, findPersonsByPhone } from '../../src/store/reports/persons.ts';
import { groupStuck, listStuck } from '../../src/store/reports/stuck.ts';
import {
  countMoved,
  findSubjectsByRef,
  listMoved,
  listSubjects,
  refSystems,
  subjectsNamed,
} from '../../src/store/reports/subjects.ts';
import { listWritebacks } from '../../src/store/reports/writeback-lists.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, day, hour, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';

let service: TestContext;
let rows: LedgerRows;
beforeEach(async () => {
  service = await createTestContext();
  rows = ledgerRows(service.context.database.engine);
});
const closing: TestContext[] = [];
afterAll(async () => {
  for (const one of closing) await one[Symbol.asyncDispose]();
});
beforeEach(() => void closing.push(service));

const stuck = (more: Partial<StuckQuery> = {}) => readStuck(service.context, { after: null, rowsMax: 50, ...more });

describe('a subject', () => {
  test('past its SLA waits for the owner of its state; one in time, and one that ended, do not', async () => {
    const late = await rows.subject({ state: 'active.offer.extended', slaDueAt: ago(2 * hour) });
    await rows.subject({ slaDueAt: new Date(Date.now() + hour) });
    await rows.subject({ slaDueAt: ago(hour), ended: true });
    const { items, totals } = await stuck();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      cause: 'late_against_sla',
      id: late,
      subject: late,
      machine: 'application',
      state: 'active.offer.extended',
      owner: 'Candidate',
      sla: { duration: 'P5D' },
      detail: 'Candidate should have acted by now',
    });
    expect(items[0]?.ageMs).toBeGreaterThanOrEqual(2 * hour);
    expect(totals).toEqual({
      late_against_sla: 1,
      write_unconfirmed: 0,
      systems_disagree: 0,
      event_missing: 0,
      incident_open: 0,
    });
  });

  test('is found by whose turn it is', async () => {
    const candidate = await rows.subject({ state: 'active.offer.extended', slaDueAt: ago(hour) });
    await rows.subject({ state: 'active.received', slaDueAt: ago(hour) });
    const found = await stuck({ owner: 'Candidate' });
    expect(found.items.map((one) => one.id)).toEqual([candidate]);
    expect(found.totals.late_against_sla).toBe(1);
    // Each sum leaves its own condition out.
    expect(found.owners).toEqual([
      { owner: 'Candidate', count: 1 },
      { owner: 'Recruiter', count: 1 },
    ]);
  });

  test('is found by where it stands, by its region and unit, and by how long it has been so', async () => {
    const db = service.context.database.engine;
    const offer = await rows.subject({ state: 'active.offer.extended', slaDueAt: ago(3 * day) });
    const triage = await rows.subject({ state: 'active.triage', slaDueAt: ago(hour) });
    await db.updateTable('subject').set({ region: 'EMEA', business_unit: 'Retail' }).where('id', '=', triage).execute();
    await rows.connection('ats');
    const write = await rows.writeback(triage, 'ats', { status: 'dead', createdAt: ago(2 * hour) });
    const ids = async (more: Partial<StuckQuery>) => (await stuck(more)).items.map((one) => one.id).sort();
    expect(await ids({ state: 'active.offer' })).toEqual([offer]);
    expect(await ids({ state: 'active' })).toHaveLength(3);
    expect(await ids({ region: 'EMEA' })).toEqual([triage, write].sort());
    expect(await ids({ businessUnit: 'Retail', cause: 'write_unconfirmed' })).toEqual([write]);
    expect(await ids({ ageMinMs: day })).toEqual([offer]);
    const { items, totals } = await stuck({ region: 'EMEA', cause: 'late_against_sla' });
    expect(items).toMatchObject([{ region: 'EMEA', businessUnit: 'Retail' }]);
    expect([totals.late_against_sla, totals.write_unconfirmed]).toEqual([1, 1]);
  });
});

describe('a writeback', () => {
  test.each([
    [
      'dead',
      { status: 'dead' as const, reason: 'forbidden' },
      'dead',
      'Writing to ats was given up (forbidden); redrive or waive it',
    ],
    ['old', { createdAt: ago(2 * minute) }, 'slow', 'ats has not shown the change yet'],
    ['tried more than once', { tries: 2 }, 'retrying', 'Writing to ats failed and is tried again'],
    [
      'accepted and not shown for long',
      { mode: 'confirm' as const, createdAt: ago(2 * minute) },
      'not_shown_yet',
      'ats took the change and does not show it yet',
    ],
  ])('that is %s is stuck, with words', async (_name, options, code, detail) => {
    await rows.connection('ats');
    const writeback = await rows.writeback(await rows.subject(), 'ats', options);
    expect((await stuck()).items).toMatchObject([
      {
        cause: 'write_unconfirmed',
        code,
        detail,
        writeback,
        id: writeback,
        connection: 'ats',
        owner: 'recruiting operations',
      },
    ]);
  });

  test.each([
    ['paused', { status: 'paused' as const }, 'connection_paused', 'recruiting operations'],
    ['with an open circuit', { circuit: 'open' as const }, 'circuit_open', 'integration'],
  ])('of a connection that is %s is stuck at once', async (_name, connection, code, owner) => {
    await rows.connection('ats', connection);
    await rows.writeback(await rows.subject(), 'ats');
    expect((await stuck()).items).toMatchObject([{ code, owner }]);
  });

  test('that is fresh, or settled, is not stuck', async () => {
    await rows.connection('ats');
    const subject = await rows.subject();
    for (const status of ['confirmed', 'waived', 'superseded', 'leased'] as const)
      await rows.writeback(subject, 'ats', { status, createdAt: status === 'leased' ? new Date() : ago(day) });
    expect((await stuck()).items).toEqual([]);
  });

  test('that waits behind another one is counted with it', async () => {
    await rows.connection('ats');
    const subject = await rows.subject();
    const head = await rows.writeback(subject, 'ats', { status: 'dead', createdAt: ago(hour) });
    await rows.writeback(subject, 'ats', { createdAt: ago(hour) });
    await rows.writeback(subject, 'ats', { createdAt: ago(hour) });
    const { items, totals } = await stuck();
    expect(items.map((one) => one.id)).toEqual([head]);
    expect(items[0]?.detail).toBe('Writing to ats was given up (refused); redrive or waive it; 2 more wait behind it');
    expect(totals.write_unconfirmed).toBe(1);
  });
});

test('divergences, parked events and other incidents each have their cause; settled ones and dead writebacks have none', async () => {
  await rows.connection('ats');
  const subject = await rows.subject();
  const divergence = await rows.incident('divergence', {
    subject,
    connection: 'ats',
    detail: { shows: 'active.offer.drafted' },
    openedAt: ago(3 * hour),
  });
  const parked = await rows.event({
    subject,
    disposition: 'parked',
    source: 'connection:ats',
    receivedAt: ago(2 * hour),
    claim: 'offer.accepted',
  });
  const early = await rows.event({ disposition: 'parked', parkedFor: 'subject', receivedAt: ago(90 * minute) });
  const other = await rows.incident('duplicate_profile', { subject, openedAt: ago(hour), owner: 'HR operations' });
  await rows.incident('divergence', { subject, settled: true });
  await rows.incident('dead_writeback', { subject });
  await rows.event({ subject, disposition: 'stale' });
  const { items, totals } = await stuck();
  expect(items.map(({ id, cause, subject: of, machine }) => [id, cause, of, machine])).toEqual([
    [divergence, 'systems_disagree', subject, 'application'],
    [parked, 'event_missing', subject, 'application'],
    [early, 'event_missing', null, 'application'],
    [other, 'incident_open', subject, 'application'],
  ]);
  expect(items.map((one) => one.detail)).toEqual([
    'ats shows active.offer.drafted',
    '"offer.accepted" came early; the event that must come before it is missing',
    '"triage.started" came for a subject that nobody has told us of yet',
    'A system may hold the same person twice',
  ]);
  expect(totals).toEqual({
    late_against_sla: 0,
    write_unconfirmed: 0,
    systems_disagree: 1,
    event_missing: 2,
    incident_open: 1,
  });
  expect((await stuck({ cause: 'event_missing' })).items.map((one) => one.id)).toEqual([parked, early]);
  expect((await stuck({ connection: 'ats' })).items.map((one) => one.id)).toEqual([divergence, parked]);
  expect((await stuck({ owner: 'HR operations' })).items.map((one) => one.id)).toEqual([other]);
  expect((await stuck({ machine: 'onboarding' })).items).toEqual([]);
});

test('paging goes through everything once, oldest first, even where moments are equal and rows appear in between', async () => {
  await rows.connection('ats');
  const moment = ago(4 * hour);
  for (let index = 0; index < 7; index += 1) {
    const subject = await rows.subject({ slaDueAt: index % 2 === 0 ? moment : ago(hour * (index + 1)) });
    await rows.writeback(subject, 'ats', { status: 'dead', createdAt: moment });
    await rows.incident('divergence', { subject, connection: 'ats', openedAt: moment });
  }
  const everything = (await stuck({ rowsMax: 200 })).items;
  expect(everything).toHaveLength(21);
  const seen: string[] = [];
  let after: StuckQuery['after'] = null;
  for (let page = 0; page < 20; page += 1) {
    const found = await stuck({ after, rowsMax: 2 });
    seen.push(...found.items.map((one) => one.id));
    if (page === 3) await rows.subject({ slaDueAt: ago(30 * day) });
    if (!found.next) break;
    after = found.next;
  }
  expect(seen).toEqual(everything.map((one) => one.id));
  expect([...everything].sort((a, b) => (encodeKey(a) < encodeKey(b) ? -1 : 1))).toEqual(everything);
});

const encodeKey = ({ since, id }: { since: string; id: string }): string => `${since} ${id}`;

describe('no report reads a whole table', () => {
  const queries: { sql: string; parameters: readonly unknown[] }[] = [];
  let db: Kysely<Tables>;
  beforeAll(async () => {
    const own = await createTestContext();
    closing.push(own);
    const pool = new pg.Pool({ connectionString: own.connectionString, max: 1 });
    db = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: (event) => void queries.push({ sql: event.query.sql, parameters: event.query.parameters }),
    });
  });
  afterAll(async () => db.destroy());

  const position = { at: '2026-01-01T00:00:00.000000Z', id: 'sub_1' };
  const bounds = { slowMs: 60_000, triesMin: 2 };
  const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  const readers: [string, () => Promise<unknown>][] = [
    ['what is stuck', () => db.transaction().execute((tx) => listStuck(tx, bounds, {}, position, 50))],
    ['how much is stuck', () => db.transaction().execute((tx) => groupStuck(tx, bounds, { machine: 'application' }))],
    ['figures', () => writebackFigures(db, window, [['transition', 'connection'], ['day']])],
    ['dead writebacks', () => listWritebacks(db, { status: 'dead', after: position, rowsMax: 50 })],
    ['writebacks', () => listWritebacks(db, { after: null, rowsMax: 50 })],
    ...(['ready', 'leased', 'confirmed', 'waived', 'superseded'] as const).map(
      (status): [string, () => Promise<unknown>] => [
        `${status} writebacks`,
        () => listWritebacks(db, { status, connection: 'ats', reason: 'conflict', after: position, rowsMax: 50 }),
      ],
    ),
    ['open incidents', () => listIncidents(db, { status: 'open', after: position, rowsMax: 50 })],
    [
      'settled incidents of a kind',
      () => listIncidents(db, { status: 'settled', kind: 'divergence', after: null, rowsMax: 50 }),
    ],
    ['disagreements', () => listDisagreements(db, { after: position, rowsMax: 50 })],
    ['how far systems agree', () => countAgreement(db)],
    ['what was shown last', () => lastShown(db, [{ subject_id: 'sub_1', connection_id: 'ats' }])],
    ['subjects in a state', () => listSubjects(db, 'application', ['active.received'], null, 50)],
    ['subjects by when they moved', () => listMoved(db, { ended: false }, position, 50)],
    ['subjects that moved, of a state', () => listMoved(db, { states: ['on_hold'] }, null, 50)],
    ['how many subjects are open', () => countMoved(db, { ended: false })],
    ['in which systems subjects have names', () => refSystems(db)],
    ['subjects by any system’s name', () => subjectsNamed(db, [{ system: 'ats', ref: '1' }], 10)],
    ['a person by a number', () => findPersonsByPhone(db, Buffer.alloc(32), 10)],
    ['persons by a name', () => findPersonsByName(db, [1, 2], 10)],
    ['a subject by its name', () => findSubjectsByRef(db, 'ats', '1', undefined)],
  ];

  test.each(readers)('%s', async (_name, read) => {
    queries.length = 0;
    await read();
    const asked = queries.filter(
      (query) => query.sql.trimStart().startsWith('select') || query.sql.trimStart().startsWith('with'),
    );
    expect(asked.length).toBeGreaterThan(0);
    // On empty tables every plan reads the table; with that forbidden, what is left is whether an index can serve the query at all.
    await sql`set enable_seqscan = off`.execute(db);
    for (const query of asked) {
      const plan = await db.executeQuery<{ 'QUERY PLAN': string }>({
        sql: `explain ${query.sql}`,
        parameters: query.parameters,
        query: sql``.compile(db).query,
        queryId: { queryId: 'explain' },
      });
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).not.toMatch(
        /Seq Scan on (writeback|event|subject|incident|attempt|transition|lane|shown|person|subject_ref)\b/,
      );
    }
  });
});

test('a cursor says nothing but where the page ended', () => {
  expect(encodeCursor({ at: '2026-01-01T00:00:00.000000Z', id: 'sub_1' })).toMatch(/^[\w-]+$/);
});
