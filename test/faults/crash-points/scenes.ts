// What goes on beside the load until the process has died, so that its crash point is come by often enough.
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../rig/postgres.ts';
import type { Rig } from '../rig/rig.ts';
import type { Workload } from '../rig/workload.ts';
import type { Scene } from './places.ts';

type Play = (rig: Rig, workload: Workload, round: number) => Promise<unknown>;

/** Runs until `over`, round after round. What it cannot do while the process is down, it leaves. */
export async function playScene(scene: Scene, rig: Rig, workload: Workload, over: AbortSignal): Promise<void> {
  const play = scenes[scene];
  if (!play) return;
  for (let round = 0; !over.aborted && round < roundsMax; round += 1) {
    await play(rig, workload, round).catch(() => {});
    await sleep(pauseMs);
  }
}

const roundsMax = 200;
const pauseMs = 120;
/** Of one standstill, a pause after each. */
const standstillParts = 8;

const scenes: Readonly<Partial<Record<Scene, Play>>> = {
  retries: failBeforeSaving,
  lost_leases: endLeases,
  parking: comeTooEarly,
  erasing: applyAndErase,
  applying: apply,
};

/** What a scene asks of the processes' settings. */
export const settingsOf = (scene: Scene): Readonly<Record<string, string>> =>
  scene === 'parking' ? { INTERLOCK_PARKED_SECONDS: '0.5' } : {};

async function failBeforeSaving({ vendors }: Rig): Promise<void> {
  for (const one of [vendors.greenhouse, vendors.bamboohr]) one.faults.setChances('write', { error_before: 0.3 });
}

/**
 * The worker stands still for a second. Meanwhile leases end as if it had been half a minute, and its commands are there beside those of
 * the next attempt once it wakes. One that it has taken to write keeps its lease: nothing real ends that so soon.
 */
async function endLeases(rig: Rig, workload: Workload, round: number): Promise<void> {
  for (const one of [rig.vendors.greenhouse, rig.vendors.bamboohr]) one.faults.setChances('write', { slow: 0.8 });
  for (const worker of rig.workers) worker.freeze();
  try {
    for (let part = 0; part < standstillParts; part += 1) {
      await apply(rig, workload, round * standstillParts + part);
      await withClient(rig.databaseUrl, (client) =>
        client.query(`update writeback set lease_until = clock_timestamp() - interval '1 ms'
          where status = 'leased' and (mode = 'confirm' or taken < attempt)`),
      );
      await sleep(pauseMs);
    }
  } finally {
    for (const worker of rig.workers) worker.thaw();
  }
}

/** Nobody has heard of the subject, and nobody will. */
async function comeTooEarly(_rig: Rig, { client }: Workload, round: number): Promise<void> {
  const subject = { system: 'careers', ref: `nobody-${round}` };
  // Its answer may have to wait for a restart; the next one need not.
  void client.send({ id: `early-${round}`, type: 'triage.started', subject });
}

async function apply(_rig: Rig, { client }: Workload, round: number): Promise<void> {
  const subject = { system: 'careers', ref: `late-${round}` };
  // Its answer may have to wait for a restart; the next one need not.
  void client.send({ id: `late-${round}`, type: 'application.received', subject });
}

/** By somebody who asks again until there is an answer. */
async function applyAndErase(rig: Rig, { client }: Workload, round: number): Promise<void> {
  const subject = { system: 'careers', ref: `gone-${round}` };
  const heard = await client.send({ id: `gone-${round}`, type: 'application.received', subject });
  if (!heard?.subject) throw new Error(`gone-${round} was not taken: ${JSON.stringify(heard)}`);
  const person = await withClient(rig.databaseUrl, async (database) => {
    const found = await database.query<{ person_id: string }>('select person_id from subject where id = $1', [
      heard.subject,
    ]);
    return found.rows[0]?.person_id;
  });
  for (const until = Date.now() + 15_000; Date.now() < until; await sleep(50))
    if (await erase(rig, person ?? '').catch(() => false)) return;
}

async function erase(rig: Rig, person: string): Promise<boolean> {
  const answer = await fetch(`${rig.url(0)}/v1/persons/${person}/erasure`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await rig.token('ats', 0)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ basis: 'consent_withdrawn', reason: 'asked for by letter' }),
    signal: AbortSignal.timeout(4_000),
  });
  await answer.arrayBuffer();
  return answer.status === 200;
}
