// One contender, one round: warm-up, the season as fast as the clients go, then a fixed rate; with the CPU of every part and all checks.
import { setTimeout as sleep } from 'node:timers/promises';
import { arrivalKey, type Checks, checkArrivals } from './checks.ts';
import { startNats, startRestate } from './companions.ts';
import { cpuSeconds } from './cpu.ts';
import { closedLoop, openLoop, spread } from './loops.ts';
import type { BenchDatabase, Statement } from './postgres.ts';
import { acceptedOf, schedule, season } from './season.ts';
import { arrivalsOf, type Contender, drained, openStage, type Stage, tellVendors, total, warmUp } from './stage.ts';
import { vendors } from './vendors.ts';

export const contenders: readonly Contender[] = [
  { name: 'hand-written', file: 'contenders/hand-written.ts' },
  { name: 'interlock-local', file: 'contenders/interlock.ts' },
  { name: 'interlock-nats', file: 'contenders/interlock.ts', companion: startNats },
  { name: 'interlock-read-back', file: 'contenders/interlock.ts', environment: { PROOF: 'read' } },
  { name: 'graphile-worker', file: 'contenders/graphile-worker.ts' },
  { name: 'pg-boss', file: 'contenders/pg-boss.ts' },
  { name: 'dbos', file: 'contenders/dbos.ts' },
  { name: 'restate', file: 'contenders/restate.ts', companion: startRestate },
];

export interface Plan {
  applications: number;
  clients: number;
  /** Of the open loop; 0 leaves it out. */
  seconds: number;
  perSecond: number;
  /** A run that is not through by then has failed, s. */
  limit: number;
  /** What its applications are called, where the database keeps those of other rounds; each with a first letter of its own, as their people are named by it. */
  names?: { warm: string; season: string };
}

export interface Round {
  contender: string;
  accepted: number;
  acceptedPerSecond: number;
  latency: { p50: number; p99: number };
  writebacksPerSecond: number;
  /** CPU seconds per 1,000 accepted events. */
  cpu: { server: number; postgres: number; companion: number; sum: number };
  commitsPerEvent: number;
  /** Answers that said: not now. */
  turnedAway: number;
  /** Where they were counted: how many for an event, and the dearest, each as calls and ms per 1,000 events. */
  statements?: { perEvent: number; dearest: Statement[] };
  open?: { accept: Spread; arrival: Spread; total: Spread };
  checks: Checks;
}
type Spread = { p50: number; p99: number };

export async function runOne(
  contender: Contender,
  plan: Plan,
  postgres: BenchDatabase,
  folder: string,
  profile?: string,
): Promise<Round> {
  const stage = await openStage(contender, postgres, { folder, limit: plan.limit, profile });
  try {
    await warmUp(stage, Math.min(128, plan.applications), plan.clients, plan.names?.warm);
    const round = await playSeason(stage, plan, contender.name);
    if (plan.seconds > 0) await addOpenLoop(stage, plan, round);
    return round;
  } finally {
    await stage.stop();
  }
}

async function playSeason(stage: Stage, plan: Plan, name: string): Promise<Round> {
  const { postgres, contender, companion } = stage;
  const scripts = season(plan.applications, plan.clients, plan.names?.season ?? 'app');
  const expected = acceptedOf(scripts.flat());
  const accepted = total(expected);
  const used = () => ({
    server: cpuSeconds(contender.pid),
    postgres: cpuSeconds(postgres.pid),
    companion: companion ? cpuSeconds(companion.pid) : 0,
  });
  await postgres.statements();
  const before = used();
  const commits = await postgres.commits();
  const closed = await closedLoop(stage.face, scripts);
  const end = await drained(stage, accepted * vendors.length);
  const after = used();
  // Statistics are flushed once a second.
  await sleep(1_100);
  const committed = (await postgres.commits()) - commits;
  const statements = await postgres.statements();
  const { checks } = checkArrivals(await arrivalsOf(stage), expected);
  const per = (seconds: number): number => (seconds / accepted) * 1_000;
  const cpu = {
    server: per(after.server - before.server),
    postgres: per(after.postgres - before.postgres),
    companion: per(after.companion - before.companion),
  };
  return {
    contender: name,
    accepted,
    acceptedPerSecond: accepted / closed.seconds,
    latency: closed.latency,
    writebacksPerSecond: (accepted * vendors.length) / ((end - closed.startedAt) / 1_000),
    cpu: { ...cpu, sum: cpu.server + cpu.postgres + cpu.companion },
    commitsPerEvent: committed / accepted,
    turnedAway: closed.turnedAway,
    ...(statements ? { statements: perThousand(statements, accepted) } : {}),
    checks: { ...checks, wrong: closed.wrong.length },
  };
}

function perThousand(statements: readonly Statement[], events: number): NonNullable<Round['statements']> {
  const per = (count: number): number => (count / events) * 1_000;
  return {
    perEvent: statements.reduce((sum, { calls }) => sum + calls, 0) / events,
    dearest: statements.slice(0, 40).map(({ calls, milliseconds, planning, text }) => ({
      calls: per(calls),
      milliseconds: per(milliseconds),
      planning: per(planning),
      text,
    })),
  };
}

async function addOpenLoop(stage: Stage, plan: Plan, round: Round): Promise<void> {
  await tellVendors(stage, 'reset');
  await sleep(500);
  const { perSecond, seconds } = plan;
  const { sent, wrong } = await openLoop(stage.face, schedule(perSecond, seconds, 'open'));
  await drained(stage, sent.length * vendors.length);
  const counts = new Map<string, number>();
  const accept: number[] = [];
  const arrival: number[] = [];
  const whole: number[] = [];
  for (const { event } of sent) counts.set(event.subject, (counts.get(event.subject) ?? 0) + 1);
  const { checks, first } = checkArrivals(await arrivalsOf(stage), counts);
  const positions = new Map<string, number>();
  for (const { event, due, accepted } of sent.sort((a, b) => a.due - b.due)) {
    const position = (positions.get(event.subject) ?? 0) + 1;
    positions.set(event.subject, position);
    accept.push(accepted - due);
    for (const vendor of vendors) {
      const at = first.get(arrivalKey(vendor, event.subject, position));
      if (at === undefined) continue;
      arrival.push(at - accepted);
      whole.push(at - due);
    }
  }
  round.open = { accept: spread(accept), arrival: spread(arrival), total: spread(whole) };
  round.checks.wrong += wrong;
  for (const name of ['missing', 'inverted', 'repeated', 'unexpected'] as const) round.checks[name] += checks[name];
}
