// /imports and /waves: totals that add up, errors without their content, the command that goes on; and forms that move connections through their gates.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { beginImport } from '../../src/services/imports/begin-import.ts';
import { type FileImport, importFile } from '../../src/services/imports/import-file.ts';
import { takePart } from '../../src/services/imports/import-parts.ts';
import { readWaves } from '../../src/services/waves/read-waves.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-pages-'));
let desk: TestConsole;
let operator: Browser;
let viewer: Browser;
beforeAll(async () => {
  desk = await openConsole();
  await ledgerRows(context().database.engine).connection('ats');
  operator = await desk.signedIn('operator');
  viewer = await desk.signedIn('viewer');
}, 60_000);
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const context = () => desk.service.context;
const figures = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/<data value="([\d.]+)" data-figure="([^"]+)"/g)].map(([, value, of]) => [of, Number(value)]),
  );
/** What is there to read. */
const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"');

describe('imports', () => {
  /** More than is taken at once, so that it can be broken off between. */
  const lines = limits.importLinesAtOnce + 20;
  const rows = Array.from({ length: lines }, (_, nth) => {
    const email = nth % 50 === 7 ? 'not an address of zora' : `zora${nth}@example.com`;
    return `a${nth},${nth % 100 === 3 ? 'Nirvana' : 'Phone screen'},2026-01-15,${email}`;
  });
  const wanted = (name: string, more: Partial<FileImport> = {}): FileImport => ({
    path: join(folder, name),
    format: 'csv',
    connection: 'ats',
    machine: 'application',
    states: { 'Phone screen': 'active.screening.invited', 'On ice': 'on_hold' },
    writeBack: false,
    errorsPath: join(folder, `${name}.errors.csv`),
    actor: by.actor,
    ...more,
  });

  test('there are none: the page says how to begin one', async () => {
    const { status, text } = await viewer.get('/imports');
    expect([status, plain(text).includes('Nothing was imported yet')]).toEqual([200, true]);
    expect(plain(text)).toContain('interlock import applications.csv');
  });

  test('one that was broken off says so, and its command goes on where it stopped, with exact totals', async () => {
    writeFileSync(join(folder, "what's left.csv"), `id,state,since,candidate.email\n${rows.join('\n')}\n`);
    const file = wanted("what's left.csv");
    const cut = importFile(context(), file, () => {
      throw new Error('pulled the plug');
    });
    await expect(cut).rejects.toThrow('pulled the plug');
    const running = plain((await viewer.get('/imports')).text);
    expect(running).toContain('Running');
    await sql`update import set moved_at = moved_at - interval '3 minutes'`.execute(context().database.engine);
    const list = (await viewer.get('/imports')).text;
    expect(plain(list)).toContain('Stopped');
    const address = /href="(\/imports\/imp_\w+)"/.exec(list)?.[1] ?? '';
    const stopped = (await viewer.get(address)).text;
    expect(figures(stopped)['import.lines']).toBe(limits.importLinesAtOnce);
    expect(stopped).toContain(`data-live="imports"`);
    // Words as a shell takes them apart, each state as it was given, whatever its order.
    const command = /<pre class="command"[^>]*><code>(.*?)<\/code>/s.exec(stopped)?.[1] ?? '';
    expect(plain(command)).toBe(
      `interlock import '${folder}/what'\\''s left.csv' --connection ats --state 'On ice=on_hold' --state 'Phone screen=active.screening.invited'`,
    );
    const states = { 'On ice': 'on_hold', 'Phone screen': 'active.screening.invited' };
    expect(await importFile(context(), { ...file, states })).toMatchObject({ kind: 'resumed', lines });
    const done = await viewer.get(address);
    const broken = (every: number, at: number) => rows.filter((_, nth) => nth % every === at).length;
    const errors = broken(50, 7) + broken(100, 3);
    expect(figures(done.text)).toEqual({
      'import.lines': lines,
      'import.created': lines - errors,
      'import.known': 0,
      'import.errors': errors,
      'import.rule.unknown_state': broken(100, 3),
      'import.rule.wrong_type': broken(50, 7),
    });
    // Line 5 is the fourth subject, behind the header; nothing of what stood there is told.
    expect(plain(done.text)).toMatch(/5Unknown state"state" must be a state/);
    expect(done.text).not.toMatch(/zora|Nirvana/);
    expect(done.text).not.toContain('data-live');
    expect(done.text).not.toContain('class="command"');
    expect(plain(done.text)).toContain('Done');
  }, 30_000);

  test('the errors can be taken along by who has the right, once more without what stood there, and that is on record', async () => {
    const address = /href="(\/imports\/imp_\w+)"/.exec((await viewer.get('/imports')).text)?.[1] ?? '';
    expect((await viewer.get(`${address}/errors.csv`)).status).toBe(403);
    const taker = await desk.signedIn('viewer');
    await desk.accounts.setRights(taker.id, ['export'], by);
    // What somebody may do changes with her next session.
    await taker.post('/sign-in', { email: taker.email, password });
    expect((await taker.get(address)).text).toContain(`${address}/errors.csv`);
    const { text, headers } = await taker.get(`${address}/errors.csv`);
    expect(headers.get('content-type')).toContain('text/csv');
    expect(text).toContain('line,rule,what to do');
    expect(text.match(/\d+,unknown_state,/g)).toHaveLength(6);
    expect(text).not.toMatch(/zora|Nirvana/);
    const { items } = await readAudit(context().database.engine, { objectKind: 'list' });
    expect(items[0]).toMatchObject({ object_id: 'import-errors', detail: { filter: { import: address.slice(9) } } });
  });

  test('one that comes in parts says the next call, and what is known already', async () => {
    const begun = await beginImport(context(), {
      ...{ connection: 'ats', machine: 'application', source: 'nightly', fingerprint: 'e'.repeat(64), states: {} },
      ...{ writeBack: false, actor: { kind: 'client', id: 'cli_nobody' } },
    });
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    const line = (id: string) => ({ id, state: 'active.triage', since: '2026-01-15' });
    await takePart(context(), begun.row.id, 1, [line('p1'), line('p1'), {}], {});
    const { text } = await viewer.get(`/imports/${begun.row.id}`);
    expect(figures(text)).toMatchObject({
      'import.lines': 3,
      'import.created': 1,
      'import.known': 1,
      'import.errors': 1,
    });
    // One line broke three rules, and is one line at each of them.
    expect(Object.entries(figures(text)).filter(([name]) => name.startsWith('import.rule.'))).toHaveLength(3);
    expect(plain(text)).toContain(`POST /v1/imports/${begun.row.id}/lines\n{ "from": 4, "lines": [ … ] }`);
  });

  test('no more errors are kept than so many, however many there are', async () => {
    const begun = await beginImport(context(), {
      ...{ connection: 'ats', machine: 'application', source: 'all wrong', fingerprint: 'd'.repeat(64), states: {} },
      ...{ writeBack: false, actor: by.actor },
    });
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    const wrong = Array.from({ length: 400 }, (_, nth) => ({ id: `w${nth}` }));
    for (const part of [0, 1]) await takePart(context(), begun.row.id, part * 400 + 1, wrong, {});
    const kept = await context()
      .database.reports.selectFrom('import_error')
      .select('place')
      .where('import_id', '=', begun.row.id)
      .execute();
    expect(kept.map(({ place }) => place).sort((one, other) => one - other)).toEqual(
      Array.from({ length: limits.importErrorsKeptMax }, (_, nth) => nth + 1),
    );
    const { text } = await viewer.get(`/imports/${begun.row.id}`);
    expect(figures(text)).toMatchObject({
      'import.errors': 800,
      'import.rule.missing_state': 800,
      'import.rule.missing_since': 800,
    });
    expect(plain(text)).toContain('The first 25 of 800 lines');
  }, 30_000);

  test('older ones are on the next page, and what nobody knows is not there', async () => {
    await sql`insert into import (id, source, fingerprint, status, started_at) select 'imp_' || lpad(n::text, 26, '0'), 'old ' || n, n::text, 'done', now() - interval '1 year' from generate_series(1, ${limits.pageRowsDefault}) n`.execute(
      context().database.engine,
    );
    const seen: string[] = [];
    let path: string | undefined = '/imports';
    for (let nth = 0; path !== undefined && nth < 5; nth += 1) {
      const { text } = await viewer.get(path);
      seen.push(...[...text.matchAll(/href="\/imports\/(imp_\w+)"/g)].map(([, id]) => id ?? ''));
      path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect([seen.length, new Set(seen).size]).toEqual([limits.pageRowsDefault + 3, limits.pageRowsDefault + 3]);
    expect((await viewer.get(`/imports/imp_${'0'.repeat(26)}`)).status).toBe(404);
    expect((await viewer.get('/imports?after=nonsense')).status).toBe(200);
  });
});

describe('waves', () => {
  const place = '/waves/ats';
  const wave = async () => (await readWaves(context())).find((one) => one.connection === 'ats');
  const send = (act: string, fields: Record<string, string>, who = operator) =>
    who.post(`${place}/${act}`, { reason: 'go-live plan', ...fields });
  const lastChange = async () =>
    (await readAudit(context().database.engine, { objectKind: 'connection', objectId: 'ats' })).items[0];

  test('what is in no wave is live; who only reads is offered nothing', async () => {
    const list = plain((await viewer.get('/waves')).text);
    expect(list).toContain('never in waves');
    expect((await viewer.get(place)).text).not.toContain('<form method="post" action="/waves');
    expect((await viewer.post(`${place}/phase`, { to: 'shadow', reason: 'x' })).status).toBe(403);
    expect((await viewer.get('/waves/nobody')).status).toBe(404);
    expect((await operator.post('/waves/nobody/phase', { to: 'shadow', reason: 'x' })).status).toBe(404);
  });

  test('is watched with a reason, which is on record; without one nothing happens', async () => {
    const without = await send('phase', { to: 'shadow', reason: ' ' });
    expect([without.status, plain(without.text).includes('Say why')]).toEqual([422, true]);
    expect((await send('phase', { to: 'everywhere' })).status).toBe(422);
    expect((await wave())?.since).toBeNull();
    const sent = await send('phase', { to: 'shadow' });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `${place}?said=shadow`]);
    expect(plain((await operator.get(`${place}?said=shadow`)).text)).toContain('It is only watched from now on');
    expect(await wave()).toMatchObject({ phase: 'shadow', next: 'pilot' });
    expect(await lastChange()).toMatchObject({
      action: 'wave.changed',
      actor_kind: 'account',
      detail: { from: 'live', to: 'shadow', reason: 'go-live plan' },
    });
  });

  test('shows each gate beside its bound, and what is missing in words', async () => {
    const text = plain((await viewer.get(place)).text);
    expect(text).toContain('7 more days in this phase');
    expect(text).toContain('100 more comparisons with what people do there');
    expect(text).toContain('nothing could be compared yet: at least 90.0 % must be alike');
    expect(text).toMatch(/Days in this phase\?Whole days since the phase begannot yet0at least 7/);
    expect(text).toMatch(/Shows something else\?[^%]*passed0.0 %at most 5.0 %/);
    // The list is made anew every few seconds.
    await expect
      .poll(async () => plain((await viewer.get('/waves')).text), { timeout: 15_000 })
      .toContain('Days in this phase: 0 of at least 7');
  });

  test('a pilot is refused in words while gates are not passed, and what was chosen stays', async () => {
    const rows = ledgerRows(context().database.engine);
    const db = context().database.engine;
    for (const region of ['EMEA', '<i>Mars</i>'])
      await db
        .updateTable('subject')
        .set({ region })
        .where('id', '=', await rows.subject())
        .execute();
    const refused = await send('phase', { to: 'pilot', 'regions=EMEA': 'on', requisitionTypes: 'hourly, seasonal' });
    expect(refused.status).toBe(422);
    expect(plain(refused.text)).toContain('Nothing was changed. days in this phase: 0, at least 7');
    expect(refused.text).toMatch(/name="regions=EMEA" value="on" checked/);
    expect(refused.text).toContain('value="hourly, seasonal"');
    expect(refused.text).toContain('name="regions=&lt;i&gt;Mars&lt;/i&gt;"');
    expect(refused.text).not.toContain('name="override"');
    const override = await send('phase', { to: 'pilot', 'regions=EMEA': 'on', override: 'on' });
    expect([override.status, plain(override.text).includes('Only an admin')]).toEqual([422, true]);
    expect((await wave())?.within).toBe('shadow');
  });

  test('an admin takes it upon her, for those who were chosen', async () => {
    const admin = await desk.signedIn('admin');
    expect((await admin.get(place)).text).toContain('name="override"');
    const nobody = await send('phase', { to: 'pilot', override: 'on' }, admin);
    expect([nobody.status, plain(nobody.text).includes('A pilot names regions')]).toEqual([422, true]);
    const fields = { to: 'pilot', 'regions=EMEA': 'on', requisitionTypes: 'hourly, seasonal', override: 'on' };
    expect((await send('phase', { ...fields, asked: 'catchUp', catchUp: 'on' }, admin)).status).toBe(303);
    const pilot = { regions: ['EMEA'], requisitionTypes: ['hourly', 'seasonal'] };
    expect(await wave()).toMatchObject({ phase: 'pilot', catchUp: true, pilot });
    expect((await lastChange())?.detail).toMatchObject({ to: 'pilot', override: 'go-live plan', pilot });
    const text = plain((await viewer.get(place)).text);
    expect(text).toContain('The pilot is about types of requisition: hourly, seasonal; regions: EMEA.');
    expect(text).toContain('no write has ended yet: at least 99.0 % must be confirmed');
    // What is not asked stays as it was.
    expect((await send('phase', { to: 'pilot', regions: 'AMER' })).status).toBe(303);
    expect(await wave()).toMatchObject({ catchUp: true, pilot: { regions: ['AMER'] } });
  });

  test('is held and let go on, each once', async () => {
    expect((await send('hold', { reason: 'Wrong stages' })).headers.get('location')).toBe(`${place}?said=hold`);
    const held = await viewer.get(place);
    expect(plain(held.text)).toContain('held in pilot');
    expect(plain(held.text)).toMatch(/Writing was stopped just now: Wrong stages/);
    expect((await send('resume', {})).status).toBe(303);
    const again = await send('resume', {});
    expect([again.status, plain(again.text).includes('Nothing was changed. It is not held.')]).toEqual([422, true]);
    expect((await wave())?.held).toBeNull();
  });

  test('is not changed from a page that shows what is no more', async () => {
    const shown = (await operator.get(place)).text;
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(shown)?.[1] ?? 'not there';
    const seen = { since: hidden('since'), held: hidden('held') };
    expect(seen).toEqual({ since: (await wave())?.since, held: '' });
    expect((await send('hold', { ...seen, reason: 'Somebody was first' })).status).toBe(303);
    for (const [act, fields] of [
      ['hold', {}],
      ['phase', { to: 'live' }],
    ] as const) {
      const late = await send(act, { ...fields, ...seen });
      expect([late.status, plain(late.text).includes('It was changed meanwhile: it is pilot, and held')]).toEqual([
        422,
        true,
      ]);
    }
    expect((await send('resume', {})).status).toBe(303);
  });

  test('does not go back while writes are open, and says how many', async () => {
    const rows = ledgerRows(context().database.engine);
    const writeback = await rows.writeback(await rows.subject(), 'ats', { status: 'ready' });
    const refused = await send('phase', { to: 'shadow' });
    expect([refused.status, plain(refused.text).includes('1 lanes still hold writes')]).toEqual([422, true]);
    await sql`update lane set done_seq = next_seq where connection_id = 'ats'`.execute(context().database.engine);
    expect([writeback.slice(0, 4), (await send('phase', { to: 'shadow' })).status]).toEqual(['wrb_', 303]);
    expect(await wave()).toMatchObject({ phase: 'shadow', within: 'shadow' });
  });
});
