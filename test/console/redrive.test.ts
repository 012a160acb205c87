// In a real browser: somebody redrives 200 writebacks that were given up in one go, and sees each one's result as it comes.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { openConsole, password, type TestConsole } from '../support/console.ts';
import { greenhouseStages, secrets } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const required = process.env.CI === 'true';
if (!program)
  process.stderr.write(
    'test/console/redrive.test.ts: no Chromium here, so nobody saw 200 writebacks being redriven in a browser.\n',
  );

test.runIf(required)('there is a Chromium where the whole suite must run', () => expect(program).toBeDefined());

const many = 200;
/** Of those, so many are of applications that the vendor does not have. */
const lost = 5;

describe.runIf(program)('in Chromium', () => {
  let desk: TestConsole;
  let greenhouse: GreenhouseSandbox;
  let server: RunningServer;
  let browser: Chromium;

  beforeAll(async () => {
    desk = await openConsole();
    greenhouse = await startGreenhouse({ ...secrets });
    const added = await addConnection(
      desk.service.context,
      { kind: 'cli', id: 'test' },
      {
        id: 'greenhouse',
        adapter: 'greenhouse',
        settings: {
          baseUrl: greenhouse.url,
          authUrl: greenhouse.url,
          stages: greenhouseStages,
          rejectionReasonId: 14,
          allowCandidateEmails: true,
        },
        scope: { machines: ['application'] },
        pace: { concurrency: 16, requests: 20_000, perMs: 1_000 },
        secrets,
      },
    );
    if (!added.ok) throw new Error(JSON.stringify(added));
    await giveUp();
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
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1_000);
    await desk?.[Symbol.asyncDispose]();
    await greenhouse?.[Symbol.asyncDispose]();
  });

  const db = () => desk.service.context.database.reports;
  const statuses = async (): Promise<Record<string, number>> => {
    const rows = await db()
      .selectFrom('writeback')
      .select(['status', ({ fn }) => fn.countAll().as('count')])
      .groupBy('status')
      .execute();
    return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
  };

  /** Everybody is invited to their test; the stage had another name then, and every one of those writes was given up. */
  async function giveUp(): Promise<void> {
    const { context } = desk.service;
    const engine = context.database.engine;
    const refs = Array.from({ length: many }, (_, nth) =>
      nth < lost ? `gone-${nth}` : greenhouse.createApplication(),
    );
    for (const type of ['application.received', 'triage.started', 'screening.invited']) {
      await Promise.all(
        refs.map((ref) =>
          context.recorder().record({ ...intake(ref, type), subject: { kind: 'ref', system: 'greenhouse', ref } }),
        ),
      );
    }
    const ended = { settled_at: new Date(), lease_until: null, due_at: null };
    const all = () => engine.updateTable('writeback');
    await all()
      .set({ ...ended, status: 'confirmed', settled_by: 'readback' })
      .where('event_type', '<>', 'screening.invited')
      .execute();
    await all()
      .set({ ...ended, status: 'dead', reason: 'stage_not_found', attempt: 1, tries: 1 })
      .where('event_type', '=', 'screening.invited')
      .execute();
    await engine
      .updateTable('lane')
      .set((eb) => ({ done_seq: eb('next_seq', '-', 1), held_reason: 'dead', held_at: new Date() }))
      .execute();
    expect((await statuses()).dead).toBe(many);
    desk.service.startEngine();
  }

  async function open(): Promise<Page> {
    const { email } = await desk.account('operator');
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 950 } })).newPage();
    await page.goto(`${server.url}/sign-in`);
    await page.fill('[name=email]', email);
    await page.fill('[name=password]', password);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${server.url}/`);
    return page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env.INTERLOCK_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: false });
  }

  test('somebody redrives 200 dead writebacks in one go and sees each one’s result', async () => {
    const page = await open();
    await page.goto(`${server.url}/writebacks`);
    const text = (): Promise<string> => page.locator('main').innerText();
    expect(await text()).toContain(`Given up (${many})`);
    expect(await text()).toContain('The stage of this state is not there any more');
    await picture(page, 'redrive-1-given-up');

    await page.click('button[data-tick-all]');
    expect(await page.locator('input[name^=tick-]:checked').count()).toBe(many);
    await page.fill('#reason-act', 'The stage is called Assessment again');
    await picture(page, 'redrive-2-ticked');
    await page.click('button[value=redrive]');
    await page.waitForURL(/\/acts\/act_/);
    await picture(page, 'redrive-3-begun');

    // Nobody loads the page again: it tells by itself when each has its result.
    await expect.poll(text, { timeout: 90_000, interval: 250 }).toContain(`All ${many} have their result.`);
    await picture(page, 'redrive-4-through');
    const sum = async (): Promise<string> => (await page.locator('.sum').innerText()).replace(/\s+/g, ' ');
    expect(await sum()).toBe(`${many} in all = ${many - lost} confirmed + ${lost} failed again`);
    expect(await page.locator('#live tbody tr').count()).toBe(many);
    expect(await page.locator('#live tbody .chip.good', { hasText: 'Confirmed' }).count()).toBe(many - lost);
    expect(await page.locator('#live').getAttribute('hx-trigger')).toBeNull();

    await page.reload();
    expect(await sum()).toBe(`${many} in all = ${many - lost} confirmed + ${lost} failed again`);
    await page.click('.sum a:has-text("failed again")');
    await page.waitForURL(/result=failed_again/);
    expect(await page.locator('#live tbody tr').count()).toBe(lost);
    await picture(page, 'redrive-5-failed-again');

    // What the page says is what the ledger and the vendor say.
    expect((await statuses()).dead).toBe(lost);
    const shown = greenhouse.applications().filter((one) => one.stage.name === 'Assessment').length;
    expect(shown).toBe(many - lost);
    await page.context().close();
  }, 120_000);
});
