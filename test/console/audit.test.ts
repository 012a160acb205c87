// The audit log on a page: who did what to what, narrowed, paged without gaps, taken along safely, and the log's own verification.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rights } from '../../src/core/access/roles.ts';
import { readAudit, writeAudit } from '../../src/services/write-audit.ts';
import { listAuditActions } from '../../src/store/access/audit.ts';
import { type Browser, by, openConsole, type TestConsole } from '../support/console.ts';

let desk: TestConsole;
let auditor: Browser & { id: string };
beforeAll(async () => {
  desk = await openConsole();
  auditor = await desk.signedIn('auditor');
  await desk.accounts.setRights(auditor.id, Object.keys(rights) as 'export'[], by);
  auditor = Object.assign(await again(auditor.id), { id: auditor.id });
  for (let nth = 0; nth < 120; nth += 1) await note(`thing.number_${nth % 3}`, `thing_${nth}`, nth % 2 ? 'ada' : 'bob');
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const db = () => desk.service.context.database.engine;
const note = (action: string, id: string, actor: string, detail: Record<string, unknown> = {}) =>
  writeAudit(db(), { actor: { kind: 'cli', id: actor }, action, objectKind: 'thing', objectId: id, detail });
/** Rights end sessions. */
async function again(id: string): Promise<Browser> {
  const { password } = await import('../support/console.ts');
  const browser = desk.browser();
  const account = (await desk.accounts.list()).find((one) => one.id === id);
  await browser.post('/sign-in', { email: account?.email ?? '', password }, { 'x-forwarded-for': '10.7.7.7' });
  return browser;
}
const rowsOf = (text: string): string[] =>
  [...text.matchAll(/<tr><th scope="row"><time.*?<\/tr>/g)].map(([row]) => row);
const objectsOf = (text: string): string[] => [...text.matchAll(/object=(thing_\d+)"/g)].map(([, id]) => id ?? '');

test('is narrowed by who, what, object and period, each alone and together', async () => {
  expect(rowsOf((await auditor.get('/audit?actor=ada')).text)).toHaveLength(50);
  const both = await auditor.get('/audit?actor=bob&action=thing.number_0');
  expect(rowsOf(both.text)).toHaveLength(20);
  expect(rowsOf((await auditor.get('/audit?kind=thing&object=thing_7')).text)).toHaveLength(1);
  expect((await auditor.get('/audit?actor=nobody')).text).toContain('Nothing is on record for this choice');
  await db().executeQuery(
    (await import('kysely')).CompiledQuery.raw(
      `insert into audit (at, actor_kind, actor_id, action, object_kind, object_id) values (now() - interval '10 days', 'cli', 'old', 'thing.old', 'thing', 'x')`,
    ),
  );
  expect(rowsOf((await auditor.get('/audit?actor=old&period=7d')).text)).toHaveLength(0);
  expect(rowsOf((await auditor.get('/audit?actor=old&period=30d')).text)).toHaveLength(1);
});

test('pages neither overlap nor skip, though entries come in between', async () => {
  const seen: string[] = [];
  for (let path: string | undefined = '/audit?kind=thing'; path !== undefined && seen.length < 500; ) {
    const { text }: { text: string } = await auditor.get(path);
    seen.push(...objectsOf(text));
    await note('thing.late', 'late', 'eve');
    path = /href="(\/audit\?[^"]*after=[^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, nth) => `thing_${119 - nth}`));
});

test('every action on record can be chosen', async () => {
  const actions = await listAuditActions(db());
  expect(actions).toEqual([...actions].sort());
  expect(actions).toEqual(expect.arrayContaining(['account.created', 'thing.number_2']));
});

test('the file has every row, runs no formula, and is itself on record; without the right there is none', async () => {
  await note('thing.evil', '=1+1', '@sum(a1)', { note: '=cmd|x' });
  const file = await auditor.get('/audit.csv?kind=thing');
  expect(file.headers.get('content-type')).toContain('text/csv');
  const lines = file.text.trim().split('\r\n');
  expect(lines.length).toBeGreaterThan(121);
  expect(file.text).toContain(`,'@sum(a1),thing.evil,thing,'=1+1,`);
  expect(file.text).not.toMatch(/(^|,|\n)"?[=+\-@]/);
  const { items } = await readAudit(db(), { action: 'list.exported' });
  expect(items[0]).toMatchObject({ actor_id: auditor.id, object_id: 'audit', detail: { filter: { kind: 'thing' } } });
  expect((await (await desk.signedIn('auditor')).get('/audit.csv')).status).toBe(403);
});

describe('the log of transitions', () => {
  test('says when it was last verified, and by whom, once somebody asked', async () => {
    expect((await auditor.get('/audit')).text).toContain('Never yet: verify it below');
    const said = await auditor.post('/audit/verify');
    expect(said.headers.get('location')).toBe('/audit?said=started#log');
    await expect
      .poll(async () => (await auditor.get('/audit')).text, { timeout: 20_000, interval: 200 })
      .toContain('✓ Intact');
    const { items } = await readAudit(db(), { action: 'log.verified' });
    expect(items).toMatchObject([{ actor_id: auditor.id, detail: { intact: true } }]);
  });

  test('that was tampered with is told in words', async () => {
    const { ledgerRows } = await import('../support/ledger-rows.ts');
    const rows = ledgerRows(db());
    await rows.transition(await rows.subject(), 1);
    await auditor.post('/audit/verify');
    await expect
      .poll(async () => (await auditor.get('/audit')).text, { timeout: 20_000, interval: 200 })
      .toContain('✕ Tampered with');
  });
});
