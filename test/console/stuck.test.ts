// /stuck: the same numbers as the API, filters in the address, pages without gaps, decisions with each one's result, views, and files that no spreadsheet calculates.
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStuck, type StuckConditions } from '../../src/services/reports/read-stuck.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, by, openConsole, type TestConsole } from '../support/console.ts';
import { ago, day, hour, ledgerRows } from '../support/ledger-rows.ts';
import { playSeason } from './season.ts';

let desk: TestConsole;
let operator: Browser & { id: string };
const made = { late: '', dead: '', ready: '', divergence: '', conflict: '', removed: '' };
beforeAll(async () => {
  desk = await openConsole();
  const db = desk.service.context.database.engine;
  await playSeason(db);
  const rows = ledgerRows(db);
  made.late = await rows.subject({ state: 'active.offer.extended', slaDueAt: ago(40 * day) });
  const subject = await rows.subject({ state: 'active.triage' });
  made.dead = await rows.writeback(subject, 'board', { status: 'dead', reason: '=cmd|calc', createdAt: ago(30 * day) });
  const other = await rows.subject({ state: 'active.triage' });
  made.ready = await rows.writeback(other, 'board', { status: 'ready', tries: 4, createdAt: ago(31 * day) });
  made.divergence = await rows.incident('divergence', {
    subject,
    connection: 'greenhouse-eu',
    detail: { shows: '<i>nothing</i>' },
    openedAt: ago(20 * day),
  });
  made.conflict = await rows.incident('field_conflict', { subject, connection: 'board', openedAt: ago(hour) });
  await db
    .updateTable('subject')
    .set({ region: 'Nordics', business_unit: '+Lending' })
    .where('id', '=', subject)
    .execute();
  operator = await desk.signedIn('operator');
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const stuck = (conditions: StuckConditions = {}) =>
  readStuck(desk.service.context, { ...conditions, after: null, rowsMax: 200 });
const figures = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/<data value="(\d+)" data-figure="([^"]+)"/g)].map(([, value, of]) => [of, Number(value)]),
  );
const rowsOf = (text: string): number =>
  /<main.*?<tbody>(.*?)<\/tbody>.*<\/main>/s.exec(text)?.[1]?.match(/<tr>/g)?.length ?? 0;

