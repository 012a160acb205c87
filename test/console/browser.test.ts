// The pages in a real browser: signing in, no word from the content policy, axe finds nothing, keyboard, narrow windows, one sheet of paper.
import { existsSync, readFileSync } from 'node:fs';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';
import { axeFaults } from './axe.ts';
import { playSeason } from './season.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const required = process.env.CI === 'true';
if (!program)
  process.stderr.write(
    'test/console/browser.test.ts: no Chromium here, so the pages were NOT looked at in a browser.\n',
  );

test.runIf(required)('there is a Chromium where the whole suite must run', () => expect(program).toBeDefined());

const pages = {
  states: '/?period=30d',
  refused: '/?period=30d&show=refused',
  unconfirmed: '/?period=30d&show=unconfirmed',
  overview: '/overview?period=30d',
  list: '/machines/application/2/list?of=here&state=active.triage',
  'empty list': '/machines/application/2/list?of=here&state=active.offer.declined',
  stuck: '/stuck',
  'stuck, narrowed': '/stuck?cause=write_unconfirmed&owner=recruiting+operations',
  'nothing stuck': '/stuck?region=Nowhere',
  applications: '/applications',
  'no applications': '/applications?region=Nowhere',
  acts: '/acts',
  waves: '/waves',
  'a wave': '/waves/greenhouse-eu',
  imports: '/imports',
  writebacks: '/writebacks',
  'confirmed writebacks': '/writebacks?status=confirmed',
  'no writebacks': '/writebacks?state=nowhere',
  connections: '/connections',
  'a connection': '/connections/greenhouse-eu',
  agreement: '/agreement',
  dictionary: '/dictionary',
  'an element': '/dictionary/screening.score',
  'refused events': '/events?period=30d',
  'quarantined events': '/events?tab=quarantined',
  incidents: '/incidents',
  'settled incidents': '/incidents?status=settled',
  machines: '/machines',
  'a comparison': '/machines/application/2/diff/1',
  'history replayed': '/machines/application/2/replay',
  signatures: '/machines/application/2/release',
  'signatures on the dictionary': '/dictionary/1/release',
  audit: '/audit',
  'no entries': '/audit?actor=nobody',
  access: '/access',
  account: '/account',
  alerts: '/alerts',
  'a rule': '/alerts/rules/confirmed-rate',
  'a new rule': '/alerts/rules?watches=stuck',
  help: '/help',
  published: '/published/application/2',
  'all published': '/published',
  nowhere: '/no-such-page',
};

