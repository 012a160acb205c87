// Lets a run come to rest and gathers what the checker needs of it, from the client, the vendors and the tables.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from './checker/evidence.ts';
import type { History } from './history.ts';
import type { Rig } from './rig.ts';
import { countOpen, readTables } from './tables.ts';

/** Waits until nothing is open, parked or to be delivered, at most `withinMs`. Call after `heal`. False when time ran out. */
export async function settle(rig: Rig, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  const drained = rig.vendors.drain().then(() => true as const);
  const webhooks = await Promise.race([drained, sleep(withinMs, false as const, { ref: false })]);
  for (let quiet = 0; Date.now() < end; await sleep(120)) {
    const open = await countOpen(rig.databaseUrl).catch(() => ({ writebacks: 1, parked: 1 }));
    quiet = open.writebacks === 0 && open.parked === 0 ? quiet + 1 : 0;
    // A webhook caused by the last write may only just have left.
    if (quiet === 1) await rig.vendors.drain();
    if (quiet >= 3 && webhooks) return true;
  }
  return false;
}

const recorded = [
  'new_candidate_application',
  'candidate_stage_change',
  'reject_candidate',
  'unreject_candidate',
  'hire_candidate',
];

export async function gather(rig: Rig, history: History, settled: boolean): Promise<Evidence> {
  const { greenhouse, bamboohr, screening } = rig.vendors;
  const moves = (greenhouse.webhooks?.accepted() ?? []).filter(({ body }) =>
    recorded.includes((JSON.parse(body) as { action: string }).action),
  );
  return {
    tables: await readTables(rig.databaseUrl),
    operations: history.operations,
    sources: { ats: `client:${rig.ground.clients.ats.id}`, portal: `client:${rig.ground.clients.portal.id}` },
    greenhouse: {
      log: greenhouse.log.entries(),
      places: new Map(
        greenhouse
          .applications()
          .map((one) => [String(one.id), one.status === 'in_process' ? one.stage.name : one.status]),
      ),
    },
    bamboohr: bamboohr.employees().map(({ id, fields }) => ({
      id,
      key: fields.customInterlockId ?? null,
      status: fields.employmentHistoryStatus ?? null,
    })),
    received: [
      ...moves.map(({ id }) => ({ source: 'connection:greenhouse', externalId: id })),
      ...(screening.webhooks?.accepted() ?? []).map(({ id }) => ({ source: 'connection:screening', externalId: id })),
    ],
    webhooksLost: [greenhouse, bamboohr, screening].reduce((sum, one) => sum + (one.webhooks?.counts().lost ?? 0), 0),
    deaths: rig.deaths,
    settled,
    readLagMs: 500,
    successShare: history.successShare(),
  };
}
