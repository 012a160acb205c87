// Hostile texts on every page in a real browser: nothing asks, nothing fails, the content policy has nothing to report, nothing is fetched from elsewhere.
import { existsSync } from 'node:fs';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/console/routes.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';
import { addressesOf } from './hostile/addresses.ts';
import { corpus } from './hostile/corpus.ts';
import { plant } from './hostile/plant.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (!program)
  process.stderr.write(
    'test/console/escaping-browser.test.ts: no Chromium here, so hostile texts were NOT looked at in a browser.\n',
  );
test.runIf(process.env.CI === 'true')('there is a Chromium where the whole suite must run', () =>
  expect(program).toBeDefined(),
);

describe.runIf(program)('in Chromium', () => {
  let desk: TestConsole;
  let server: RunningServer;
  let browser: Chromium;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    desk = await openConsole();
    await desk.prepare();
    await plant(desk);
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
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
    await desk?.[Symbol.asyncDispose]();
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
