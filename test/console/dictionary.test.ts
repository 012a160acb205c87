// The dictionary's pages say what the files of the dictionary say, of every element, system and region.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countUnknownFields } from '../../src/store/reconcile/unknown-fields.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

let desk: TestConsole;
let committee: Browser;
beforeAll(async () => {
  desk = await openConsole();
  committee = await desk.signedIn('committee');
}, 60_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const dictionary = () => desk.service.context.dictionary;
/** Elements that a page links to. */
const listed = (text: string): string[] =>
  [...text.matchAll(/href="\/dictionary\/([\w.]+)"/g)].map(([, name]) => name ?? '').sort();

test('the list has every element, with its rules in words', async () => {
  const { text, status } = await committee.get('/dictionary');
  expect(status).toBe(200);
  expect(listed(text)).toEqual([...dictionary().elements.keys()].sort());
  expect(text).toContain(dictionary().hash);
  expect(text).toContain('golden source wins');
  expect(text).toContain('legitimate interests');
});

test('it is narrowed by words, by classification and by what a system receives', async () => {
  const found = async (query: string) => listed((await committee.get(`/dictionary?${query}`)).text);
  const all = [...dictionary().elements.values()];
  expect(await found('find=screening.score')).toContain('screening.score');
  expect(await found('find=zzz-nothing')).toEqual([]);
  const sensitive = all.filter((one) => one.classification === 'sensitive').map(({ name }) => name);
  expect(sensitive.length).toBeGreaterThan(0);
  expect(await found('classification=sensitive')).toEqual(sensitive.sort());
  const sent = all
    .filter(({ name }) => dictionary().systems.get('greenhouse')?.receives.has(name))
    .map(({ name }) => name);
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.length).toBeLessThan(all.length);
  expect(await found('system=greenhouse')).toEqual(sent.sort());
  expect((await committee.get('/dictionary?system=greenhouse')).text).toContain('Sent for');
});

test('an element’s page says where each system has it, who gets it and what for, and where it is withheld', async () => {
  const { text } = await committee.get('/dictionary/screening.recordingUrl');
  expect(text).toContain('Withheld in</dt><dd>DE');
  const score = (await committee.get('/dictionary/screening.score')).text;
  expect(score).toContain('screening.completed');
  for (const [system, mapping] of dictionary().systems)
    expect(score.includes(`href="/dictionary?system=${system}"`), system).toBe(mapping.receives.has('screening.score'));
  expect((await committee.get('/dictionary/no.such')).status).toBe(404);
  expect((await committee.get('/dictionary/constructor')).status).toBe(404);
});

test('every element’s page can be made', async () => {
  for (const name of dictionary().elements.keys()) {
    const page = await committee.get(`/dictionary/${name}`);
    expect([name, page.status]).toEqual([name, 200]);
  }
}, 60_000);

test('regions and what nobody has mapped are there too', async () => {
  const rows = ledgerRows(desk.service.context.database.engine);
  await rows.connection('ats');
  await desk.service.context.database.engine
    .transaction()
    .execute((tx) =>
      countUnknownFields(tx, 'ats', [{ pointer: '/shoe<size>', kind: 'unmapped', code: '', seen: 2 }], 10),
    );
  const other = await desk.signedIn('viewer');
  // Kept in memory for a few seconds, so it may take that long to be told.
  await expect
    .poll(async () => (await other.get('/dictionary')).text, { timeout: 10_000, interval: 300 })
    .toContain('/shoe&lt;size&gt;');
  const { text } = await other.get('/dictionary');
  expect(text).toContain('Betriebsratsanhörung');
  expect(text).toContain('Recordings stay with the tool that made them');
}, 20_000);
