// Parts that are there and say nothing, or forget: frozen servers, black holes, a bus without its data.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, type Measured, readiness, type Scenario, since, withBench } from './bench.ts';

const callMs = 10_000;
const usableMs = 15_000;

export const silences: readonly Scenario[] = [
  {
    name: 'natsfrozen',
    measure: (ground) =>
      withBench({ ground, name: 'natsfrozen' }, async ({ rig, applicants, post, probe, confirmed }) => {
        const refs = await applicants(4);
        const prober = await probe();
        const from = performance.now();
        rig.nats?.freeze();
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        const red = await readiness(rig.cores[0]?.url ?? '', 503, from, 20_000);
        await sleep(Math.max(0, 20_000 - (performance.now() - from)));
        const thawed = performance.now();
        rig.nats?.thaw();
        const ms = await confirmed(refs, 'triage.started', thawed, 60_000);
        await prober.stop();
        return [
          { key: 'nats_frozen_red_ms', goal: 'NATS frozen: health is red', limitMs: callMs, ms: red },
          {
            key: 'nats_frozen_ingest_ms',
            goal: 'NATS frozen: events are taken meanwhile',
            limitMs: 1_000,
            ms: prober.longest(from, thawed),
          },
          { key: 'nats_frozen_resumed_ms', goal: 'NATS frozen for 20 s: writes go on after it', limitMs: 3_000, ms },
        ];
      }),
  },
  {
    name: 'amnesia',
    measure: (ground) =>
      withBench({ ground, name: 'amnesia' }, async ({ rig, applicants, post, confirmed }) => {
        const refs = await applicants(12);
        await rig.workers[0]?.kill();
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        await sleep(500);
        const from = performance.now();
        await rig.nats?.forget('everything');
        rig.workers[0]?.start();
        const told = async (): Promise<boolean> => rig.cores[0]?.log().includes('lost its memory') ?? false;
        const detected = await since(from, told, 60_000);
        const ms = await confirmed(refs, 'triage.started', from, 90_000);
        return [
          { key: 'amnesia_detected_ms', goal: 'NATS lost everything: noticed', limitMs: 30_000, ms: detected },
          {
            key: 'amnesia_redriven_ms',
            goal: 'NATS lost everything: all that was under way is confirmed',
            limitMs: 60_000,
            ms,
          },
        ];
      }),
  },
  {
    name: 'postgresfrozen',
    measure: (ground) =>
      withBench({ ground, name: 'postgresfrozen' }, (bench) =>
        databaseSilence(bench, 'postgres_frozen', 'Postgres frozen for 30 s', 30_000, {
          begin: () => ground.postgres.freeze(),
          end: () => ground.postgres.thaw(),
        }),
      ),
  },
  {
    name: 'holepostgres',
    measure: (ground) =>
      withBench({ ground, name: 'holepostgres' }, (bench) => {
        const ways = ['core-1-postgres', 'worker-1-postgres'].map((name) => bench.rig.proxies.get(name));
        return databaseSilence(bench, 'hole_postgres', 'black hole to Postgres for 20 s', 20_000, {
          begin: () => ways.forEach((way) => void way?.set({ kind: 'black_hole' })),
          end: () => ways.forEach((way) => void way?.heal()),
        });
      }),
  },
  {
    name: 'holenats',
    measure: (ground) =>
      withBench({ ground, name: 'holenats' }, async ({ rig, applicants, post, probe, confirmed }) => {
        const refs = await applicants(4);
        const ways = ['core-1-nats', 'worker-1-nats'].map((name) => rig.proxies.get(name));
        const prober = await probe();
        const from = performance.now();
        for (const way of ways) way?.set({ kind: 'black_hole' });
        await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
        // Short enough that nobody has noticed yet that the connections are dead.
        await sleep(6_000);
        for (const way of ways) way?.heal();
        const healed = performance.now();
        const ms = await confirmed(refs, 'triage.started', healed, 60_000);
        await prober.stop();
        return [
          {
            key: 'hole_nats_call_ms',
            goal: 'black hole to NATS: events are taken meanwhile',
            limitMs: callMs,
            ms: prober.longest(from, healed),
          },
          {
            key: 'hole_nats_usable_ms',
            goal: 'black hole to NATS for 6 s: writes go on after it',
            limitMs: usableMs,
            ms,
          },
        ];
      }),
  },
];

async function databaseSilence(
  { rig, applicants, post, probe, confirmed }: Bench,
  key: string,
  what: string,
  forMs: number,
  silence: { begin(): void; end(): void },
): Promise<Measured[]> {
  const [ref = ''] = await applicants(1);
  const prober = await probe();
  await sleep(1_000);
  const url = rig.cores[0]?.url ?? '';
  const from = performance.now();
  silence.begin();
  const red = await readiness(url, 503, from, 20_000);
  const alive = await fetch(`${url}/healthz`).then((answer) => answer.status === 200);
  await sleep(Math.max(0, forMs - (performance.now() - from)));
  silence.end();
  const healed = performance.now();
  await prober.firstTaken(healed, 60_000);
  await post(ref, 'triage.started');
  const written = await confirmed([ref], 'triage.started', healed, 60_000);
  await sleep(2_000);
  await prober.stop();
  return [
    { key: `${key}_call_ms`, goal: `${what}: every call ends`, limitMs: callMs, ms: prober.longest(from, healed) },
    {
      key: `${key}_red_ms`,
      goal: `${what}: not ready, but alive`,
      limitMs: callMs,
      ms: alive ? red : Number.POSITIVE_INFINITY,
    },
    {
      key: `${key}_usable_ms`,
      goal: `${what}: no call fails any more`,
      limitMs: usableMs,
      ms: prober.lastFailure(healed),
    },
    { key: `${key}_writes_ms`, goal: `${what}: a new write is confirmed`, limitMs: usableMs, ms: written },
  ];
}