describe.runIf(program)('in Chromium', () => {
  let desk: TestConsole;
  let server: RunningServer;
  let browser: Chromium;
  const complaints: string[] = [];

  beforeAll(async () => {
    desk = await openConsole();
    await playSeason(desk.service.context.database.engine);
    await desk.prepare();
    server = await startServer(desk.app.fetch, '127.0.0.1', 0);
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
    await desk?.[Symbol.asyncDispose]();
  });

  /** A window that is signed in; what the console of the browser complains about is kept. */
  async function open(options: Parameters<Chromium['newContext']>[0] = {}): Promise<Page> {
    const { email } = await desk.account('admin');
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (message) => {
      // A page that is not there is answered 404, which browsers note.
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/sign-in`);
    await page.fill('[name=email]', email);
    await page.fill('[name=password]', password);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/`);
    return page;
  }

  /** What a round through all pages found: faults in either dress and in a narrow window, and how wide a page is there. */
  interface Round {
    light: Record<string, string[]>;
    dark: Record<string, string[]>;
    narrow: Record<string, string[]>;
    widths: Record<string, number>;
  }

  /** Each page is opened once and looked at in each of its forms; two windows share the work. */
  async function walk(): Promise<Round> {
    const viewport = { width: 1300, height: 900 };
    const narrow = { width: 400, height: 800 };
    const round: Round = { light: {}, dark: {}, narrow: {}, widths: {} };
    const left = Object.entries(pages);
    const look = async (page: Page, name: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.waitForFunction(`matchMedia('(prefers-color-scheme: ${colorScheme})').matches`, undefined, {
          polling: 20,
        });
        const here = await axeFaults(page);
        if (here.length > 0) round[colorScheme][name] = here;
      }
      await page.setViewportSize(narrow);
      await page.waitForFunction(`innerWidth === ${narrow.width}`, undefined, { polling: 20 });
      round.widths[name] = await page.evaluate<number>('document.documentElement.scrollWidth');
      const cramped = await axeFaults(page);
      if (cramped.length > 0) round.narrow[name] = cramped;
      await page.setViewportSize(viewport);
      await page.waitForFunction(`innerWidth === ${viewport.width}`, undefined, { polling: 20 });
    };
    const visit = async (page: Page): Promise<Page> => {
      for (let next = left.shift(); next; next = left.shift()) {
        await page.goto(`${server.url}${next[1]}`);
        await look(page, next[0]);
      }
      return page;
    };
    // Nothing moves, so no frame has to be waited for: of two windows Chromium may draw one for minutes and not the other.
    const still = { viewport, reducedMotion: 'reduce' } as const;
    const windows = [await open(still), await open(still)];
    const [page] = await Promise.all(windows.map(visit));
    if (page) {
      await page.context().clearCookies();
      await page.goto(`${server.url}/sign-in`);
      await look(page, 'sign-in');
    }
    for (const one of windows) await one.context().close();
    return round;
  }

  let round: Promise<Round> | undefined;
  const walked = (): Promise<Round> => (round ??= walk());

  test.each(['light', 'dark', 'narrow'] as const)(
    'axe finds nothing on any page, %s',
    async (form) => expect((await walked())[form]).toEqual({}),
    240_000,
  );

  test('nothing is wider than a window of 400 px, and nothing is cut off', async () => {
    const { widths } = await walked();
    expect(Object.keys(widths).sort()).toEqual([...Object.keys(pages), 'sign-in'].sort());
    expect(
      Object.values(widths).filter((width) => width > 400),
      JSON.stringify(widths),
    ).toEqual([]);
  }, 60_000);

  test('the keyboard gets past the navigation, to each state, and from there to its list', async () => {
    const page = await open({ viewport: { width: 1300, height: 900 } });
    await page.goto(`${server.url}${pages.states}`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const reached = new Set<string>();
    for (let nth = 0; nth < 80; nth += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        (await page.evaluate<string | undefined>(
          `document.activeElement?.querySelector(':scope > title')?.textContent`,
        )) ?? '',
      );
      if ([...reached].some((label) => label.startsWith('Triage, '))) break;
    }
    expect([...reached].join('\n')).toContain('Triage, Recruiter, 2 days, ATS: 9 here');
    // The focus can be seen: the state's own border changes.
    const stroke = await page.evaluate(`getComputedStyle(document.activeElement.querySelector('.card')).strokeWidth`);
    expect(stroke).toBe('3px');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/list\?/);
    expect(await page.locator('main tbody tr').count()).toBe(9);
    await page.context().close();
  }, 60_000);

  test('a choice takes effect at once, and an explanation opens and closes with a key', async () => {
    const page = await open();
    await page.goto(`${server.url}/overview`);
    await page.selectOption('[name=period]', '30d');
    await page.waitForURL(/period=30d/);
    await page.focus('.why');
    await page.keyboard.press('Enter');
    expect(await page.locator('.meaning:popover-open').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await page.locator('.meaning:popover-open').count()).toBe(0);
    await page.context().close();
  }, 60_000);

  test('figures renew themselves under the hands of the reader', async () => {
    const page = await open();
    await page.clock.install();
    await page.goto(`${server.url}${pages.states}`);
    const row = page.locator('tbody tr', { hasText: 'Declined' });
    expect(await row.locator('a[href*="of=here"]').count()).toBe(0);
    const db = desk.service.context.database.engine;
    const moved = await db.selectFrom('subject').select('id').where('state', '=', 'on_hold').executeTakeFirstOrThrow();
    await db.updateTable('subject').set({ state: 'active.offer.declined' }).where('id', '=', moved.id).execute();
    // The page asks again every 20 seconds of its own clock; the service keeps figures for a few seconds of its own.
    await expect
      .poll(
        async () => {
          await page.clock.runFor(21_000);
          return row.locator('a[href*="of=here"]').count();
        },
        { timeout: 25_000, interval: 500 },
      )
      .toBe(1);
    await page.context().close();
  }, 60_000);

  test('the diagram can be taken along as PNG', async () => {
    const page = await open();
    await page.goto(`${server.url}${pages.states}`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button[data-png]')]);
    expect(download.suggestedFilename()).toBe('application-v2.png');
    const file = readFileSync(await download.path());
    expect(file.subarray(1, 4).toString()).toBe('PNG');
    // Twice the size of the picture: width and height are in bytes 16 to 23.
    expect(file.readUInt32BE(16)).toBeGreaterThan(2_500);
    await page.context().close();
  }, 60_000);

  test.each(['A4', 'A3'] as const)(
    'the published page prints its diagram on one sheet of %s',
    async (format) => {
      const page = await open();
      await page.goto(`${server.url}${pages.published}`);
      // Without what follows the diagram, all of it must fit on the first sheet.
      await page.evaluate(`
        for (const one of document.querySelectorAll('.diagram ~ *')) one.remove();
        document.querySelector('.diagram').className = 'diagram last';
      `);
      const paper = (
        await page.pdf({ format, margin: { top: '10mm', bottom: '10mm', left: '10mm', right: '10mm' } })
      ).toString('latin1');
      const sheets = paper.match(/\/Type\s*\/Page[^s]/g)?.length;
      expect(sheets).toBe(1);
      await page.context().close();
    },
    60_000,
  );

  test('the content policy had nothing to complain about, and no script failed', () => {
    expect(complaints).toEqual([]);
  });
});
