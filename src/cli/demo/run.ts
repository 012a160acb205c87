// `npm run demo`: starts everything, plays a hiring season through the real HTTP doors, and shows whether the promises held.

import { showProgress } from './progress.ts';
import {
  brokenPromise,
  jsonLine,
  listedAsStuck,
  readReport,
  type SeasonReport,
  stuckLines,
  tableLines,
} from './report.ts';
import { playSeason } from './season.ts';
import { verify } from './verify.ts';
import { openWorld, type World } from './world.ts';

export interface DemoOptions {
  /** End after the table; the exit status says whether the promises held. */
  exit: boolean;
  /** Print one JSON object as the last line of standard output. */
  json: boolean;
  seed: number;
  candidates: number;
}

const settleMs = 60_000;
const listMs = 65_000;

/** Gives the exit status. Without `exit` it returns when the demo was stopped by a signal. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say(`Starting Interlock and three simulated vendors with bad days (seed ${options.seed}) …`);
  const world = await openWorld(options.seed, options.exit);
  for (const choice of world.interlock.choices) say(`  ${choice}`);
  const startedAt = performance.now();
  const progress = showProgress(`A season of ${options.candidates} candidates`, options.candidates);
  await playSeason(world, options.seed, options.candidates, progress.step);
  progress.end();
  await settle(world, say);
  const seconds = (performance.now() - startedAt) / 1000;

  const report = await readWhenListed(world);
  const verified = await verify(world);
  const broken = brokenPromise(report, verified);
  const { received, ...kinds } = report.dispositions;
  say('');
  for (const line of tableLines(report)) say(line);
  say('');
  say(
    `${received} events = ${Object.entries(kinds)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(' + ')}`,
  );
  say(
    `Vendors said yes and showed no ${report.totals.contradicted} times; none of these counted as confirmed. Faults that struck: ${faultsOf(world)}`,
  );
  say('');
  for (const line of stuckLines(report)) say(line);
  say('');
  say(
    broken
      ? `A PROMISE WAS BROKEN: ${broken}`
      : 'Nothing lost, nothing out of order, nothing confirmed that no system shows.',
  );
  if (options.json) process.stdout.write(`${jsonLine(report, verified, world.interlock.context.bus.kind, seconds)}\n`);
  if (!options.exit) await stayUp(world, say);
  await world.stop();
  return broken ? 1 : 0;
}

/** Retries of the last writebacks need their time; what takes longer is on the stuck list with its cause. */
async function settle(world: World, say: (line: string) => void): Promise<void> {
  say('The season is over; waiting for the last writebacks …');
  const end = Date.now() + settleMs;
  const db = world.interlock.context.database.reports;
  for (;;) {
    const open = await db
      .selectFrom('writeback')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('status', 'in', ['ready', 'leased'])
      .executeTakeFirstOrThrow();
    const parked = await db
      .selectFrom('event')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('disposition', '=', 'parked')
      .executeTakeFirstOrThrow();
    if ((Number(open.count) === 0 && Number(parked.count) === 0) || Date.now() > end) return;
    for (const vendor of [world.greenhouse, world.bamboohr, world.screening]) await vendor.webhooks?.drain();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** An open writeback counts as stuck from its second minute on: until then the report would be early. */
async function readWhenListed(world: World): Promise<SeasonReport> {
  for (const end = Date.now() + listMs; ; await new Promise((resolve) => setTimeout(resolve, 1_000))) {
    const report = await readReport(world);
    if (report.totals.open <= listedAsStuck(report) || Date.now() > end) return report;
  }
}

function faultsOf(world: World): string {
  const struck = new Map<string, number>();
  for (const vendor of [world.greenhouse, world.bamboohr])
    for (const [kind, count] of Object.entries(vendor.faults.struck()))
      struck.set(kind, (struck.get(kind) ?? 0) + count);
  return [...struck].map(([kind, count]) => `${count} ${kind}`).join(', ') || 'none';
}

function stayUp(world: World, say: (line: string) => void): Promise<void> {
  say(
    `Interlock stays up at ${world.interlock.url} (API reference: ${world.interlock.url}/reference). Ctrl-C ends it.`,
  );
  if (world.interlock.setupUrl !== null)
    say(`To look at its pages, make the first account: ${world.interlock.setupUrl}`);
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
