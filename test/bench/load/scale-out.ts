// npm run bench -- scale-out: one, two and four processes of Interlock that share a Postgres and a nats-server play one season.
import { availableParallelism } from 'node:os';
import { type Checks, checkArrivals } from '../checks.ts';
import { startNats } from '../companions.ts';
import { cpuSeconds } from '../cpu.ts';
import { closedLoop } from '../loops.ts';
import { monotonicMs } from '../moments.ts';
import { asJson, type Given, type Options } from '../options.ts';
import { middleOf } from '../report.ts';
import { acceptedOf, path, season } from '../season.ts';
import { arrivalsOf, drained, openStage, type Stage, total, warmUp } from '../stage.ts';
import { vendors } from '../vendors.ts';
import { print, say, withPostgres } from './run.ts';

interface Round {
  processes: number;
  acceptedPerSecond: number;
  writebacksPerSecond: number;
  latency: { p50: number; p99: number };
  /** CPU seconds per 1,000 accepted events, of all processes of Interlock together, of Postgres and of nats-server. */
  cpu: { service: number; postgres: number; nats: number };
  /** Cores that were busy from the first event to the last write-back. */
  cores: { service: number; postgres: number; nats: number };
  commitsPerEvent: number;
  turnedAway: number;
  checks: Checks;
}

type Used = Round['cpu'];

async function playSeason(stage: Stage, applications: number, clients: number): Promise<Round> {
  const { postgres, companion } = stage;
  const scripts = season(applications, clients, 'app');
  const expected = acceptedOf(scripts.flat());
  const accepted = total(expected);
  const used = (): Used => ({
    service: stage.processes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    postgres: cpuSeconds(postgres.pid),
    nats: companion ? cpuSeconds(companion.pid) : 0,
  });
  const before = used();
  const commits = await postgres.commits();
  const closed = await closedLoop(stage.face, scripts);
  const end = await drained(stage, accepted * vendors.length);
  const seconds = (monotonicMs() - closed.startedAt) / 1_000;
  const after = used();
  // Statistics are flushed once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const committed = (await postgres.commits()) - commits;
  const { checks } = checkArrivals(await arrivalsOf(stage), expected);
  const each = (of: (name: keyof Used) => number): Used => ({
    service: of('service'),
    postgres: of('postgres'),
    nats: of('nats'),
  });
  return {
    processes: stage.processes.length,
    acceptedPerSecond: accepted / closed.seconds,
    writebacksPerSecond: (accepted * vendors.length) / ((end - closed.startedAt) / 1_000),
    latency: closed.latency,
    cpu: each((name) => ((after[name] - before[name]) / accepted) * 1_000),
    cores: each((name) => (after[name] - before[name]) / seconds),
    commitsPerEvent: committed / accepted,
    turnedAway: closed.turnedAway,
    checks: { ...checks, wrong: closed.wrong.length },
  };
}

const sumOf = ({ service, postgres, nats }: Used): number => service + postgres + nats;

function rowOf(rounds: readonly Round[], processes: number): (string | number)[] {
  const mine = rounds.filter((one) => one.processes === processes);
  const alone = rounds.filter((one) => one.processes === 1);
  const median = (of: (round: Round) => number, list = mine): number => middleOf(list.map(of)).median;
  const checks = mine.flatMap((one) => Object.values(one.checks)).reduce((sum, count) => sum + Math.abs(count), 0);
  const cores = (['service', 'postgres', 'nats'] as const).map((name) => median((one) => one.cores[name]).toFixed(2));
  const parts = (['service', 'postgres', 'nats'] as const).map((name) => median((one) => one.cpu[name]).toFixed(2));
  const rate = (one: Round): number => one.acceptedPerSecond;
  return [
    processes,
    median(rate),
    median(rate) / median(rate, alone),
    `${median((one) => one.latency.p50).toFixed(0)} / ${median((one) => one.latency.p99).toFixed(0)}`,
    median((one) => one.writebacksPerSecond),
    `${median((one) => sumOf(one.cpu)).toFixed(2)} (${parts.join(' + ')})`,
    median((one) => sumOf(one.cpu)) / median((one) => sumOf(one.cpu), alone),
    cores.join(' + '),
    median((one) => one.commitsPerEvent),
    median((one) => one.turnedAway),
    checks,
  ];
}

export const options = {
  processes: { says: 'how many there are, by turns', default: '1,2,4' },
  events: { says: 'accepted ones of a season', default: '8000' },
  clients: { says: 'spread over the processes', default: '64' },
  rounds: { says: 'seasons of each', default: '1' },
  limit: { says: 'how long a season may take, s', default: '240' },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code: 1 where a check failed. */
export async function run(given: Given<typeof options>): Promise<number> {
  const counts = given.processes.split(',').map(Number);
  const clients = Number(given.clients);
  const rounds = await withPostgres(async (postgres, folder) => {
    const played: Round[] = [];
    for (let number = 1; number <= Number(given.rounds); number += 1) {
      for (const processes of counts) {
        const contender = { name: `interlock-${processes}`, file: 'contenders/interlock.ts', companion: startNats };
        const stage = await openStage(contender, postgres, { folder, limit: Number(given.limit), processes });
        try {
          await warmUp(stage, 128 * processes, clients);
          const round = await playSeason(stage, Math.ceil(Number(given.events) / path.length), clients);
          played.push(round);
          say(JSON.stringify(round));
        } finally {
          await stage.stop();
        }
      }
    }
    return played;
  });
  const columns =
    'processes,accepted/s,ratio,p50 / p99 ms,write-backs/s,CPU s per 1 000 (service + Postgres + NATS),ratio,cores busy (the same),commits per event,turned away,checks that failed';
  const rows = counts.map((processes) => rowOf(rounds, processes));
  print({ cores: availableParallelism(), rounds }, columns.split(','), rows, given.json);
  return rounds.some(({ checks }) => Object.values(checks).some((count) => count !== 0)) ? 1 : 0;
}
