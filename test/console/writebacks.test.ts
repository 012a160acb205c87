// The pages of writebacks: lists and filters, decisions about one and about many, and each one's own result afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBulkAct } from '../../src/services/settling/read-bulk-act.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';
import { ago, day, hour, idOf, type LedgerRows, ledgerRows } from '../support/ledger-rows.ts';

let desk: TestConsole;
let rows: LedgerRows;
let operator: Browser;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  rows = ledgerRows(desk.service.context.database.engine);
  await rows.connection('ats');
  await rows.connection('hris');
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
}, 60_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const db = () => desk.service.context.database.reports;
const dead = async (connection: string, more: Parameters<LedgerRows['writeback']>[2] = {}): Promise<string> => {
  const id = await rows.writeback(await rows.subject(), connection, { status: 'dead', reason: 'http_422', ...more });
  await rows.attempt(id, 1, 'refused');
  return id;
};
const statusOf = async (id: string) =>
  (await db().selectFrom('writeback').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status;
/** Ids of the writebacks that a page lists. */
const listed = (text: string): string[] =>
  [...text.matchAll(/href="\/writebacks\/(wrb_\w+)"/g)].map(([, id]) => id ?? '');

/** What is there to read. */
const plain = (html: string): string => html.replaceAll(/<[^>]+>/g, '');

describe('the list', () => {
  test('begins with what was given up, says why in words and what the system answered', async () => {
    const id = await dead('ats');
    const page = await operator.get('/writebacks');
    expect(page.status).toBe(200);
    expect(listed(page.text)).toEqual([id]);
    expect(page.text).toContain('The system answered 422 (not acceptable) when it was written to');
    expect(page.text).toContain('Refused · 200');
    expect(plain(page.text)).toContain('Given up (1)');
  });

  test('is narrowed by connection, transition, reason, age and state, alone and together', async () => {
    const old = await dead('hris', { createdAt: ago(9 * day), reason: 'job_closed', eventType: 'offer.extended' });
    const young = await dead('hris', { createdAt: ago(hour / 2), reason: 'contradicted' });
    const found = async (query: string) => listed((await operator.get(`/writebacks?${query}`)).text).sort();
    expect(await found('connection=hris')).toEqual([old, young].sort());
    expect(await found('connection=hris&age=604800000')).toEqual([old]);
    expect(await found('connection=hris&reason_is=contradicted')).toEqual([young]);
    expect(await found('transition=offer.extended')).toEqual([old]);
    expect(await found('connection=hris&state=nowhere')).toEqual([]);
    expect(await found('connection=ats&reason_is=job_closed')).toEqual([]);
    expect((await operator.get('/writebacks?connection=hris&state=nowhere')).text).toContain('Take a filter away');
  });

  test('goes on page by page over more than one page holds, each row once', async () => {
    await rows.connection('full');
    const made = new Set<string>();
    const all = Array.from({ length: 205 }, (_, nth) => dead('full', { createdAt: ago(nth * 1_000) }));
    for (const id of await Promise.all(all)) made.add(id);
    const seen: string[] = [];
    let path: string | undefined = '/writebacks?connection=full';
    for (let nth = 0; path !== undefined && nth < 5; nth += 1) {
      const { text } = await viewer.get(path);
      seen.push(...listed(text));
      path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toHaveLength(205);
    expect(new Set(seen)).toEqual(made);
  }, 30_000);

  test.each(['ready', 'leased', 'confirmed', 'waived', 'superseded'] as const)('has one for %s', async (status) => {
    const id = await rows.writeback(await rows.subject(), 'ats', { status, reason: 'noted' });
    const { text } = await operator.get(`/writebacks?status=${status}&connection=ats`);
    expect(listed(text)).toEqual([id]);
  });

  test('shows text of other systems and of people as text', async () => {
    await rows.connection('odd');
    await dead('odd', { reason: '<img src=x onerror=alert(1)>' });
    const { text } = await operator.get('/writebacks?connection=odd');
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toContain('<img src=x');
  });

  test('offers nothing to decide to who may only look', async () => {
    const { text } = await viewer.get('/writebacks');
    expect(text).not.toContain('/writebacks/act');
    expect(text).not.toContain('type="checkbox"');
  });
});

describe('what is decided about many', () => {
  const resultOf = async (location: string | null) => {
    const id = /^\/acts\/(act_\w+)$/.exec(location ?? '')?.[1] ?? '';
    await expect.poll(async () => (await readBulkAct(desk.service.context, id))?.counts.waiting).toBe(0);
    return id;
  };

  test('is one act with a result for each, at an address of its own', async () => {
    await rows.connection('bulk');
    const [one, two, three] = [await dead('bulk'), await dead('bulk'), await dead('bulk')];
    const sent = await operator.post('/writebacks/act', {
      status: 'dead',
      do: 'redrive',
      reason: 'the system is well again',
      act: idOf('act'),
      [`tick-${one}`]: 'on',
      [`tick-${two}`]: 'on',
    });
    expect(sent.status).toBe(303);
    const act = await resultOf(sent.headers.get('location'));
    const page = await viewer.get(`/acts/${act}`);
    expect(page.text).toContain('Redrive of 2 writebacks');
    expect(page.text).toContain('the system is well again');
    expect(listed(page.text).sort()).toEqual([one, two].sort());
    expect(page.text).toContain('Being written');
    expect(page.text).toContain(`data-live="act:${act}"`);
    expect([await statusOf(one), await statusOf(two), await statusOf(three)]).toEqual(['ready', 'ready', 'dead']);
    const audit = await db().selectFrom('audit').select('actor_id').where('object_id', '=', one).execute();
    expect(audit).toHaveLength(1);
  });

  test('can be about all that match, and about no others', async () => {
    await rows.connection('every');
    const [one, other] = [await dead('every', { reason: 'lost' }), await dead('every', { reason: 'job_closed' })];
    const sent = await operator.post('/writebacks/act', {
      status: 'dead',
      connection: 'every',
      reason_is: 'lost',
      do: 'redrive-all',
      reason: 'again',
    });
    await resultOf(sent.headers.get('location'));
    expect([await statusOf(one), await statusOf(other)]).toEqual(['ready', 'dead']);
  });

  test('needs a reason without an address, and something ticked; what was entered stays', async () => {
    const id = await dead('ats');
    const without = await operator.post('/writebacks/act', { do: 'redrive', [`tick-${id}`]: 'on', reason: ' ' });
    expect(without.status).toBe(422);
    expect(without.text).toContain('Say why');
    expect(new RegExp(`name="tick-${id}"[^>]*checked`).test(without.text)).toBe(true);
    const address = await operator.post('/writebacks/act', {
      do: 'waive',
      [`tick-${id}`]: 'on',
      reason: 'ask bo@x.org',
    });
    expect([address.status, address.text.includes('holds an address')]).toEqual([422, true]);
    const none = await operator.post('/writebacks/act', { do: 'redrive', reason: 'again' });
    expect([none.status, none.text.includes('Tick at least one')]).toEqual([422, true]);
    expect(await statusOf(id)).toBe('dead');
  });

  test('waives with the reason, and tells what is through by standing still', async () => {
    await rows.connection('waived');
    const id = await dead('waived');
    const sent = await operator.post('/writebacks/act', { do: 'waive', reason: 'not needed', [`tick-${id}`]: 'on' });
    const act = await resultOf(sent.headers.get('location'));
    const page = await viewer.get(`/acts/${act}`);
    expect(page.text).toContain('All 1 have their result.');
    expect(page.text).not.toContain('hx-trigger');
    expect(await statusOf(id)).toBe('waived');
  });

  test('is at no address that does not exist', async () => {
    expect((await viewer.get(`/acts/${idOf('act')}`)).status).toBe(404);
    expect((await viewer.get('/acts/1')).status).toBe(404);
  });
});

describe('one writeback', () => {
  test('is shown with its attempts, redriven with a reason, and then shows that', async () => {
    const id = await dead('ats');
    const page = await operator.get(`/writebacks/${id}`);
    expect(page.text).toContain('Given up');
    expect(page.text).toContain('Refused · 200');
    const refused = await operator.post(`/writebacks/${id}/redrive`, { reason: '' });
    expect([refused.status, refused.text.includes('Say why')]).toEqual([422, true]);
    const done = await operator.post(`/writebacks/${id}/redrive`, { reason: 'again', force: 'on' });
    expect([done.status, done.headers.get('location')]).toEqual([303, `/writebacks/${id}?said=redrive`]);
    expect((await operator.get(`/writebacks/${id}?said=redrive`)).text).toContain('whatever is there');
    const again = await operator.post(`/writebacks/${id}/redrive`, { reason: 'again' });
    expect([again.status, again.text.includes('nothing to redrive')]).toEqual([422, true]);
    expect((await operator.post(`/writebacks/${id}/waive`, { reason: 'not needed' })).status).toBe(303);
    expect(await statusOf(id)).toBe('waived');
  });

  test('has a lane that is held and released from its page', async () => {
    const subject = await rows.subject();
    const id = await rows.writeback(subject, 'ats', { status: 'ready' });
    const held = await operator.post(`/lanes/${subject}/ats/hold`, {
      reason: 'they move house',
      back: `/writebacks/${id}`,
    });
    expect(held.headers.get('location')).toBe(`/writebacks/${id}?said=hold`);
    expect((await operator.get(`/writebacks/${id}`)).text).toContain('held: by a person: “they move house”');
    expect((await operator.get('/writebacks?status=ready&connection=ats')).text).toContain('“they move house”');
    const elsewhere = await operator.post(`/lanes/${subject}/ats/release`, { reason: 'moved', back: '//evil.example' });
    expect(elsewhere.headers.get('location')).toBe('/?said=release');
    expect((await operator.get(`/writebacks/${id}`)).text).not.toContain('they move house');
  });

  test('that nobody knows is not there', async () => {
    expect((await viewer.get(`/writebacks/${idOf('wrb')}`)).status).toBe(404);
    expect((await operator.post(`/writebacks/${idOf('wrb')}/redrive`, { reason: 'again' })).status).toBe(404);
  });
});
