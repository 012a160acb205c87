// One run: start, traffic, the process dies at its point, starts again, everything comes to rest, and the checker judges.
import { check } from '../rig/checker.ts';
import { gather, settle } from '../rig/gather.ts';
import type { Ground } from '../rig/ground.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { createWorkload } from '../rig/workload.ts';
import { breakFirstStart } from './first-start.ts';
import { type Case, type Part, rolesOf } from './places.ts';
import { playScene, settingsOf } from './scenes.ts';
import { unfinished } from './unfinished.ts';
import { armed, wrongDeath } from './victim.ts';

export interface RunOutcome {
  findings: { invariant: string; detail: string }[];
  /** From the spawn of its second life until it was ready, ms; null when it never had one. */
  recoveryMs: number | null;
  /** From then until nothing was open, ms. */
  settledMs: number | null;
  /** Requests without an answer, each sent again. */
  unanswered: number;
}

/** Far above what it takes: on a machine that does much else everything takes longer, and a lane that stands still never ends. */
const settleMs = 90_000;

/** `seed` is that of the traffic; `name` is for the database and the folder. Logs stay in `<ground>/<name>`. */
export async function runCase(ground: Ground, one: Case, seed: number, name: string): Promise<RunOutcome> {
  const first = one.scene === 'first_start' ? await breakFirstStart(ground, one, name) : null;
  if (first && first.violations.length > 0)
    return { ...nothing, findings: first.violations.map((detail) => ({ invariant: 'first_start', detail })) };
  const victim = one.part === 'worker' ? 'worker-1' : 'core-1';
  await using rig = await openRig({
    ground,
    name,
    seed,
    cores: 1,
    workers: one.part === 'whole' ? 0 : 1,
    restarts: false,
    environment: settingsOf(one.scene),
    environmentOf: (child) => (child === 'core-1' ? { INTERLOCK_ROLES: rolesOf(corePart(one.part)) } : {}),
    firstLifeOf: (child) => (first === null && child === victim ? armed(one) : {}),
    ...(first ? { database: first.database } : {}),
  });
  const ran = await playThrough(rig, one, first === null ? victim : null);
  return first ? { ...ran, recoveryMs: first.recoveryMs } : ran;
}

const nothing = { recoveryMs: null, settledMs: null, unanswered: 0 };
const corePart = (part: Part): Part => (part === 'whole' ? 'whole' : 'core');

/** `victim`: the process that dies on the way; null when it has died already. */
async function playThrough(rig: Rig, one: Case, victim: string | null): Promise<RunOutcome> {
  const workload = createWorkload(rig, { applications: 7, spreadMs: 1_500 });
  const dead = new AbortController();
  const traffic = workload.play();
  const playing = Promise.all([traffic, playScene(one.scene, rig, workload, dead.signal)]);
  const child = rig.children.find(({ name }) => name === victim);
  let recoveryMs: number | null = null;
  if (child) {
    const wrong = await wrongDeath(one, child, rig.deaths, one.scene === 'load' ? traffic : playing);
    dead.abort();
    if (wrong) {
      workload.client.giveUp();
      await playing;
      return { ...nothing, findings: [{ invariant: 'reached', detail: wrong }] };
    }
    const from = performance.now();
    child.start();
    await child.ready();
    recoveryMs = performance.now() - from;
  }
  dead.abort();
  await playing;
  // What was erased cannot be compared any more: another body under its id is answered as a repetition.
  if (one.scene !== 'erasing') await workload.aftermath();
  await rig.heal();
  const from = performance.now();
  const settled = await settle(rig, settleMs);
  const settledMs = settled ? performance.now() - from : null;
  workload.client.giveUp();
  await workload.client.idle();
  const findings = check(await gather(rig, workload.history, settled));
  return {
    findings: [...findings, ...(await unfinished(rig))],
    recoveryMs,
    settledMs,
    unanswered: workload.history.operations.reduce((sum, { unknown }) => sum + unknown, 0),
  };
}
