// What a soak reports: totals, rates, processor time, memory per life of a process, and every finding.
import type { TierOptions, TierReport, Violation } from '../report.ts';
import type { Finding } from '../rig/checker/evidence.ts';
import type { Rig } from '../rig/rig.ts';
import type { Observed } from './check-figures.ts';
import { type Ledger, total } from './ledger.ts';
import { type Growth, growthOf, hasGrown, mebibytes, mostBytes } from './memory.ts';
import { soakFaults, type Trouble } from './trouble.ts';
import type { VendorLogs } from './vendor-logs.ts';
import type { Party, Watch } from './watch.ts';

export interface Soaked {
  rig: Rig;
  ledger: Ledger;
  logs: VendorLogs;
  watch: Watch;
  trouble: Trouble;
  findings: Finding[];
  observed: Observed;
  cpu: Readonly<Record<Party, number>>;
  loadSeconds: number;
  /** From the end of the faults until nothing was open. */
  settleSeconds: number;
  checkSeconds: number;
  requests: number;
  /** Writebacks open at once, and the greatest age of one. */
  openMost: number;
  oldestMostMs: number;
}

/** In a run that is long enough, each of these must have happened. */
const always = ['duplicates', 'echo', 'poison', 'retry_after', 'ambiguous', 'released_after_parking', 'superseded'];
const alwaysFrom = 5_000;

export function reportOf(options: TierOptions, soaked: Soaked, nats: boolean, seconds: number): TierReport {
  const { ledger, trouble, observed } = soaked;
  const counts = ledger.counts();
  const grown = judged(soaked).filter(({ name }) => name !== 'rig');
  const violations: Violation[] = [
    ...soaked.findings.map((one) => ({ ...one, seed: options.seed })),
    ...grown.filter(hasGrown).map((one) => ({ seed: options.seed, invariant: 'memory', detail: describe(one) })),
    ...tooLarge(soaked).map((detail) => ({ seed: options.seed, invariant: 'memory', detail })),
  ];
  const sometimes = {
    ...observed.sometimes,
    ...Object.fromEntries(Object.entries(trouble.struck).map(([name, count]) => [`fault_${name}`, count])),
    duplicates: counts.duplicates,
    poison: counts.poison,
    unanswered: counts.missed,
  };
  return {
    tier: 'soak',
    runs: options.seeds,
    violations,
    sometimes,
    missed: total(counts) < alwaysFrom ? [] : always.filter((name) => !(sometimes as Record<string, number>)[name]),
    skipped: [
      ...(nats ? [] : ['no nats-server on the PATH: one process with the bus inside it, and no fault of NATS']),
      'disks are never full in a soak: theirs would have to be small (tier 2 fills them)',
      ...(grown.length > 0 ? [] : ['no process lived long enough after its warm-up to judge memory (about 7 minutes)']),
    ],
    figures: figuresOf(soaked, grown),
    seconds,
  };
}

function figuresOf(soaked: Soaked, grown: readonly Growth[]): Record<string, number> {
  const { ledger, cpu, trouble, observed } = soaked;
  const counts = ledger.counts();
  const events = total(counts);
  const thousands = events / 1_000;
  return {
    events,
    newEvents: counts.events,
    repeated: counts.repeated,
    poison: counts.poison,
    webhooksByPeople: counts.webhook,
    requests: soaked.requests,
    vendorWrites: soaked.logs.writes(),
    ...Object.fromEntries(Object.entries(observed.totals).map(([name, count]) => [`on record: ${name}`, count])),
    eventsPerSecond: round(events / soaked.loadSeconds),
    loadSeconds: round(soaked.loadSeconds),
    settleSeconds: round(soaked.settleSeconds),
    checkSeconds: round(soaked.checkSeconds),
    cpuSecondsPerThousandInterlock: round(cpu.interlock / thousands),
    cpuSecondsPerThousandPostgres: round(cpu.postgres / thousands),
    cpuSecondsPerThousandNats: round(cpu.nats / thousands),
    cpuSecondsPerThousandRig: round(cpu.rig / thousands),
    ...Object.fromEntries(Object.entries(observed.lag).map(([name, ms]) => [`confirmationMs ${name}`, ms])),
    writebacksOpenMost: soaked.openMost,
    oldestOpenMostMs: soaked.oldestMostMs,
    faults: Object.values(trouble.struck).reduce((sum, count) => sum + count, 0),
    faultsOfKinds: Object.keys(trouble.struck).length,
    faultsPossible: soakFaults.length,
    faultsThatCouldNotBeMade: trouble.failures.length,
    lives: soaked.watch.lives.length,
    livesJudged: grown.length,
    ...Object.fromEntries(worstByName(grown).flatMap((one) => memoryFigures(one))),
    ...Object.fromEntries(
      Object.entries(soaked.watch.most()).map(([name, bytes]) => [`memory ${name}: most MiB`, mebibytes(bytes)]),
    ),
  };
}

const memoryFigures = (one: Growth): [string, number][] => [
  [`memory ${one.name}: MiB`, mebibytes(one.meanBytes)],
  [`memory ${one.name}: growth % by slope`, round(one.bySlope * 100)],
  [`memory ${one.name}: growth % by halves`, round(one.byHalves * 100)],
];

const judged = ({ watch }: Soaked): Growth[] => watch.lives.map((life) => growthOf(life)).filter((one) => one !== null);

function worstByName(grown: readonly Growth[]): Growth[] {
  const worst = new Map<string, Growth>();
  for (const one of grown) {
    const known = worst.get(one.name);
    if (!known || one.byHalves > known.byHalves) worst.set(one.name, one);
  }
  return [...worst.values()];
}

/** Processes of Interlock that held more than they may at any moment, whether V8 had collected or not. */
const tooLarge = ({ rig, watch }: Soaked): string[] => {
  const most = watch.most();
  return rig.children
    .filter(({ name }) => (most[name] ?? 0) > mostBytes)
    .map(({ name }) => `${name} held ${mebibytes(most[name] ?? 0)} MiB, more than ${mebibytes(mostBytes)}`);
};

const describe = (one: Growth): string =>
  `${one.name} grew by ${round(one.bySlope * 100)} % (line) and ${round(one.byHalves * 100)} % (halves) in ${one.seconds} s after its warm-up`;

const round = (value: number): number => Math.round(value * 100) / 100;
