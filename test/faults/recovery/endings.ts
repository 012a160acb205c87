// Ordinary days: a stop under load, a lane that does not move, a start, and what an idle process takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../../src/core/limits.ts';
import { never, type Scenario, since, withBench } from './bench.ts';

export const endings: readonly Scenario[] = [
  {
    name: 'stop',
    measure: (ground) =>
      withBench({ ground, name: 'stop' }, async ({ rig, applicants, post, probe }) => {
        const refs = await applicants(10);
        const prober = await probe();
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        const core = (await rig.cores[0]?.terminate()) ?? never;
        await prober.stop();
        const worker = (await rig.workers[0]?.terminate()) ?? never;
        return [
          { key: 'stop_core_ms', goal: 'SIGTERM to a core under load', limitMs: limits.stopMs, ms: core },
          { key: 'stop_worker_ms', goal: 'SIGTERM to a worker', limitMs: limits.stopMs, ms: worker },
        ];
      }),
  },
  {
    name: 'stuck',
    measure: (ground) =>
      withBench({ ground, name: 'stuck' }, async ({ rig, applicants, post }) => {
        const [ref = ''] = await applicants(1);
        await rig.workers[0]?.kill();
        const from = performance.now();
        await post(ref, 'triage.started');
        const alert = /^interlock_lanes_stuck\{connection="greenhouse",reason="(\w+)"\} [1-9]/m;
        const told = async (): Promise<boolean> =>
          alert.test(
            await (await fetch(`${rig.cores[0]?.url}/metrics`, { signal: AbortSignal.timeout(2_000) })).text(),
          );
        const ms = await since(from, told, 3 * limits.leaseMs);
        return [
          {
            key: 'stuck_alert_ms',
            goal: 'no worker: a lane that does not move is reported, with the reason',
            limitMs: 2 * limits.leaseMs,
            ms,
          },
        ];
      }),
  },
  {
    name: 'start',
    measure: (ground) =>
      withBench({ ground, name: 'start' }, async ({ rig }) => {
        const [core, worker] = [rig.cores[0], rig.workers[0]];
        await core?.terminate();
        const from = performance.now();
        core?.start();
        await core?.ready();
        const ms = performance.now() - from;
        await sleep(5_000);
        return [
          { key: 'start_ms', goal: 'a core starts on a migrated database', limitMs: null, ms },
          { key: 'idle_core_bytes', goal: 'an idle core, resident bytes', limitMs: null, ms: core?.memoryBytes() ?? 0 },
          {
            key: 'idle_worker_bytes',
            goal: 'an idle worker, resident bytes',
            limitMs: null,
            ms: worker?.memoryBytes() ?? 0,
          },
        ];
      }),
  },
];
