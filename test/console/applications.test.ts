// /applications: filters in the address, pages without gaps, and a search whose term is nowhere afterwards; found by what is at hand, on record.
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trigrams } from '../../src/core/persons/likeness.ts';
import { nameIndex, phoneIndex } from '../../src/services/persons/person-indexes.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';
import { day, ledgerRows } from '../support/ledger-rows.ts';
import { playSeason, type Season } from './season.ts';

const ada = { email: 'ada.byron@example.com', phone: '+49 30 5550199', name: 'Ada Byron' };

let desk: TestConsole;
let viewer: Browser & { id: string };
let season: Season;
let known: string;
let logged = '';
beforeAll(async () => {
  const log = (...said: unknown[]): void => {
    logged += JSON.stringify(said);
  };
  desk = await openConsole({ log: { info: log, warn: log, error: log } });
  const { database, vault } = desk.service.context;
  const db = database.engine;
  season = await playSeason(db);
  const rows = ledgerRows(db);
  known = await rows.subject({ state: 'active.offer.extended', ref: 'APP-2026/77' });
  const same = await rows.subject({ state: 'active.triage' });
  await rows.subject({ machine: 'requisition', state: 'live.open' });
  const people = [
    [known, ada],
    [same, { ...ada, email: 'other@example.com' }],
  ] as const;
  for (const [subject, { email, phone, name }] of people)
    await sql`update person set email_index = ${vault.emailIndex(email)}, phone_index = ${phoneIndex(vault, phone)}, name_index = ${nameIndex(vault, trigrams(name))}::int[]
      where id = (select person_id from subject where id = ${subject})`.execute(db);
  await db
    .insertInto('subject_ref')
    .values({
      system: 'greenhouse-eu',
      machine: 'application',
      external_id: vault.impersonalId('greenhouse-eu', 'ada.byron@example.com'),
      subject_id: same,
    })
    .execute();
  viewer = await desk.signedIn('viewer');
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const shownIds = (text: string): string[] => [
  ...new Set([...text.matchAll(/href="\/subjects\/(sub_\w+)"/g)].map(([, id]) => id ?? '')),
];
const find = (term: string) => viewer.post('/applications/search', { term });

describe('the list', () => {
  test('has the open ones, whoever moved last first, each once over all its pages', async () => {
    const rows = await desk.service.context.database.reports
      .selectFrom('subject')
      .select('id')
      .where('ended', '=', false)
      .orderBy('state_since', 'desc')
      .orderBy(sql`id collate "C"`, 'desc')
      .execute();
    const seen: string[] = [];
    let path: string | undefined = '/applications';
    for (let nth = 0; path && nth < 10; nth += 1) {
      const { text }: { text: string } = await viewer.get(path);
      seen.push(...shownIds(text));
      path = /href="(\/applications\?[^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(rows.map(({ id }) => id));
    expect(seen.length).toBeGreaterThan(50);
  });

  test.each<
    [
      string,
      (row: { machine: string; state: string; ended: boolean; region: string | null; state_since: Date }) => boolean,
    ]
  >([
    ['machine=requisition', ({ machine, ended }) => machine === 'requisition' && !ended],
    ['state=active.offer', ({ state, ended }) => state.startsWith('active.offer.') && !ended],
    ['ended=yes', ({ ended }) => ended],
    ['ended=all&state=rejected', ({ state }) => state === 'rejected'],
    ['region=APAC&ended=yes', ({ region, ended }) => region === 'APAC' && ended],
    ['moved=24', ({ state_since, ended }) => state_since.getTime() > Date.now() - day && !ended],
  ])('narrows by %s', async (query, wanted) => {
    const rows = await desk.service.context.database.reports.selectFrom('subject').selectAll().execute();
    const ids = rows
      .filter(wanted)
      .map(({ id }) => id)
      .sort();
    const { status, text } = await viewer.get(`/applications?${query}`);
    expect([status, shownIds(text).sort()]).toEqual([200, ids]);
    expect(ids.length).toBeLessThan(50);
    const counted = /<data value="(\d*)" data-figure="applications.count"/.exec(text)?.[1];
    if (counted !== undefined) expect(Number(counted)).toBe(ids.length);
  });

  test('counts as the home does', async () => {
    for (const [state, here] of [['active.triage', season.standing.get('active.triage')] as const]) {
      const { text } = await viewer.get(`/applications?state=${state}&ended=all`);
      // And one that this test made.
      expect(text).toContain(`<data value="${(here ?? 0) + 1}" data-figure="applications.count"`);
    }
  });

  test('is on record, as the list of the API is', async () => {
    await viewer.get('/applications?machine=requisition');
    const { items } = await readAudit(desk.service.context.database.engine, {
      objectKind: 'machine',
      actorId: viewer.id,
    });
    expect(items[0]).toMatchObject({ action: 'subject.listed', object_id: 'requisition', detail: { subjects: 1 } });
  });

  test('says what an empty one means', async () => {
    expect((await viewer.get('/applications?region=Nowhere')).text).toContain('None that match.');
  });
});

describe('the search', () => {
  test.each([
    ['our id', () => known],
    ['a system’s name for it', () => 'APP-2026/77'],
  ])('leads to the one that is found by %s', async (_, term) => {
    const said = await find(term());
    expect([said.status, said.headers.get('location')]).toEqual([303, `/subjects/${known}`]);
  });

  test('finds by address, also where a system uses one as its id', async () => {
    const said = await find(` ${ada.email.toUpperCase()} `);
    expect(said.status).toBe(200);
    expect(shownIds(said.text)).toHaveLength(2);
    expect(said.text).toContain('an e-mail address');
  });

  test.each(['+49 30 5550199', '030 5550199', '0049-30-5550199'])('finds by telephone number: %s', async (term) => {
    const said = await find(term);
    expect(shownIds(said.text)).toContain(known);
    expect(shownIds(said.text)).toHaveLength(2);
  });

  test('finds by a name, and by one that is spelt a little otherwise', async () => {
    const exact = await find('Ada Byron');
    expect(shownIds(exact.text)).toHaveLength(2);
    expect(exact.text).toContain('100.0 %');
    expect(shownIds((await find('ADA BYRÖN')).text)).toHaveLength(2);
    expect(shownIds((await find('Zoltan Quist')).text)).toHaveLength(0);
  });

  test('says so when nobody is found', async () => {
    const said = await find('nobody@example.com');
    expect(said.text).toContain('Nobody was found.');
    expect(said.headers.get('cache-control')).toContain('no-store');
  });

  test('is on record without the term, which is in no address, page, log or table', async () => {
    const secret = 'grace.hopper.9913@example.com';
    const said = await find(secret);
    await find(ada.email);
    expect(said.text).not.toContain('hopper');
    expect(logged).not.toContain('hopper');
    const db = desk.service.context.database.engine;
    const { items } = await readAudit(db, { actorId: viewer.id, limit: 200 });
    expect(JSON.stringify(items)).not.toMatch(/hopper|byron/i);
    const searches = items.filter(({ action }) => action === 'subject.searched');
    expect(searches[0]).toMatchObject({
      object_kind: 'search',
      detail: { by: ['email', 'name_at_system'], subjects: 2 },
    });
    expect(searches[1]?.detail).toMatchObject({ subjects: 0 });
    expect(items.filter(({ action }) => action === 'person.found').length).toBeGreaterThan(0);
    // A form only: nobody can be sent to a search.
    expect((await viewer.get(`/applications/search?term=${known}`)).status).toBe(404);
  });

  test('is not for the committee', async () => {
    const committee = await desk.signedIn('committee');
    expect((await committee.post('/applications/search', { term: known })).status).toBe(403);
    expect((await committee.get('/applications')).status).toBe(403);
  });
});

test('the file has what the list has, for who may take it along', async () => {
  expect((await viewer.get('/applications.csv')).status).toBe(403);
  const taking = await desk.account('auditor');
  await desk.accounts.setRights(taking.id, ['export'], by);
  const browser = desk.browser();
  await browser.post('/sign-in', { email: taking.email, password }, { 'x-forwarded-for': '10.8.0.2' });
  const said = await browser.get('/applications.csv?state=active.offer');
  const read: Record<string, string>[] = parse(said.text, { columns: true, bom: true });
  const shown = shownIds((await browser.get('/applications?state=active.offer')).text);
  expect(read.map(({ subject }) => subject)).toEqual(shown);
  expect(read.find(({ subject }) => subject === known)).toMatchObject({
    refs: 'ats APP-2026/77',
    state: 'active.offer.extended',
    owner: 'Candidate',
  });
  const { items } = await readAudit(desk.service.context.database.engine, { objectKind: 'list' });
  expect(items).toMatchObject([
    { object_id: 'applications', detail: { rows: shown.length, filter: { state: 'active.offer' } } },
  ]);
});
