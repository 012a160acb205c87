// One seed from beginning to end: load and faults together, everything healed, rest, and the checker's word.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { Evidence, Finding } from '../rig/checker/evidence.ts';
import { check } from '../rig/checker.ts';
import { clockEnvironment } from '../rig/clock.ts';
import { gather, settle } from '../rig/gather.ts';
import type { Ground } from '../rig/ground.ts';
import { keep } from '../rig/keep.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { observe, type Sometimes } from '../rig/sometimes.ts';
import { findStanding } from '../rig/standing.ts';
import { createWorkload, type Workload } from '../rig/workload.ts';
import { type Plan, type Planned, planOf } from './catalogue.ts';
import { tellTwice } from './second-results.ts';

export interface SeedOptions {
  ground: Ground;
  seed: number;
  nats: boolean;
  clocks: boolean;
  disks: boolean;
  /** Where a failing run is kept. */
  folder: string;
}

export interface SeedResult {
  seed: number;
  findings: Finding[];
  sometimes: Sometimes;
  faults: string[];
  events: number;
  requests: number;
  ms: number;
  settleMs: number;
  kept?: string;
}

const natsDiskMebibytes = 64;
const spreadMs = 3_500;
const quietStartMs = 4_000;
const paceMax = 8;
/** Bounds for a machine that has much else to do; on a quiet one both are over in seconds. */
const loadMs = 120_000;
const settleMs = 90_000;
/** A fault that cannot be begun or ended in this time had lost what it was to break. */
const strikeMs = 30_000;
/** A statement of the engine's loops, the two seconds after which its client gives up, and some more. */
const steadyAfterHoleMs = 15_000;

export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { ground, seed, nats, clocks, disks } = options;
  const from = performance.now();
  const plan = planOf(seed, { nats, clocks, disks, spreadMs });
  const rig = await openRig({
    ground,
    name: `s${seed}`,
    seed,
    workers: plan.workers,
    bus: nats ? 'nats' : 'local',
    natsDisk: disks ? natsDiskMebibytes : 0,
    environmentOf: (child) => clockEnvironment(plan.clocks[child] ?? 0),
  });
  // On a busy machine the load takes longer, and the faults are to fall into it all the same.
  const pace = Math.min(Math.max((performance.now() - from) / quietStartMs, 1), paceMax);
  try {
    const workload = createWorkload(rig, { applications: plan.applications, spreadMs });
    if (plan.clocks[rig.cores.at(-1)?.name ?? ''])
      rig.vendors.screening.webhooks?.target(`${rig.url(0)}/hooks/screening`);
    const { failures, late } = await loadAndBreak(rig, workload, plan, pace);
    const healedAt = performance.now();
    const judged = await judge(rig, workload, plan);
    const { evidence } = judged;
    const findings = [...late, ...judged.findings];
    const result: SeedResult = {
      seed,
      findings,
      sometimes: evidence ? { ...observe(rig, evidence), skewed_clock: Object.keys(plan.clocks).length } : {},
      faults: plan.faults.map((one) => one.fault.name),
      events: evidence?.tables.event.length ?? 0,
      requests: workload.history.operations.length,
      ms: performance.now() - from,
      settleMs: performance.now() - healedAt,
    };
    if (findings.length === 0) return result;
    const about = { seed, again: again(seed), plan: describe(plan), failures, result };
    const kept = keep(rig, { folder: join(options.folder, `seed-${seed}`), findings, evidence, about });
    return { ...result, kept };
  } finally {
    await rig[Symbol.asyncDispose]();
    rmSync(rig.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const again = (seed: number): string => `npm run faults -- --tier schedules --seed ${seed} --seeds 1`;

/** `failures`: what could not be broken, which is no failure of the system; `late`: senders that were not answered in time, which is. */
async function loadAndBreak(
  rig: Rig,
  workload: Workload,
  plan: Plan,
  pace: number,
): Promise<{ failures: string[]; late: Finding[] }> {
  const failures: string[] = [];
  const tellOnce = await tellTwice(rig);
  const playing = workload.play();
  const breaking = Promise.all(plan.faults.map((one, index) => strike(rig, stretched(one, pace), index, failures)));
  await breaking;
  await tellOnce();
  // Whoever does not come back is found, with its log, once the load is over.
  await rig.heal().catch((error: Error) => void failures.push(`healing: ${error.message}`));
  const late = [
    ...(await unanswered(workload, playing, 'the load')),
    ...(await unanswered(workload, workload.aftermath(), 'the repeats')),
  ];
  workload.client.giveUp();
  await Promise.race([workload.client.idle(), sleep(5_000)]);
  return { failures, late };
}

/** With what senders heard instead of an answer: all is healed, so each of them should have one within seconds. */
async function unanswered({ history }: Workload, work: Promise<void>, what: string): Promise<Finding[]> {
  const inTime = await Promise.race([work.then(() => true as const), sleep(loadMs, false as const, { ref: false })]);
  if (inTime) return [];
  const waiting = history.operations.filter((one) => one.heard.length === 0);
  const heard = waiting.slice(0, 5).map((one) => `${one.id} ${JSON.stringify(one.reasons)}`);
  return [
    {
      invariant: 'I5',
      detail: `${what} was not over ${loadMs / 1000} s after everything was healed; ${waiting.length} wait: ${heard.join('; ')}`,
    },
  ];
}

/** No fault lasts so much longer that it would be another one. */
const stretched = ({ fault, atMs, lastsMs }: Planned, pace: number): Planned => ({
  fault,
  atMs: atMs * pace,
  lastsMs: lastsMs * Math.min(pace, 2),
});

async function strike(rig: Rig, planned: Planned, index: number, failures: string[]): Promise<void> {
  await sleep(planned.atMs);
  try {
    const end = await inTime(planned.fault.begin(rig, seededRandom(rig.seed + index * 7_919)));
    await sleep(planned.lastsMs);
    if (typeof end === 'function') await inTime(end());
  } catch (error) {
    // Another fault had taken away what this one was to break.
    failures.push(`${planned.fault.name}: ${(error as Error).message}`);
  }
}

async function inTime(work: unknown): Promise<unknown> {
  const late = new AbortController();
  const limit = sleep(strikeMs, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`took more than ${strikeMs / 1000} s`);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
    limit.catch(() => {});
  }
}

async function judge(
  rig: Rig,
  workload: Workload,
  plan: Plan,
): Promise<{ evidence: Evidence | null; findings: Finding[] }> {
  try {
    await rig.heal();
    const settled = await settle(rig, settleMs);
    const evidence = await gather(rig, workload.history, settled);
    return { evidence, findings: [...check(evidence), ...(await findStanding(rig, steadyMsOf(plan)))] };
  } catch (error) {
    return {
      evidence: null,
      findings: [{ invariant: 'I5', detail: `the system did not come back: ${(error as Error).message}` }],
    };
  }
}

/** What was swallowed leaves connections behind that look well: whoever is handed one waits out a whole statement. */
const steadyMsOf = ({ faults }: Plan): number =>
  faults.some(({ fault }) => fault.name === 'postgres_black_hole') ? steadyAfterHoleMs : 0;

const describe = (plan: Plan): unknown => ({
  ...plan,
  faults: plan.faults.map(({ fault, atMs, lastsMs }) => ({ name: fault.name, ids: fault.ids, atMs, lastsMs })),
});
