// Asks every page of the table again and again, in memory, while events are posted, and says how long each took.
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import { type Console, createConsole } from '../../../src/console/app.ts';
import { diagramsOf } from '../../../src/console/diagram/kept-diagrams.ts';
import { routes } from '../../../src/console/routes.ts';
import { limits } from '../../../src/core/limits.ts';
import { createApp } from '../../../src/http/app.ts';
import { manageAccounts } from '../../../src/services/accounts/manage-accounts.ts';
import { signInLinks } from '../../../src/services/accounts/sign-in-links.ts';
import { driveWritebacks } from '../../../src/services/delivery/drive-writebacks.ts';
import { sweep } from '../../../src/services/delivery/sweep.ts';
import { keepTallies } from '../../../src/services/reports/keep-tallies.ts';
import { createTestContext } from '../../support/context.ts';
import { addressesOf } from './addresses.ts';
import { eventsFlowing } from './flowing.ts';

export interface PageTiming {
  page: string;
  status: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
  bytes: number;
  note?: string;
}

export interface Measuring {
  rounds: number;
  /** Per second. */
  events: number;
  /** Which pages; all unless given. */
  wants?(page: string): boolean;
  log(line: string): void;
}

const publicUrl = 'http://interlock.test';
const password = 'quiet rivers run deep';
const by = { actor: { kind: 'cli' as const, id: 'timings' } };

export async function measurePages(connectionString: string, wanted: Measuring): Promise<PageTiming[]> {
  await using service = await createTestContext({ connectionString });
  // Time of its own for the pages: nothing that they remember for seconds is still known to the next request.
  let ahead = 0;
  const context = { ...service.context, now: () => service.context.now() + ahead };
  const common = {
    publicUrl,
    api: true,
    stopping: () => false,
    trustedProxies: 1,
    requestsPerMinute: 1_000_000,
    metricsHere: true,
    draw: diagramsOf(context),
  };
  /** A console that remembers nothing yet, at the time that it is. */
  let pages: Console | undefined;
  const fresh = async (): Promise<Pick<Hono, 'request'>> => {
    ahead = 0;
    pages?.close();
    pages = createConsole(context, { publicUrl, trustedProxies: 1 });
    await pages.prepare();
    return createApp(context, { ...common, pages });
  };
  let app = await fresh();
  const signIn = async (): Promise<string> => {
    const email = `timings-${Date.now()}-${Math.random().toString(36).slice(2)}@example.com`;
    const added = await manageAccounts(context).add({ name: 'Timings', email, roles: ['admin', 'operator'] }, by);
    if (added.kind !== 'added') throw new Error(added.kind);
    await manageAccounts(context).setRights(added.id, ['export'], by);
    await signInLinks(context).choosePassword(added.link, password, 'timings');
    const said = await app.request(`${publicUrl}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ email, password }).toString(),
    });
    const cookie = /__Host-interlock=[^;]*/.exec(said.headers.get('set-cookie') ?? '')?.[0];
    if (cookie === undefined) throw new Error(`sign-in answered ${said.status}`);
    return cookie;
  };
  wanted.log('Counting what a service that runs has counted hour by hour.');
  while ((await keepTallies(context)) > 0);
  const { found, skipped } = await addressesOf(routes, context);
  for (const line of skipped) wanted.log(line);
  const ending = new AbortController();
  context.every('drive', limits.dispatchPollMs, () => driveWritebacks(context), ending.signal);
  context.every('sweep', limits.sweepPollMs, () => sweep(context), ending.signal);
  context.every('keep tallies', limits.tallyPollMs, () => keepTallies(context), ending.signal);
  await using flowing = await eventsFlowing(service.context, createApp(service.context, common), wanted.events);
  const timings: PageTiming[] = [];
  for (const { page, addresses } of found.filter((one) => wanted.wants?.(one.page) ?? true)) {
    app = await fresh();
    // A session may ask for so many pages a minute.
    const cookie = await signIn();
    const times: number[] = [];
    let [status, bytes] = [0, 0];
    for (let round = 0; round < wanted.rounds + warmUp; round += 1) {
      const began = performance.now();
      const said = await app.request(`${publicUrl}${addresses[round % addresses.length]}`, {
        headers: { cookie, accept: 'text/html', 'sec-fetch-dest': 'document' },
      });
      bytes = (await said.arrayBuffer()).byteLength;
      // The first ones compile and read from disk; a process that runs does neither.
      if (round >= warmUp) times.push(performance.now() - began);
      status = Math.max(status, said.status);
      ahead += rememberedMs;
      await sleep(1);
    }
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
    timings.push({
      page,
      status,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      maxMs: at(1),
      bytes,
      ...(status >= 400 ? { note: 'no page' } : {}),
    });
    wanted.log(`${page}: p95 ${at(0.95).toFixed(0)} ms`);
  }
  wanted.log(
    `This machine has ${cpus().length} cores and a load of ${(loadavg()[0] ?? 0).toFixed(1)}: where the load is far greater, these times are those of waiting.`,
  );
  ending.abort();
  wanted.log(`${flowing.posted()} events were posted meanwhile, ${flowing.refused()} of them were not taken.`);
  return timings;
}

const warmUp = 3;
/** More than anything here is remembered for, or shown again while it is made anew. */
const rememberedMs = 121_000;
