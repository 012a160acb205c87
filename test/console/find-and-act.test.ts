// A person who knows only the README finds in at most three clicks from the overview why a candidate is stuck, whose turn it is, and acts.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';
import { ago, hour, type LedgerRows, ledgerRows, minute } from '../support/ledger-rows.ts';
import { axeFaults } from './axe.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const required = process.env.CI === 'true';
if (!program)
  process.stderr.write(
    'test/console/find-and-act.test.ts: no Chromium here, so nobody was seen to find and act in three clicks.\n',
  );

test.runIf(required)('there is a Chromium where the whole suite must run', () => expect(program).toBeDefined());

const clicksMax = 3;

describe.runIf(program)('from the overview', () => {
  let desk: TestConsole;
  let server: RunningServer;
  let browser: Chromium;
  let rows: LedgerRows;
  let dead: { subject: string; writeback: string };
  let differing: string;
  let held: string;
  beforeAll(async () => {
    desk = await openConsole();
    rows = ledgerRows(desk.service.context.database.engine);
    for (const id of ['greenhouse-eu', 'bamboohr', 'assessments']) await rows.connection(id);
    // All at once: the overview keeps its figures for some seconds.
    dead = await deadInTheAts();
    differing = await differingInTheHris();
    held = await heldByHand();
    await unhappyEvents();
    server = await startServer(desk.app.fetch, '127.0.0.1', 0);
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
    await desk?.[Symbol.asyncDispose]();
  });

  /** A window in which an operator is signed in and looks at the overview; every click is counted and kept as a picture. */
  async function visitor(story: string) {
    const { email } = await desk.account('operator');
    const page = await (await browser.newContext({ viewport: { width: 1300, height: 900 } })).newPage();
    await page.goto(`${server.url}/sign-in?next=/overview`);
    await page.fill('[name=email]', email);
    await page.fill('[name=password]', password);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/overview`);
    let clicks = 0;
    await picture(page, `${story}-${clicks}`);
    return {
      page,
      clicks: () => clicks,
      async click(found: ReturnType<Page['locator']>) {
        clicks += 1;
        await found.click();
        await page.waitForLoadState('load');
        await picture(page, `${story}-${clicks}`);
      },
    };
  }

  /** For whoever wants to look at the pages. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env.INTERLOCK_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** One candidate whose ATS gave up a write an hour ago; what came after waits behind it. */
  async function deadInTheAts(): Promise<{ subject: string; writeback: string }> {
    const subject = await rows.subject({ state: 'active.screening.completed' });
    await rows.transition(subject, 1, { to: 'active.screening.completed', recordedAt: ago(hour) });
    const writeback = await rows.writeback(subject, 'greenhouse-eu', {
      status: 'dead',
      reason: 'stage_not_found',
      createdAt: ago(hour),
      tries: 8,
    });
    for (const [nth, outcome] of ['retryable', 'retryable', 'refused'].entries())
      await rows.attempt(writeback, nth + 1, outcome, ago(hour - nth * minute));
    await rows.writeback(subject, 'greenhouse-eu', { status: 'ready', createdAt: ago(30 * minute) });
    await rows.writeback(subject, 'bamboohr', {
      status: 'confirmed',
      createdAt: ago(hour),
      settledAt: ago(hour - 2_000),
    });
    await rows.incident('dead_writeback', { subject, writeback, connection: 'greenhouse-eu', openedAt: ago(hour) });
    return { subject, writeback };
  }

  async function differingInTheHris(): Promise<string> {
    const subject = await rows.subject({ state: 'active.offer.extended' });
    await rows.writeback(subject, 'bamboohr', { status: 'confirmed', createdAt: ago(2 * hour) });
    return rows.incident('divergence', {
      subject,
      connection: 'bamboohr',
      openedAt: ago(2 * hour),
      owner: 'Recruiter',
      detail: { canonical: 'active.offer.extended', shows: 'rejected', rule: 'hold' },
    });
  }

  async function heldByHand(): Promise<string> {
    const subject = await rows.subject({ state: 'active.triage' });
    await rows.writeback(subject, 'assessments', { status: 'ready', createdAt: ago(3 * hour) });
    const db = desk.service.context.database.engine;
    await db
      .updateTable('lane')
      .set({ held_reason: 'operator: the tool is being moved', held_at: ago(3 * hour) })
      .where('subject_id', '=', subject)
      .execute();
    return subject;
  }

  /** Events that were not taken, one of each kind. */
  async function unhappyEvents(): Promise<void> {
    const { subject } = dead;
    await rows.event({
      subject,
      claim: 'offer.extended',
      code: 'illegal_transition',
      detail: {
        state: 'active.screening.completed',
        allowed: ['screening.passed', 'application.rejected'],
        detail: '"offer.extended" is not possible from "active.screening.completed"',
      },
      source: 'connection:greenhouse-eu',
      receivedAt: ago(20 * minute),
    });
    await rows.event({
      disposition: 'parked',
      parkedFor: 'subject',
      claim: 'screening.completed',
      receivedAt: ago(minute),
    });
    const event = await rows.event({
      disposition: 'quarantined',
      code: 'unknown_stage',
      detail: { stage: 'Sourced', detail: 'The stage "Sourced" is not mapped' },
      source: 'connection:greenhouse-eu',
      receivedAt: ago(5 * minute),
    });
    await rows.incident('quarantined_event', {
      event,
      connection: 'greenhouse-eu',
      owner: 'integration',
      detail: {
        code: 'unknown_stage',
        stage: 'Sourced',
        next: 'Map the stage "Sourced" in the settings of greenhouse-eu.',
      },
    });
  }

  test('a write that was given up: why, whose turn, and it is redriven', async () => {
    const { subject, writeback } = dead;
    const { page, click, clicks } = await visitor('given-up');
    await click(page.getByRole('link', { name: /Writing to greenhouse-eu was given up/ }).first());
    expect(page.url()).toBe(`${server.url}/subjects/${subject}`);
    const head = page.locator('.standing');
    await expect.poll(() => head.textContent()).toMatch(/^In Completed since .*Stuck since 1 h ago/);
    expect(await head.textContent()).toContain('Writing to greenhouse-eu was given up');
    expect(await head.textContent()).toContain('the turn of recruiting operations');
    expect(await head.textContent()).toContain('until somebody redrives or waives it');
    await click(page.locator('summary', { hasText: 'Redrive' }));
    await page.locator('.act[open]').getByLabel(/^Why/).fill('the stage is back in the ATS');
    await click(page.getByRole('button', { name: 'Redrive' }));
    expect(await page.locator('.notice.good').textContent()).toBe('It is due now, and will be written in a moment.');
    expect(clicks()).toBeLessThanOrEqual(clicksMax);
    const db = desk.service.context.database.engine;
    const row = await db.selectFrom('writeback').select('status').where('id', '=', writeback).executeTakeFirstOrThrow();
    expect(row.status).toBe('ready');
    expect(await page.locator('.lanes').textContent()).toContain('the stage is back in the ATS');
    await page.context().close();
  }, 60_000);

  test('a system that shows something else: why, whose turn, and it is settled', async () => {
    const { page, click, clicks } = await visitor('differs');
    await click(page.getByRole('link', { name: /bamboohr shows rejected/ }));
    expect(page.url()).toBe(`${server.url}/incidents/${differing}`);
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toContain('bamboohr shows Rejected, we have Extended.');
    expect(text).toContain('It is the turn of Recruiter');
    await click(page.locator('summary', { hasText: 'Settle' }));
    await page.getByLabel(/^How it was settled/).fill('put right in bamboohr');
    await click(page.getByRole('button', { name: 'Settle' }));
    expect(clicks()).toBeLessThanOrEqual(clicksMax);
    expect(await page.locator('.standing').textContent()).toContain('put right in bamboohr');
    await page.context().close();
  }, 60_000);

  test('a lane that somebody holds: why, whose turn, and it is released', async () => {
    const { page, click, clicks } = await visitor('held');
    await click(page.getByRole('link', { name: /Nothing is written to assessments/ }));
    const head = (await page.locator('.standing').textContent()) ?? '';
    expect(head).toContain('the tool is being moved');
    expect(head).toContain('until somebody releases the lane');
    await click(page.locator('main [aria-label="What may be done"] summary', { hasText: 'Release' }));
    await page.locator('.act[open]').getByLabel(/^Why/).fill('it was moved');
    await click(page.locator('.act[open]').getByRole('button', { name: 'Release the lane' }));
    expect(clicks()).toBeLessThanOrEqual(clicksMax);
    expect(await page.locator('.notice.good').textContent()).toContain('The lane is released');
    const db = desk.service.context.database.engine;
    const lane = await db
      .selectFrom('lane')
      .select('held_reason')
      .where('subject_id', '=', held)
      .executeTakeFirstOrThrow();
    expect(lane.held_reason).toBeNull();
    await page.context().close();
  }, 60_000);

  test('what was found can be read on a telephone, in the dark and on paper, and axe finds nothing', async () => {
    const { email } = await desk.account('operator');
    const addresses = {
      subject: `/subjects/${dead.subject}`,
      incident: `/incidents/${differing}`,
      incidents: '/incidents',
      refused: '/events',
      quarantined: '/events?tab=quarantined',
      parked: '/events?tab=parked',
    };
    const found: unknown[] = [];
    for (const [name, options] of Object.entries({
      light: { viewport: { width: 1300, height: 900 } },
      dark: { viewport: { width: 1300, height: 900 }, colorScheme: 'dark' as const },
      narrow: { viewport: { width: 400, height: 800 } },
    })) {
      const page = await (await browser.newContext(options)).newPage();
      await page.goto(`${server.url}/sign-in?next=/overview`);
      await page.fill('[name=email]', email);
      await page.fill('[name=password]', password);
      await page.click('main button[type=submit]');
      await page.waitForURL(`${server.url}/overview`);
      for (const [place, address] of Object.entries(addresses)) {
        await page.goto(`${server.url}${address}`);
        await picture(page, `${place}-${name}`);
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (width > options.viewport.width) found.push([place, name, width]);
        const faults = await axeFaults(page);
        if (faults.length > 0) found.push([place, name, faults]);
        if (name === 'light') {
          await page.emulateMedia({ media: 'print' });
          await picture(page, `${place}-print`);
          await page.emulateMedia({ media: 'screen' });
        }
      }
      await page.context().close();
    }
    expect(found).toEqual([]);
  }, 240_000);
});
