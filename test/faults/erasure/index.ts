// Tier 4b: a thousand people in every situation are erased, and then every byte that was ever written is searched for them.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { TierOptions, TierReport } from '../report.ts';
import { buildProgram } from '../rig/build.ts';
import { type MadeUpPerson, madeUpPerson, marker, situations } from './canaries.ts';
import { checkStores, countErased, keysLeft, plantAndFind } from './checks.ts';
import { type ErasedPerson, erase } from './erase.ts';
import { type Living, live } from './lives.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { scanFolders } from './scan.ts';
import { type Service, startService } from './service.ts';

/** People who live, and are erased, at the same time. */
const atOnce = 40;
const needed = [
  ...situations,
  'refused_by_hold',
  'cancelled_in_flight',
  'settled_parked',
  'found_strangers',
  'waived',
  'event_lost_the_race',
  'crashed_before_the_end',
];

/** One seed is one erased person; `options.seed` names the run. */
export const run = (options: TierOptions): Promise<TierReport> => runErasure(options);

/** `source`: another checkout than this one, such as one with a bug put into it. */
export async function runErasure(options: TierOptions, source?: string): Promise<TierReport> {
  const startedAt = performance.now();
  const report: TierReport = {
    tier: 'erasure',
    runs: 0,
    violations: [],
    sometimes: {},
    missed: [],
    skipped: [],
    figures: {},
    seconds: 0,
  };
  mkdirSync(options.folder, { recursive: true });
  // Not below the folder of the caller: run as root, the database is another user's, who could not get there.
  const folder = mkdtempSync(join(tmpdir(), 'interlock-erasure-'));
  chmodSync(folder, 0o711);
  try {
    await runIn(folder, options, report, source);
  } finally {
    if (report.violations.length > 0) {
      const kept = join(options.folder, `seed-${options.seed}`);
      rmSync(kept, { recursive: true, force: true });
      if (move(folder, kept)) for (const one of report.violations) one.kept = kept;
    } else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const branch of needed)
    if (report.runs >= situations.length * 2 && !report.sometimes[branch]) report.missed.push(branch);
  report.seconds = (performance.now() - startedAt) / 1_000;
  return report;
}

async function runIn(
  folder: string,
  { seeds, seed, log }: TierOptions,
  report: TierReport,
  source: string | undefined,
): Promise<void> {
  const build = buildProgram({
    folder: join(folder, 'build'),
    shortWaits: false,
    // Nothing but this: leases and retries stay as long as they are, so that people are in the middle of them.
    added: { 'core/limits.js': '\nlimits.finishErasuresMs = 1_000;\n' },
    ...(source ? { source } : {}),
  });
  const random = seededRandom(seed);
  await using receiver = await startReceiver();
  const stores = join(folder, 'service');
  const times: number[] = [];
  const keys: Buffer[] = [];
  await using service = await startService(stores, build, receiver);
  if (!service.hasNats) report.skipped.push('there is no nats-server here: the files of JetStream were not searched');
  const people = Array.from({ length: seeds }, (_, number) => madeUpPerson(seed, number, random));
  for (let from = 0; from < people.length; from += atOnce) {
    const some = people.slice(from, from + atOnce);
    const erased = await liveAndDie(service, receiver, some, keys);
    for (const one of erased) note(report, seed, one, times);
    report.runs += some.length;
    log(`${report.runs} of ${people.length} people erased`);
  }
  // Some erasures are through in the tables and nowhere else: what comes after must not need who did them.
  if ((await countOpen(service)) > 0) {
    await service.crash();
    report.sometimes.crashed_before_the_end = 1;
  }
  const violate = (invariant: string, detail: string): void => void report.violations.push({ seed, invariant, detail });
  await ended(service, violate);
  for (const detail of await checkStores(service)) violate('I9', detail);
  Object.assign(report.figures, await countErased(service));
  const planted = await plantAndFind(service);
  await service.stop();
  for (const death of service.deaths) violate('I12', death);
  for (const detail of planted(stores)) violate('scan', detail);
  search(stores, report, violate);
  Object.assign(report.figures, keysLeft(stores, keys));
  times.sort((a, b) => a - b);
  report.figures.erasure_p50_ms = Math.round(times[Math.floor(times.length / 2)] ?? 0);
  report.figures.erasure_max_ms = Math.round(times.at(-1) ?? 0);
}

