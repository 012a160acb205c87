// Tier 3: a soak of a thousand events per seed under steady trouble, judged in pieces that fit in memory; exports `run`.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TierOptions, TierReport } from '../report.ts';
import { buildProgram } from '../rig/build.ts';
import { settle } from '../rig/gather.ts';
import { openGround } from '../rig/ground.ts';
import { hasNats } from '../rig/nats.ts';
import { withClient } from '../rig/postgres.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { checkSoak } from './check.ts';
import { observeTables } from './check-figures.ts';
import { keepSoak } from './keep.ts';
import { createLedger, total } from './ledger.ts';
import { startPosting } from './posting.ts';
import { startProgress } from './progress.ts';
import { reportOf, type Soaked } from './report.ts';
import { runTraffic } from './traffic.ts';
import { soakConcurrency, startTrouble } from './trouble.ts';
import { keepVendorLogs } from './vendor-logs.ts';
import { startWatch } from './watch.ts';

export interface SoakOptions extends TierOptions {
  /** A build to test, as `buildProgram` makes it; one of this checkout is made without it. */
  build?: string;
  /** Applications alive at a time; 400 unless given. */
  alive?: number;
  /** For every process, over the rig's own. */
  environment?: Readonly<Record<string, string>>;
  /** Called when everything has come to rest and before it is judged: to spoil something and see who notices. */
  beforeCheck?(rig: Rig): Promise<void>;
}

export const eventsPerSeed = 1_000;
const pauseMs = 1_000;
/** As `npm start`, and the young objects have all their room from the start: V8 gives it little by little, over many minutes, which is no leak. */
const steadyHeap = ['--max-semi-space-size=32', '--min-semi-space-size=32'];
/** See `watch.ts`. */
const collecting = ['--expose-gc', '--import', new URL('collect-on-signal.mjs', import.meta.url).href];
/** With more open than this for each application, senders wait. */
const openEach = 5;
/** Longer than any fault, so that what is early waits for what is late. */
const parkedSeconds = 30;
const answeredMs = 120_000;
const settleMs = 240_000;

export async function run(options: SoakOptions): Promise<TierReport> {
  const from = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'interlock-soak-'));
  // Run as root, the database is another user's, who must pass through.
  chmodSync(scratch, 0o755);
  mkdirSync(options.folder, { recursive: true });
  const nats = hasNats();
  try {
    const build = options.build ?? buildProgram({ folder: join(scratch, 'build') });
    await using ground = await openGround({ folder: join(scratch, 'ground'), build });
    await using rig = await openRig({
      ground,
      name: `soak${options.seed}`,
      seed: options.seed,
      cores: 2,
      // Greenhouse knows one token per credential: two workers would take it from each other.
      workers: 1,
      concurrency: soakConcurrency,
      nodeOptions: [...steadyHeap, ...collecting],
      bus: nats ? 'nats' : 'local',
      environment: { INTERLOCK_PARKED_SECONDS: String(parkedSeconds), ...options.environment },
    });
    const soaked = await soak(rig, options);
    if (soaked.findings.length > 0) await keepSoak(rig, soaked, join(options.folder, `seed-${options.seed}`));
    return reportOf(options, soaked, nats, (performance.now() - from) / 1_000);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function soak(rig: Rig, options: SoakOptions): Promise<Soaked> {
  const ledger = createLedger(options.seeds * eventsPerSeed);
  const logs = keepVendorLogs(rig, join(rig.folder, 'received.tsv'));
  const watch = startWatch(rig, () => rig.nats?.pid() ?? 0);
  await using posting = startPosting(rig, ledger);
  const alive = options.alive ?? 400;
  const trouble = startTrouble(rig, options.log);
  const progress = startProgress({ rig, ledger, posting, watch, trouble, log: options.log, openMax: alive * openEach });
  const startedAt = performance.now();
  await runTraffic({ rig, ledger, posting, logs, alive, pauseMs, room: progress.room });
  const answered = await posting.idle(answeredMs);
  const loadSeconds = (performance.now() - startedAt) / 1_000;
  await trouble.stop();
  const healedAt = performance.now();
  await rig.heal();
  const answeredLate = answered || (await posting.idle(answeredMs));
  const settled = await settle(rig, settleMs);
  const settleSeconds = (performance.now() - healedAt) / 1_000;
  const cpu = watch.cpuSeconds();
  watch.stop();
  progress.stop();
  logs.close();
  options.log(`at rest after ${settleSeconds.toFixed(1)} s; checking ${total(ledger.counts())} events`);
  await options.beforeCheck?.(rig);
  const checkedFrom = performance.now();
  const observed = await withClient(rig.databaseUrl, observeTables, answeredMs);
  const findings = await checkSoak({ rig, ledger, logs, settled, sometimes: observed.sometimes, log: options.log });
  if (!answeredLate) findings.push({ invariant: 'enough', detail: 'some events were never answered' });
  return {
    rig,
    ledger,
    logs,
    watch,
    trouble,
    findings,
    observed,
    cpu,
    loadSeconds,
    settleSeconds,
    checkSeconds: (performance.now() - checkedFrom) / 1_000,
    requests: posting.requests(),
    openMost: progress.openMost(),
    oldestMostMs: progress.oldestMostMs(),
  };
}
