// kill -9 of each part, one at a time: how long until work goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../../src/core/limits.ts';
import { type Scenario, since, withBench } from './bench.ts';

const leaseAndMore = limits.leaseMs + 5_000;

export const crashes: readonly Scenario[] = [
  {
    name: 'core',
    measure: (ground) =>
      withBench({ ground, name: 'core' }, async ({ rig, applicants, post, probe, query }) => {
        const [ref = ''] = await applicants(1);
        const core = rig.cores[0];
        // Its command never reaches the bus: leased, and nobody knows of it but the table.
        rig.proxies.get('core-1-nats')?.set({ kind: 'black_hole' });
        await post(ref, 'triage.started');
        const prober = await probe();
        await sleep(300);
        const from = performance.now();
        await core?.kill();
        rig.proxies.get('core-1-nats')?.heal();
        core?.start();
        const accepting = await prober.firstTaken(from, 30_000);
        await prober.stop();
        const again = (): Promise<boolean> =>
          query<{ attempt: number }>(
            `select attempt from writeback where event_type = 'triage.started' and connection_id = 'greenhouse'`,
          ).then(([row]) => (row?.attempt ?? 0) >= 2);
        return [
          { key: 'core_killed_accepting_ms', goal: 'core killed: accepts again', limitMs: 5_000, ms: accepting },
          {
            key: 'core_killed_lease_redriven_ms',
            goal: 'core killed: what it had leased is driven again',
            limitMs: leaseAndMore,
            ms: await since(from, again, leaseAndMore + 15_000),
          },
        ];
      }),
  },
  {
    name: 'worker',
    measure: (ground) =>
      withBench({ ground, name: 'worker' }, async ({ rig, applicants, post, confirmed }) => {
        const refs = await applicants(4);
        // The worker dies in the middle of its calls.
        rig.proxies.get('greenhouse')?.set({ kind: 'black_hole' });
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        await sleep(1_000);
        const from = performance.now();
        await rig.workers[0]?.kill();
        rig.proxies.get('greenhouse')?.heal();
        rig.workers[0]?.start();
        const ms = await confirmed(refs, 'triage.started', from, leaseAndMore + 30_000);
        return [
          {
            key: 'worker_killed_settled_ms',
            goal: 'worker killed: its writes are confirmed',
            limitMs: leaseAndMore,
            ms,
          },
        ];
      }),
  },
  {
    name: 'postgres',
    measure: (ground) =>
      withBench({ ground, name: 'postgres' }, async ({ probe }) => {
        const prober = await probe();
        await sleep(1_000);
        const from = performance.now();
        await ground.postgres.kill9();
        const up = performance.now();
        const ms = await prober.firstTaken(up, 30_000);
        await sleep(1_000);
        await prober.stop();
        return [
          {
            key: 'postgres_killed_answer_ms',
            goal: 'Postgres killed: every call is answered',
            limitMs: 3_000,
            ms: prober.longest(from, up),
          },
          {
            key: 'postgres_killed_accepting_ms',
            goal: 'Postgres killed: accepts after Postgres does',
            limitMs: 3_000,
            ms,
          },
          { key: 'postgres_itself_ms', goal: 'Postgres itself was away', limitMs: null, ms: up - from },
        ];
      }),
  },
  {
    name: 'nats',
    measure: (ground) =>
      withBench({ ground, name: 'nats' }, async ({ rig, applicants, post, probe, confirmed }) => {
        const refs = await applicants(4);
        const prober = await probe();
        const from = performance.now();
        await rig.nats?.kill9();
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        // Longer than a command is tried to be published: by now it was given up.
        await sleep(8_000);
        await rig.nats?.start();
        const answers = async (): Promise<boolean> =>
          (await rig.nats?.administer((manager) => manager.streams.info('IL_CMD'))) !== undefined;
        await since(performance.now(), answers, 10_000);
        const up = performance.now();
        const ms = await confirmed(refs, 'triage.started', up, 60_000);
        await prober.stop();
        return [
          {
            key: 'nats_killed_resumed_ms',
            goal: 'NATS killed for 8 s: writes go on after JetStream answers',
            limitMs: 3_000,
            ms,
          },
          {
            key: 'nats_killed_ingest_ms',
            goal: 'NATS killed: events are taken meanwhile',
            limitMs: 1_000,
            ms: prober.longest(from, up),
          },
        ];
      }),
  },
];
