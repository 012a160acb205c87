// npm run bench -- overload: an open loop at multiples of what the service can take. Nobody who is turned away comes again by herself.

import { type Checks, checkArrivals } from '../checks.ts';
import { cpuSeconds } from '../cpu.ts';
import { spread } from '../loops.ts';
import { asJson, type Given, type Options } from '../options.ts';
import { arrivalsOf, drained, openStage, type Stage, tellVendors, total, warmUp } from '../stage.ts';
import { vendors } from '../vendors.ts';
import { type Answered, arrive, type Became, saturate } from './arrive.ts';
import { print, say, withPostgres } from './run.ts';
import { createWalkers } from './walkers.ts';

interface Phase {
  /** Of the capacity. */
  times: number;
  offered: number;
  acceptedPerSecond: number;
  shares: Record<Became, number>;
  /** Of those that were accepted and those that were shed, ms from when they were due. */
  accepted: { p50: number; p99: number };
  shed: { p50: number; p99: number };
  /** How much later than due requests were sent: what the load itself adds, ms. */
  lateP99: number;
  /** Of the service, per second. */
  cpu: number;
  /** Accepted and not recorded; shed and recorded all the same. */
  lost: number;
  recordedThoughShed: number;
  checks: Checks;
}

async function playPhase(stage: Stage, times: number, perSecond: number, seconds: number): Promise<Phase> {
  await tellVendors(stage, 'reset');
  const walkers = createWalkers(`x${String(times).replace('.', '-')}`);
  const before = cpuSeconds(stage.contender.pid);
  const answers = await arrive(stage.face, walkers, perSecond, seconds);
  const cpu = (cpuSeconds(stage.contender.pid) - before) / seconds;
  await drained(stage, 0);
  const recorded = new Set((await stage.contender.ask('events')) as string[]);
  const expected = walkers.accepted(recorded);
  const { checks } = checkArrivals(await arrivalsOf(stage), expected);
  const of = (became: Became): Answered[] => answers.filter((one) => one.became === became);
  const share = (became: Became): number => of(became).length / answers.length;
  const [accepted, shed, wrong] = [of('accepted'), of('shed'), of('wrong')];
  if (wrong[0]) say(`${wrong.length} answers were wrong, such as ${wrong[0].status}`);
  return {
    times,
    offered: perSecond,
    acceptedPerSecond: accepted.length / seconds,
    shares: { accepted: share('accepted'), shed: share('shed'), unknown: share('unknown'), wrong: share('wrong') },
    accepted: spread(accepted.map((one) => one.latency)),
    shed: spread(shed.map((one) => one.latency)),
    lateP99: spread(answers.map((one) => one.latency - one.service)).p99,
    cpu,
    lost: accepted.filter(({ id }) => !recorded.has(id)).length,
    recordedThoughShed: shed.filter(({ id }) => recorded.has(id)).length,
    checks: { ...checks, wrong: wrong.length },
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export const options = {
  times: { says: 'multiples of the capacity, which is measured first', default: '0.5,1,2,4' },
  seconds: { says: 'of each of them', default: '15' },
  clients: { says: 'those that measure the capacity', default: '64' },
  limit: { says: 'how long a phase may take until all is drained, s', default: '240' },
  profile: { says: 'a folder for the CPU profile of the service' },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code: 1 where something was lost, recorded though it was shed, or failed a check. */
export async function run(given: Given<typeof options>): Promise<number> {
  const seconds = Number(given.seconds);
  const found = await withPostgres(async (postgres, folder) => {
    const contender = { name: 'interlock-local', file: 'contenders/interlock.ts' };
    const stage = await openStage(contender, postgres, { folder, limit: Number(given.limit), profile: given.profile });
    try {
      await warmUp(stage, 128, Number(given.clients));
      const walkers = createWalkers('capacity');
      const capacity = await saturate(stage.face, walkers, Number(given.clients), seconds);
      await drained(stage, total(walkers.accepted(new Set())) * vendors.length);
      say(`capacity: ${capacity.toFixed(0)} accepted/s with ${given.clients} clients`);
      const phases: Phase[] = [];
      for (const times of given.times.split(',').map(Number)) {
        phases.push(await playPhase(stage, times, Math.round(capacity * times), seconds));
        say(JSON.stringify(phases.at(-1)));
      }
      return { capacity, seconds, phases };
    } finally {
      await stage.stop();
    }
  });
  const columns =
    'offered,per s,accepted/s,accepted,shed,not known,p50 / p99 of accepted ms,p50 / p99 of shed ms,sent late p99 ms,CPU s/s,lost,shed but recorded,checks';
  const rows = found.phases.map((one) => [
    `${one.times}×`,
    one.offered,
    one.acceptedPerSecond,
    percent(one.shares.accepted),
    percent(one.shares.shed),
    percent(one.shares.unknown),
    `${one.accepted.p50.toFixed(1)} / ${one.accepted.p99.toFixed(1)}`,
    `${one.shed.p50.toFixed(1)} / ${one.shed.p99.toFixed(1)}`,
    one.lateP99,
    one.cpu,
    one.lost,
    one.recordedThoughShed,
    Object.values(one.checks).join('/'),
  ]);
  print(found, columns.split(','), rows, given.json);
  const isFaulty = found.phases.some(
    (one) => one.lost + one.recordedThoughShed > 0 || Object.values(one.checks).some((count) => count !== 0),
  );
  return isFaulty ? 1 : 0;
}