async function liveAndDie(
  service: Service,
  receiver: Receiver,
  people: readonly MadeUpPerson[],
  keys: Buffer[],
): Promise<{ living: Living; erased: ErasedPerson }[]> {
  const living = await inPairs(people, (made) => live(service, made));
  await situated(service, receiver, living);
  const [sample] = await service.query<{ data_key: Buffer }>('select data_key from person where id = $1', [
    living[0]?.person,
  ]);
  if (sample) keys.push(sample.data_key);
  const erased = await inPairs(living, async (one) => ({ living: one, erased: await erase(service, one) }));
  // What hung is answered now: its result finds that nothing waits for it any more.
  receiver.letGo();
  return erased;
}

/** Until every one is where its situation wants it; what does not come to be shows as a branch that was missed. */
async function situated(service: Service, receiver: Receiver, living: readonly Living[]): Promise<void> {
  const subjects = (situation: string): string[] =>
    living.filter((one) => one.made.situation === situation).map((one) => one.subject);
  const hanging = subjects('in_flight').length;
  for (const until = Date.now() + 8_000; Date.now() < until; await sleep(50)) {
    const [state] = await service.query<{ dead: number; retried: number }>(
      `select (select count(*)::int from writeback where subject_id = any($1) and status = 'dead') as dead,
        (select count(distinct subject_id)::int from writeback where subject_id = any($2) and tries > 0 and status = 'ready' and reason is null) as retried`,
      [subjects('dead_letter'), subjects('waiting_for_retry')],
    );
    const ready =
      receiver.hanging() >= hanging &&
      (state?.dead ?? 0) >= subjects('dead_letter').length &&
      (state?.retried ?? 0) >= subjects('waiting_for_retry').length;
    if (ready) return;
  }
}

function note(
  report: TierReport,
  seed: number,
  { living, erased }: { living: Living; erased: ErasedPerson },
  times: number[],
): void {
  for (const branch of erased.met) report.sometimes[branch] = (report.sometimes[branch] ?? 0) + 1;
  for (const detail of erased.faults)
    report.violations.push({
      seed,
      invariant: 'I11',
      detail: `person ${living.made.number} (${living.made.situation}): ${detail}`,
    });
  times.push(erased.tookMs);
}

/** Every erasure comes to its end by itself: the feed is told and the heap is clean. */
async function ended(service: Service, violate: (invariant: string, detail: string) => void): Promise<void> {
  for (const until = Date.now() + 60_000; ; await sleep(500)) {
    const open = await countOpen(service);
    if (open === 0) return;
    if (Date.now() > until) return violate('I11', `${open} erasures did not come to their end in a minute`);
  }
}

async function countOpen(service: Service): Promise<number> {
  const [open] = await service.query<{ n: number }>(
    'select count(*)::int as n from person where erased_at is not null and erasure_ended_at is null',
  );
  return open?.n ?? 0;
}

function search(stores: string, report: TierReport, violate: (invariant: string, detail: string) => void): void {
  const from = performance.now();
  const { files, bytes, finds } = scanFolders([stores], marker);
  for (const { file, at, spelling, around } of finds)
    violate('I11', `${file.slice(stores.length + 1)} at ${at}, ${spelling}: ${around}`);
  report.figures.files_searched = files;
  report.figures.bytes_searched = bytes;
  report.figures.search_ms = Math.round(performance.now() - from);
}

/** A few at a time, so that the service is busy and not drowned. */
async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const hand = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: 6 }, hand));
  return results;
}

function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return spawnSync('mv', [from, to]).status === 0;
  }
}
