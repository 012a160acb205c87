// Text that means harm stays text: a corpus of it through every part and every page that shows what others wrote.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StateName } from '../../src/console/flow/table.tsx';
import { DataTable } from '../../src/console/parts/data-table.tsx';
import { EmptyState } from '../../src/console/parts/empty-state.tsx';
import { Explained } from '../../src/console/parts/explained.tsx';
import { Choice, Field, PostForm } from '../../src/console/parts/form.tsx';
import { Notice } from '../../src/console/parts/notice.tsx';
import { Tile } from '../../src/console/parts/tile.tsx';
import { routes } from '../../src/console/routes.ts';
import { type Browser, openConsole, publicUrl, type TestConsole } from '../support/console.ts';
import { addressesOf } from './hostile/addresses.ts';
import { corpus, mark } from './hostile/corpus.ts';
import { faultsOf } from './hostile/only-text.ts';
import { type Planted, plant } from './hostile/plant.ts';

const harmless = (html: string): void => expect(faultsOf('text/html', html)).toEqual([]);

describe.each(corpus.map((text) => [text]))('%j', (text) => {
  test.each([
    [
      'table',
      () => (
        <DataTable caption={text} columns={[{ head: text, meaning: text }, { head: text }]} rows={[[text, text]]} />
      ),
    ],
    ['empty table', () => <DataTable caption={text} columns={[]} rows={[]} empty={text} />],
    ['empty state', () => <EmptyState>{text}</EmptyState>],
    ['notice', () => <Notice tone="bad">{text}</Notice>],
    [
      'explained',
      () => (
        <Explained id="a" meaning={text}>
          {text}
        </Explained>
      ),
    ],
    ['field', () => <Field name="a" label={text} autocomplete="off" value={text} hint={text} />],
    ['choice', () => <Choice name="a" label={text} value={text} options={[[text, text]]} />],
    [
      'form',
      () => (
        <PostForm action="/a" who={null}>
          {text}
        </PostForm>
      ),
    ],
    ['tile', () => <Tile id="a" label={text} value={text} meaning={text} note={text} />],
    ['state', () => <StateName path={`a.${text}.${text}`} />],
  ] as const)('in a %s', (_, draw) => {
    const html = String(draw());
    expect(html.length).toBeGreaterThan(5);
    harmless(html);
  });
});

describe('on pages', () => {
  let desk: TestConsole;
  let planted: Planted;
  beforeAll(async () => {
    desk = await openConsole();
    await desk.prepare();
    planted = await plant(desk);
  }, 240_000);
  afterAll(async () => desk[Symbol.asyncDispose]());

  test('the corpus is large, and every door took most of it', () => {
    expect(new Set(corpus).size).toBeGreaterThanOrEqual(60);
    expect(corpus.filter((text) => !text.includes(mark))).toEqual([]);
    const { events = 0, webhooks = 0, notes = 0, proposals } = planted.taken;
    expect(proposals).toBe(1);
    expect(events).toBeGreaterThan(corpus.length);
    expect(webhooks).toBe(corpus.length * 3);
    expect(notes).toBeGreaterThan(corpus.length / 2);
  });

  test.each(routes.filter(({ method }) => method === 'GET').map((route) => [route.path, route] as const))(
    '%s shows it as text',
    async (path, route) => {
      // Another few texts in the address of each page, so that all of them come by turns.
      const begin = (routes.indexOf(route) * 5) % corpus.length;
      const addresses = await addressesOf(route, desk.service.context, [...corpus, ...corpus].slice(begin, begin + 2));
      const statuses: number[] = [];
      for (const address of addresses) {
        const { status, type, text } = await visit(planted.browser, address);
        statuses.push(status);
        expect([address, status < 500]).toEqual([address, true]);
        expect([address, faultsOf(type, text)]).toEqual([address, []]);
      }
      if (!withoutSuccess.includes(path)) expect(statuses.some((one) => one < 400)).toBe(true);
    },
    60_000,
  );

  test('what nobody answers repeats nothing as markup', async () => {
    for (const text of corpus) {
      const { text: page } = await planted.browser.get(`/${encodeURIComponent(text)}`);
      harmless(page);
      harmless(
        (await planted.browser.get(`/sign-in?next=${encodeURIComponent(text)}&said=${encodeURIComponent(text)}`)).text,
      );
    }
  });

  test.each([
    ['/machines/application/1/list?of=refused&state=active.triage', '&lt;script zq7&gt;'],
    ['/stuck', '&lt;'],
    ['/incidents', '&lt;'],
    ['/events', '&lt;'],
    ['/writebacks', '&lt;'],
    ['/audit', 'zq7'],
    ['/audit.csv', "'=1+1+cmd|"],
    ['/stuck.csv', 'zq7'],
  ])('the corpus did get to %s', async (path, wanted) => {
    expect((await planted.browser.get(path)).text).toContain(wanted);
  });

  /** A page as a browser gets it; of a stream that does not end, only its head. */
  async function visit(browser: Browser, address: string): Promise<{ status: number; type: string; text: string }> {
    const headers = { accept: 'text/html', cookie: `__Host-interlock=${browser.cookie}` };
    let answer = await desk.app.request(`${publicUrl}${address}`, { headers });
    // "Not now" on a machine that has much else to do is no answer yet.
    for (let round = 0; answer.status === 503 && round < 5; round += 1)
      answer = await desk.app.request(`${publicUrl}${address}`, { headers });
    const type = answer.headers.get('content-type') ?? '';
    if (!type.includes('event-stream')) return { status: answer.status, type, text: await answer.text() };
    await answer.body?.cancel();
    return { status: answer.status, type, text: '' };
  }
});

/** Links that were never good, and what only the answer to a form leads to. */
const withoutSuccess = ['/setup/:link', '/password/:link', '/acts/:act', '/alerts/rules/:rule', '/live'];

describe('the look for markup finds it', () => {
  test.each([
    ['text/html', '<p>a</p><script zq7>alert(1)</script>'],
    ['text/html', '<p title="a" zq7="">b</p>'],
    ['text/html', '<a href="javascript:alert(1)">a</a>'],
    ['text/html', '<a href="//evil.example/">a</a>'],
    ['text/html', '<img src="/a" onerror="alert(1)">'],
    ['text/html', '<p style="color:red">a</p>'],
    ['text/html', '<p>1 < 2</p>'],
    ['text/html', "<p title='a'>b</p>"],
    ['text/html', '<svg><foreignObject></foreignObject></svg>'],
    ['image/svg+xml', '<svg><script>alert(1)</script></svg>'],
    ['image/svg+xml', '<svg onload="alert(1)"></svg>'],
    ['text/csv', 'a,b\r\n1,=1+1\r\n'],
    ['text/csv', 'a\r\n"@sum(1)"\r\n'],
  ])('%s: %s', (type, text) => {
    expect(faultsOf(type, text)).not.toEqual([]);
  });

  test('and nothing where there is none', () => {
    expect(
      faultsOf(
        'text/html',
        '<!doctype html><p class="a">&lt;script zq7&gt; <a href="/b?c=zq7">x</a><input checked=""/></p>',
      ),
    ).toEqual([]);
    expect(faultsOf('text/csv', "a,b\r\n-12.5,'=1\r\n")).toEqual([]);
  });
});