describe('the list', () => {
  test('has the numbers of the service and the API, by cause and by owner', async () => {
    const { totals, owners } = await stuck();
    const shown = figures((await operator.get('/stuck')).text);
    for (const [cause, total] of Object.entries(totals)) expect(shown[`stuck.${cause}`] ?? 0, cause).toBe(total);
    for (const { owner, count } of owners) expect(shown[`stuck.owner.${owner}`]).toBe(count);
    const all = Object.values(totals).reduce((sum, one) => sum + one, 0);
    expect(shown['stuck.all']).toBe(all);
    expect(owners.reduce((sum, one) => sum + one.count, 0)).toBe(all);
    expect(all).toBeGreaterThan(10);
  });

  test.each<[string, StuckConditions]>([
    ['cause=write_unconfirmed', { cause: 'write_unconfirmed' }],
    ['owner=Recruiter', { owner: 'Recruiter' }],
    ['owner=Recruiter&cause=late_against_sla', { owner: 'Recruiter', cause: 'late_against_sla' }],
    ['state=active.offer', { state: 'active.offer' }],
    ['connection=board', { connection: 'board' }],
    ['region=Nordics', { region: 'Nordics' }],
    ['unit=%2BLending', { businessUnit: '+Lending' }],
    ['age=10080', { ageMinMs: 7 * day }],
    ['machine=requisition', { machine: 'requisition' }],
  ])('narrows by %s as the service does', async (query, conditions) => {
    const { items, totals } = await stuck(conditions);
    const said = await operator.get(`/stuck?${query}`);
    expect(said.status).toBe(200);
    expect(rowsOf(said.text)).toBe(Math.min(50, items.length));
    expect(figures(said.text)['stuck.all']).toBe(Object.values(totals).reduce((sum, one) => sum + one, 0));
    const everything = await stuck();
    expect(items.length).toBeLessThan(everything.items.length);
  });

  test('pages through all of them once, the oldest first', async () => {
    const { items } = await stuck();
    const seen: string[] = [];
    let path: string | undefined = '/stuck';
    for (let nth = 0; path && nth < 20; nth += 1) {
      const { text }: { text: string } = await operator.get(path);
      seen.push(...[...text.matchAll(/datetime="([^"]+)" title/g)].map(([, at]) => at ?? '').slice(0, 1));
      path = /href="(\/stuck\?[^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen[0]).toBe(items[0]?.since);
    expect([...seen]).toEqual([...seen].sort());
  });

  test('an address that makes no sense counts as none, and what a system shows is text', async () => {
    const said = await operator.get('/stuck?cause=nonsense&age=-1&after=abc&machine=x');
    expect(said.status).toBe(200);
    expect(figures(said.text)).toEqual(figures((await operator.get('/stuck')).text));
    expect(said.text).toContain('&lt;i&gt;nothing&lt;/i&gt;');
    expect(said.text).not.toContain('<i>nothing');
  });

  test('says what an empty one means', async () => {
    const said = await operator.get('/stuck?region=Nowhere');
    expect(said.text).toContain('Nothing that matches is stuck.');
  });
});

describe('decisions', () => {
  const decide = (fields: Record<string, string>) =>
    operator.post('/stuck/act', { reason: 'Checked by hand', ...fields });

  test('need a reason, and keep what was ticked', async () => {
    const said = await operator.post('/stuck/act', { do: 'waive', [`tick-${made.ready}`]: 'on', reason: ' ' });
    expect(said.status).toBe(422);
    expect(said.text).toMatch(new RegExp(`name="tick-${made.ready}"[^>]*checked`));
    expect((await stuck({ connection: 'board' })).items.some(({ id }) => id === made.ready)).toBe(true);
  });

  test('about rows of another kind change nothing, and leave the others ticked', async () => {
    const said = await decide({ do: 'waive', [`tick-${made.ready}`]: 'on', [`tick-${made.divergence}`]: 'on' });
    expect(said.status).toBe(422);
    expect(said.text).toContain('1 ticked row cannot be written again or waived');
    expect(said.text).toMatch(new RegExp(`name="tick-${made.ready}"[^>]*checked`));
    expect(said.text).not.toMatch(new RegExp(`name="tick-${made.divergence}"[^>]*checked`));
  });

  test('waive one write, and its result can be read again', async () => {
    const said = await decide({ do: 'waive', [`tick-${made.ready}`]: 'on' });
    expect(said.status).toBe(303);
    const place = said.headers.get('location') ?? '';
    await expect.poll(async () => (await operator.get(place)).text).toContain('Waived');
    expect((await operator.get(place)).text).toContain(made.ready);
    expect((await stuck()).items.some(({ id }) => id === made.ready)).toBe(false);
  });

  test('redrive all given up that match, and only those', async () => {
    const before = (await stuck({ connection: 'board', cause: 'write_unconfirmed' })).items;
    const dead = before.filter(({ code }) => code === 'dead').map(({ id }) => id);
    const said = await decide({ do: 'redrive-all', connection: 'board' });
    expect(said.status).toBe(303);
    const { text } = await operator.get(said.headers.get('location') ?? '');
    for (const id of dead) expect(text).toContain(id);
    for (const { id, code } of before) if (code !== 'dead') expect(text).not.toContain(id);
    const elsewhere = (await stuck({ connection: 'greenhouse-eu', cause: 'write_unconfirmed' })).items;
    expect(elsewhere.some(({ code }) => code === 'dead')).toBe(true);
  });

  /** The act's page, when all of it was decided. */
  async function through(place: string): Promise<string> {
    await expect.poll(async () => (await operator.get(place)).text).toMatch(/All \d+ have their result/);
    return (await operator.get(place)).text;
  }

  test('settle all that match: what needs a choice is left, and each has its result', async () => {
    const form = { do: 'settle-all', region: 'Nordics', act: desk.service.context.newId('act') };
    const said = await decide(form);
    expect(said.status).toBe(303);
    const place = said.headers.get('location') ?? '';
    const text = await through(place);
    expect(text).toContain('Settling of 1 incident');
    expect(text).toContain(made.divergence);
    expect(text).not.toContain(made.conflict);
    expect(text).toContain('Checked by hand');
    expect(text).toContain('Settled with the reason above');
    expect((await operator.get('/acts')).text).toContain(`href="${place}"`);
    // All that is left needs a choice, so there is nothing to settle at once.
    const again = await decide(form);
    expect([again.status, again.text.includes('None of those that match')]).toEqual([422, true]);
    expect((await stuck({ region: 'Nordics', cause: 'systems_disagree' })).items).toEqual([]);
  });

  test('what cannot be settled says why', async () => {
    const rows = ledgerRows(desk.service.context.database.engine);
    const open = await rows.incident('event_expired', { openedAt: ago(2 * hour) });
    const said = await decide({
      do: 'settle',
      [`tick-${made.conflict}`]: 'on',
      [`tick-${made.divergence}`]: 'on',
      [`tick-${open}`]: 'on',
    });
    const text = await through(said.headers.get('location') ?? '');
    expect(text).toContain('It needs a choice');
    expect(text).toContain('Somebody had settled it before');
    expect(text).toMatch(/<b>1<\/b> settled/);
    expect(text).toMatch(/<b>2<\/b> nothing changed/);
  });

  test('are not for who only reads', async () => {
    const viewer = await desk.signedIn('viewer');
    expect((await viewer.get('/stuck')).text).not.toContain('Redrive');
    expect((await viewer.post('/stuck/act', { do: 'waive', reason: 'x' })).status).toBe(403);
  });
});

describe('views', () => {
  test('are kept, offered, shared, renamed and dropped by whose they are', async () => {
    const kept = await operator.post('/views', {
      page: 'stuck',
      name: 'Offers <b>late</b>',
      query: 'state=active.offer&age=1440',
    });
    expect(kept.headers.get('location')).toBe('/stuck?state=active.offer&age=1440');
    const other = await desk.signedIn('viewer');
    const link = 'href="/stuck?state=active.offer&amp;age=1440"';
    const own = await operator.get('/stuck');
    expect(own.text).toContain(link);
    expect(own.text).toContain('Offers &lt;b&gt;late&lt;/b&gt;');
    expect((await other.get('/stuck')).text).not.toContain(link);
    const id = /action="\/views\/(viw_\w+)"/.exec(own.text)?.[1] ?? '';
    await operator.post(`/views/${id}`, { do: 'change', name: 'Offers', shared: 'on' });
    expect((await other.get('/stuck')).text).toContain(link);
    expect((await other.post(`/views/${id}`, { do: 'drop', name: 'Offers' })).status).toBe(400);
    expect((await operator.post('/views', { page: 'stuck', name: 'Offers', query: '' })).text).toContain(
      'a view of that name',
    );
    await operator.post(`/views/${id}`, { do: 'drop', name: 'Offers' });
    expect((await other.get('/stuck')).text).not.toContain(link);
    const { items } = await readAudit(desk.service.context.database.engine, { objectKind: 'console_view' });
    expect(items.map(({ action }) => action)).toEqual(['view.dropped', 'view.changed', 'view.kept']);
  });
});

describe('the file', () => {
  test('is for who was granted the right, and on record with its filter', async () => {
    expect((await operator.get('/stuck')).text).not.toContain('/stuck.csv');
    const refused = await operator.get('/stuck.csv');
    expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8']);
    const taking = await desk.account('viewer');
    await desk.accounts.setRights(taking.id, ['export'], by);
    const browser = desk.browser();
    await browser.post(
      '/sign-in',
      { email: taking.email, password: 'quiet rivers run deep' },
      { 'x-forwarded-for': '10.8.0.1' },
    );
    expect((await browser.get('/stuck')).text).toContain('/stuck.csv');
    const said = await browser.get('/stuck.csv?unit=%2BLending');
    expect(said.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(said.headers.get('content-disposition')).toMatch(
      /^attachment; filename="interlock-stuck-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const read: Record<string, string>[] = parse(said.text, { columns: true, bom: true, record_delimiter: '\r\n' });
    const { items } = await stuck({ businessUnit: '+Lending' });
    expect(read.map(({ cause, since }) => [cause, since])).toEqual(items.map(({ cause, since }) => [cause, since]));
    expect(read.length).toBeGreaterThan(0);
    expect(read.every((row) => row.business_unit === "'+Lending")).toBe(true);
    const { items: noted } = await readAudit(desk.service.context.database.engine, { objectKind: 'list' });
    expect(noted).toMatchObject([
      {
        action: 'list.exported',
        object_id: 'stuck',
        actor_id: taking.id,
        detail: { rows: read.length, more: false, filter: { unit: '+Lending' } },
      },
    ]);
  });
});
