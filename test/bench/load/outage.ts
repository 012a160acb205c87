// npm run bench -- outage: one of two vendors is down until so many writebacks wait for it, and then comes back. What is asked is what
// an hour would ask: so many waiting, the circuit open, its trials; the hour itself is left out.
import { setTimeout as sleep } from 'node:timers/promises';
import { arrivalKey, checkArrivals } from '../checks.ts';
import { closedLoop, openLoop, spread } from '../loops.ts';
import { monotonicMs } from '../moments.ts';
import { asJson, type Given, type Options } from '../options.ts';
import { acceptedOf, path, schedule, season } from '../season.ts';
import { arrivalsOf, drained, openStage, type Stage, tellVendors, warmUp } from '../stage.ts';
import { type Arrival, type Refusals, vendors } from '../vendors.ts';
import { residentMiB } from './memory.ts';
import { print, say, withPostgres } from './run.ts';

const [down, other] = vendors;

interface Steady {
  phase: string;
  /** From when an event was due until the vendor that is up had it, ms. */
  toOther: { p50: number; p99: number };
  accept: { p50: number; p99: number };
  residentMiB: number;
}

interface Probe {
  phase: string;
  residentMiB: number;
  sent: Awaited<ReturnType<typeof openLoop>>['sent'];
}

/** A light load at a fixed rate, the same in every phase. */
async function probe(stage: Stage, phase: string, perSecond: number, seconds: number): Promise<Probe> {
  const { sent } = await openLoop(stage.face, schedule(perSecond, seconds, phase));
  const found = { phase, residentMiB: residentMiB(stage.contender.pid), sent };
  say(`${phase}: ${sent.length} events at ${perSecond} a second, ${found.residentMiB.toFixed(0)} MiB`);
  return found;
}

function steadyOf({ phase, residentMiB, sent }: Probe, first: ReadonlyMap<string, number>): Steady {
  const positions = new Map<string, number>();
  const toOther: number[] = [];
  for (const { event, due } of [...sent].sort((a, b) => a.due - b.due)) {
    const position = (positions.get(event.subject) ?? 0) + 1;
    positions.set(event.subject, position);
    const at = first.get(arrivalKey(other, event.subject, position));
    if (at !== undefined) toOther.push(at - due);
  }
  return {
    phase,
    toOther: spread(toOther),
    accept: spread(sent.map(({ accepted, due }) => accepted - due)),
    residentMiB,
  };
}

