// The frame: what is in its menus for whom, keys that lead where they say, parts that renew themselves calmly, and the size of our script.
import { existsSync } from 'node:fs';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { script } from '../../src/console/assets/script.ts';
import { navigation } from '../../src/console/navigation.tsx';
import { routes } from '../../src/console/routes.ts';
import { roleNames } from '../../src/core/access/roles.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';
import { axeFaults } from './axe.ts';

test('our own script is small', () => expect(Buffer.byteLength(script)).toBeLessThan(50_000));

describe('the navigation', () => {
  const entries = (roles: readonly string[]) => navigation(routes, roles).flatMap(({ entries: all }) => all);

  test.each(roleNames)('of %s has every page of theirs once, and few things side by side', (role) => {
    const mine = routes.flatMap((route) =>
      route.roles !== 'public' && route.nav !== undefined && route.roles.includes(role) ? [route.path] : [],
    );
    expect(
      entries([role])
        .map(({ path }) => path)
        .sort(),
    ).toEqual(mine.sort());
    const beside = navigation(routes, [role]).reduce(
      (sum, { title, entries: all }) => sum + (title === null ? all.length : 1),
      0,
    );
    expect(beside).toBeLessThanOrEqual(8);
  });

  test('gives no two pages one key, and each page of it has one', () => {
    const keys = entries(roleNames).map(({ key }) => key);
    expect(keys.filter((key) => key === null)).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (!program)
  process.stderr.write('test/console/shortcuts.test.ts: no Chromium here, so keys and renewing were NOT tried.\n');
test.runIf(process.env.CI === 'true')('there is a Chromium where the whole suite must run', () =>
  expect(program).toBeDefined(),
);

describe.runIf(program)('in Chromium', () => {
  let desk: TestConsole;
  let server: RunningServer;
  let browser: Chromium;
  let page: Page;
  beforeAll(async () => {
    desk = await openConsole();
    server = await startServer(desk.app.fetch, '127.0.0.1', 0);
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
    });
    const { email } = await desk.account('admin');
    page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage();
    await page.goto(`${server.url}/sign-in?next=/overview`);
    await page.fill('[name=email]', email);
    await page.fill('[name=password]', password);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/overview`);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
    await desk?.[Symbol.asyncDispose]();
  });

  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

  test('g and a letter go to a page, ? shows the keys, and typing is typing', async () => {
    await page.goto(`${server.url}/help`);
    await press('g', 'o');
    await page.waitForURL(/\/overview$/);
    await press('?');
    expect(await page.locator('dialog#keys[open]').count()).toBe(1);
    await press('Escape');
    expect(await page.locator('dialog#keys[open]').count()).toBe(0);
    await press('g', 'l');
    await page.waitForURL(/\/alerts$/);
    await page.fill('[name=id]', '');
    await page.locator('[name=id]').first().pressSequentially('go/?');
    expect(await page.inputValue('[name=id]')).toBe('go/?');
    expect(page.url()).toMatch(/\/alerts$/);
  }, 60_000);

  test('slash goes to the search', async () => {
    await page.goto(`${server.url}/overview`);
    await press('/');
    await page.waitForURL(/\/applications/);
    await press('/');
    expect(await page.evaluate(`document.activeElement.matches('#search-term, input[type=search]')`)).toBe(true);
  }, 60_000);

  test('keys can be turned off, for good', async () => {
    await page.goto(`${server.url}/help`);
    await page.click('button[data-keys]');
    await page.reload();
    expect(await page.textContent('button[data-keys]')).toBe('Turn the keys on');
    await press('?');
    expect(await page.locator('dialog#keys[open]').count()).toBe(0);
    await page.click('button[data-keys]');
    await press('?');
    expect(await page.locator('dialog#keys[open]').count()).toBe(1);
    await press('Escape');
  }, 60_000);

  test('a menu opens with a key, one at a time, and closes with Escape, which leaves the focus where it was', async () => {
    await page.goto(`${server.url}/overview`);
    const [first, second] = await page.locator('details.menu summary').all();
    await first?.focus();
    await press('Enter');
    await second?.click();
    expect(await page.locator('details.menu[open]').count()).toBe(1);
    await press('Escape');
    expect(await page.locator('details.menu[open]').count()).toBe(0);
    expect(await page.evaluate(`document.activeElement.matches('details.menu summary')`)).toBe(true);
  }, 60_000);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing with a menu or the keys open, and nothing is too wide, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const found: Record<string, unknown> = {};
      const width = colorScheme === 'light' ? 1200 : 400;
      await page.setViewportSize({ width, height: 800 });
      for (const path of ['/alerts', '/alerts/rules?watches=stuck', '/help']) {
        await page.goto(`${server.url}${path}`);
        await page.locator('details.menu summary').first().click();
        const here = await axeFaults(page);
        await press('Escape', '?');
        here.push(...(await axeFaults(page)));
        if (here.length > 0) found[path] = here;
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (wide > width) found[`${path} is wider`] = wide;
      }
      await page.setViewportSize({ width: 1200, height: 800 });
      expect(found).toEqual({});
    },
    120_000,
  );

  test('what changed is on the page within seconds; what is open stays open, and the focus where it is', async () => {
    const listening = page.waitForResponse(/\/live\?topics=alerts$/);
    await page.goto(`${server.url}/alerts`);
    await listening;
    const row = page.locator('tr', { hasText: 'seal-lag' });
    await row.locator('a').focus();
    // As a reader opens a list: the page that is fetched knows nothing of it.
    await page.evaluate(`document.querySelector('#live section').setAttribute('open', '')`);
    const db = desk.service.context.database.engine;
    await db.updateTable('alert_rule').set({ enabled: false }).where('id', '=', 'seal-lag').execute();
    const asked = page.waitForRequest(/\/alerts$/, { timeout: 15_000 });
    await expect
      .poll(
        async () => {
          desk.service.context.changes.tell('alerts');
          return row.locator('.chip', { hasText: 'off' }).count();
        },
        { timeout: 15_000, interval: 500 },
      )
      .toBe(1);
    await asked;
    expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('/alerts/rules/seal-lag');
    expect(await page.locator('#live section[open]').count()).toBe(1);
  }, 60_000);

  test('however much changes, it is asked for every four seconds at most, and never under the hands of who reads an explanation', async () => {
    await page.goto(`${server.url}/alerts`);
    const asked: number[] = [];
    page.on('request', (request) => {
      if (request.headers()['hx-request']) asked.push(Date.now());
    });
    const noise = setInterval(() => desk.service.context.changes.tell('alerts'), 100);
    try {
      await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
      expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(3_500);
      await page.locator('main .why').first().click();
      const before = asked.length;
      const since = Date.now();
      await expect.poll(() => Date.now() - since, { timeout: 10_000, interval: 500 }).toBeGreaterThan(5_500);
      expect(asked.length).toBe(before);
      expect(await page.locator('.meaning:popover-open').count()).toBe(1);
    } finally {
      clearInterval(noise);
    }
  }, 60_000);
});
