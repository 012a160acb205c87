// Disks that are full: small ones in memory, filled to the last byte under Postgres and under JetStream, and emptied again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import { openGround } from '../rig/ground.ts';
import { type Bench, type Measured, readiness, type Scenario, since, withBench } from './bench.ts';

const mountable = (): string | null =>
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'full disks: mounting a small one takes root on Linux, so what a full disk does WAS NOT MEASURED'
    : null;

export const disks: readonly Scenario[] = [
  {
    name: 'fullpostgres',
    missing: mountable,
    measure: (outer) =>
      onSmallDisk(join(outer.folder, 'small', 'postgres'), 320, async (folder, fill) => {
        // Its Postgres alone is on that disk.
        await using ground = await openGround({ folder: dirname(folder), build: outer.build });
        return await withBench({ ground, name: 'fullpostgres' }, async ({ rig, probe, query }) => {
          const prober = await probe();
          await sleep(1_000);
          const from = performance.now();
          const empty = fill();
          const url = rig.cores[0]?.url ?? '';
          const failing = await since(from, async () => prober.lastFailure(from) > 0, 60_000);
          await sleep(6_000);
          const alive = await fetch(`${url}/healthz`).then((answer) => answer.status);
          if (alive !== 200) throw new Error(`/healthz answered ${alive}`);
          empty();
          const emptied = performance.now();
          // It may have ended itself, and be on its way back.
          const itself = await since(emptied, async () => (await query('select 1')).length === 1, 60_000);
          const up = performance.now();
          const accepting = await prober.firstTaken(up, 60_000);
          await prober.stop();
          return [
            {
              key: 'full_postgres_first_failure_ms',
              goal: 'disk of Postgres full: first refused event',
              limitMs: null,
              ms: failing,
            },
            {
              key: 'full_postgres_call_ms',
              goal: 'disk of Postgres full: every call ends',
              limitMs: 10_000,
              ms: prober.longest(from, emptied),
            },
            {
              key: 'full_postgres_itself_ms',
              goal: 'disk of Postgres emptied: Postgres answers',
              limitMs: null,
              ms: itself,
            },
            {
              key: 'full_postgres_accepting_ms',
              goal: 'disk of Postgres emptied: accepts after Postgres does',
              limitMs: 3_000,
              ms: accepting,
            },
          ];
        });
      }),
  },
  {
    name: 'fulljetstream',
    missing: mountable,
    measure: (ground) =>
      onSmallDisk(join(ground.folder, 'small-nats'), 24, async (folder, fill) => {
        const nats = await startNats(folder);
        const options = { ground, name: 'fulljetstream', environment: { NATS_URL: nats.url } };
        try {
          return await withBench(options, (bench) => fullJetStream(bench, nats, fill));
        } finally {
          await nats.stop();
        }
      }),
  },
];

async function fullJetStream(
  { rig, applicants, post, probe, confirmed }: Bench,
  nats: SmallNats,
  fill: () => () => void,
): Promise<Measured[]> {
  const refs = await applicants(6);
  const prober = await probe();
  await sleep(500);
  const url = rig.cores[0]?.url ?? '';
  const from = performance.now();
  const empty = fill();
  const red = await readiness(url, 503, from, 30_000);
  await Promise.all(refs.map((ref) => post(ref, 'triage.started')));
  await sleep(6_000);
  const meanwhile = prober.longest(from, performance.now());
  empty();
  // A server that met a full disk may stay wedged until it is started again.
  const wedged = !Number.isFinite(await readiness(url, 200, performance.now(), 5_000));
  if (wedged) await nats.restart();
  await readiness(url, 200, performance.now(), 20_000);
  const up = performance.now();
  const ms = await confirmed(refs, 'triage.started', up, 90_000);
  await prober.stop();
  const what = wedged ? 'emptied, and JetStream started again' : 'emptied';
  return [
    { key: 'full_jetstream_red_ms', goal: 'disk of JetStream full: health is red', limitMs: 10_000, ms: red },
    {
      key: 'full_jetstream_ingest_ms',
      goal: 'disk of JetStream full: events are taken meanwhile',
      limitMs: 1_000,
      ms: meanwhile,
    },
    {
      key: 'full_jetstream_resumed_ms',
      goal: `disk of JetStream ${what}: writes go on after JetStream answers`,
      limitMs: 3_000,
      ms,
    },
  ];
}

interface SmallNats {
  url: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** One that believes it has room: left to itself it would look at the disk and refuse the streams at once. */
async function startNats(folder: string): Promise<SmallNats> {
  const port = await freePort();
  const configuration = join(folder, 'nats.conf');
  writeFileSync(
    configuration,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(folder)}, max_file_store: 4GB, max_memory_store: 16MB }\n`,
  );
  const begin = (): ChildProcess => spawn('nats-server', ['--config', configuration], { stdio: 'ignore' });
  let child = begin();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    stop,
    async restart() {
      await stop();
      child = begin();
    },
  };
}

/** A file system of so many MB in memory. `fill` takes all that is left; what it returns gives it back. */
async function onSmallDisk<T>(
  folder: string,
  megabytes: number,
  work: (folder: string, fill: () => () => void) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  const fill = (): (() => void) => {
    writeFileSync(filler, '');
    for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      try {
        for (;;) appendFileSync(filler, Buffer.alloc(bytes));
      } catch {
        // No room for so much; less may still fit.
      }
    }
    return () => rmSync(filler);
  };
  try {
    return await work(folder, fill);
  } finally {
    run('umount', ['-l', folder]);
  }
}

function run(program: string, parameters: string[]): void {
  const ended = spawnSync(program, parameters, { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${ended.stderr}`);
}