/** Most of the moments that lie within a second of each other. */
function mostInASecond(moments: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < moments.length; to += 1) {
    while ((moments[to] as number) - (moments[from] as number) >= 1_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

interface Drain {
  /** From when the vendor was back until its first write. */
  beginsAfterMs: number;
  seconds: number;
  perSecond: number;
  allowed: number;
  /** The most in any second, wherever it begins. */
  mostInASecond: number;
  /** The same, but for the first two seconds. */
  mostLater: number;
}

function drainOf(arrivals: readonly Arrival[], backAt: number, allowed: number): Drain {
  const moments = arrivals.filter(([vendor, , , at]) => vendor === down && at >= backAt).map(([, , , at]) => at);
  moments.sort((a, b) => a - b);
  const [begin, end] = [moments[0] ?? Number.NaN, moments.at(-1) ?? Number.NaN];
  const seconds = (end - begin) / 1_000;
  return {
    beginsAfterMs: begin - backAt,
    seconds,
    perSecond: moments.length / seconds,
    allowed,
    mostInASecond: mostInASecond(moments),
    mostLater: mostInASecond(moments.filter((at) => at > begin + 2_000)),
  };
}

interface Plan {
  waiting: number;
  pace: number;
  perSecond: number;
  seconds: number;
  clients: number;
}

async function play(stage: Stage, plan: Plan) {
  const { perSecond, seconds } = plan;
  const scripts = season(Math.ceil(plan.waiting / path.length), plan.clients, 'wait');
  const memory: number[] = [];
  const watch = setInterval(() => memory.push(residentMiB(stage.contender.pid)), 1_000);
  const probes = [await probe(stage, 'before', perSecond, seconds)];
  const before = probes[0]?.sent.length ?? 0;
  await drained(stage, before * vendors.length);
  await tellVendors(stage, `set/${down}/down/1`);
  const downAt = monotonicMs();
  const filled = await closedLoop(stage.face, scripts);
  say(`${plan.waiting} events in ${filled.seconds.toFixed(0)} s; ${filled.wrong.length} wrong answers`);
  // What the other vendor has not yet seen of them would stand in the way of the measured load.
  const wanted = before * vendors.length + plan.waiting;
  while (Number(await tellVendors(stage, 'count')) < wanted) await sleep(200);
  probes.push(await probe(stage, 'down', perSecond, seconds));
  const waited = Number(await stage.contender.ask('pending'));
  const whileDown = JSON.parse(await tellVendors(stage, 'refusals')) as Refusals;
  await tellVendors(stage, `set/${down}/down/0`);
  const backAt = monotonicMs();
  const seen = Number(await tellVendors(stage, 'count'));
  while (Number(await tellVendors(stage, 'count')) === seen) await sleep(20);
  say(`the first write ${((monotonicMs() - backAt) / 1_000).toFixed(1)} s after the vendor was back`);
  probes.push(await probe(stage, 'draining', perSecond, seconds));
  const all = probes.reduce((sum, { sent }) => sum + sent.length, 0) + plan.waiting;
  await drained(stage, all * vendors.length);
  clearInterval(watch);
  const expected = acceptedOf(scripts.flat());
  for (const { sent } of probes)
    for (const { event } of sent) expected.set(event.subject, (expected.get(event.subject) ?? 0) + 1);
  const arrivals = await arrivalsOf(stage);
  const { checks, first } = checkArrivals(arrivals, expected);
  const refusals = JSON.parse(await tellVendors(stage, 'refusals')) as Refusals;
  return {
    plan,
    downSeconds: (backAt - downAt) / 1_000,
    waited,
    askedWhileDown: whileDown.down.length,
    overTheLimit: refusals.limit.length,
    phases: probes.map((one) => steadyOf(one, first)),
    drain: drainOf(arrivals, backAt, plan.pace),
    memory,
    checks: { ...checks, wrong: filled.wrong.length },
  };
}

export const options = {
  waiting: { says: 'writebacks', default: '100000' },
  pace: { says: 'requests per second that the vendor which goes down allows', default: '600' },
  rate: { says: 'events per second of the load whose latency is measured before, during and after', default: '40' },
  seconds: { says: 'of that load, each time', default: '15' },
  clients: { says: 'those that fill the queue', default: '64' },
  limit: { says: 'how long the drain may take, s', default: '600' },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code: 1 where a check failed. */
export async function run(given: Given<typeof options>): Promise<number> {
  const plan: Plan = {
    waiting: Math.ceil(Number(given.waiting) / path.length) * path.length,
    pace: Number(given.pace),
    perSecond: Number(given.rate),
    seconds: Number(given.seconds),
    clients: Number(given.clients),
  };
  const found = await withPostgres(async (postgres, folder) => {
    const environment = { PACE: JSON.stringify({ [down]: plan.pace }) };
    const contender = { name: 'interlock-local', file: 'contenders/interlock.ts', environment };
    const stage = await openStage(contender, postgres, { folder, limit: Number(given.limit) });
    try {
      await warmUp(stage, 128, plan.clients);
      return await play(stage, plan);
    } finally {
      await stage.stop();
    }
  });
  const { drain, phases, memory } = found;
  const rows = [
    ...phases.map(({ phase, toOther, accept, residentMiB: held }) => [
      `${phase}: event to the vendor that is up, p50 / p99 ms; accepted p50 / p99 ms; memory MiB`,
      `${toOther.p50.toFixed(0)} / ${toOther.p99.toFixed(0)}; ${accept.p50.toFixed(0)} / ${accept.p99.toFixed(0)}; ${held.toFixed(0)}`,
    ]),
    ['memory over all, least / most MiB', `${Math.min(...memory).toFixed(0)} / ${Math.max(...memory).toFixed(0)}`],
    ['waiting when the vendor came back', found.waited],
    ['down, s; requests that it refused meanwhile', `${found.downSeconds.toFixed(0)}; ${found.askedWhileDown}`],
    ['back → first write, ms', drain.beginsAfterMs],
    ['drain: s; requests/s; allowed', `${drain.seconds.toFixed(0)}; ${drain.perSecond.toFixed(0)}; ${drain.allowed}`],
    ['the most in any second; after the first two seconds', `${drain.mostInASecond}; ${drain.mostLater}`],
    ['missing / inverted / repeated / unexpected / wrong', Object.values(found.checks).join('/')],
  ];
  print(found, ['', found.plan.waiting === 0 ? '' : `${found.plan.waiting} waiting`], rows, given.json);
  return Object.values(found.checks).some((count) => count !== 0) ? 1 : 0;
}
