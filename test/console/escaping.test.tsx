// Text that means harm stays text: a corpus of it through every part and every page that shows what others wrote, read as text and in a real browser.
import { existsSync } from 'node:fs';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StateName } from '../../src/console/flow/table.tsx';
import { DataTable } from '../../src/console/parts/data-table.tsx';
import { EmptyState } from '../../src/console/parts/empty-state.tsx';
import { Explained } from '../../src/console/parts/explained.tsx';
import { Choice, Field, PostForm } from '../../src/console/parts/form.tsx';
import { Notice } from '../../src/console/parts/notice.tsx';
import { Tile } from '../../src/console/parts/tile.tsx';
import { routes } from '../../src/console/routes.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type Browser, openConsole, password, publicUrl, type TestConsole } from '../support/console.ts';
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

let desk: TestConsole;
let planted: Planted;
beforeAll(async () => {
  desk = await openConsole();
  await desk.prepare();
  planted = await plant(desk);
}, 240_000);
afterAll(async () => desk[Symbol.asyncDispose]());

describe('on pages', () => {
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

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (!program)
  process.stderr.write(
    'test/console/escaping.test.tsx: no Chromium here, so hostile texts were NOT looked at in a browser.\n',
  );
test.runIf(process.env.CI === 'true')('there is a Chromium where the whole suite must run', () =>
  expect(program).toBeDefined(),
);

/** The same pages in a real browser: nothing asks, nothing fails, the content policy has nothing to report, nothing is fetched from elsewhere. */
describe.runIf(program)('in Chromium', () => {
  let server: RunningServer;
  let browser: Chromium;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startServer(desk.app.fetch, '127.0.0.1', 0);
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    page = await (await browser.newContext({ viewport: { width: 1300, height: 900 } })).newPage();
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => complaints.push(`a script failed: ${error.message}`));
    page.on('console', (message) => {
      // A page that is not there is answered 404, which browsers note.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('blob:'))
        complaints.push(`asked elsewhere: ${request.url().slice(0, 100)}`);
    });
    await page.goto(`${server.url}/sign-in`);
    await page.fill('[name=email]', 'hostile@example.com');
    await page.fill('[name=password]', password);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/`);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
  });

  const shown = routes.filter(({ method, path }) => method === 'GET' && !/\.csv$|\.json$|^\/live$/.test(path));
  test.each(shown.map((route) => [route.path, route] as const))(
    '%s',
    async (_, route) => {
      const begin = (routes.indexOf(route) * 7) % corpus.length;
      const addresses = await addressesOf(route, desk.service.context, [...corpus, ...corpus].slice(begin, begin + 1));
      // One of each kind is enough here: every one is read as text by the other test.
      for (const address of [addresses[0] ?? route.path, addresses.at(-1) ?? route.path]) {
        await page.goto(`${server.url}${address}`, { waitUntil: 'load' });
        const fields = await page.evaluate<number>(`document.querySelectorAll('[zq7],[onerror],[onload],zq7').length`);
        expect([address, fields, complaints]).toEqual([address, 0, []]);
      }
    },
    60_000,
  );

  test('what a text would do is seen here', async () => {
    const bare = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    bare.on('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await bare.setContent(`<p>${corpus[4]}</p>`);
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(1);
    await bare.context().close();
  });
});
