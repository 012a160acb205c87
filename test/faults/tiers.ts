// The tiers of the campaign by name, each with what one seed is and how many a change must pass.
import type { TierOptions, TierReport } from './report.ts';

export interface Tier {
  /** As on the command line, beside the name. */
  number: string;
  what: string;
  /** How many seeds `npm run faults` takes when none are given; 0: only when the tier is named. */
  seeds: number;
  load(): Promise<(options: TierOptions) => Promise<TierReport>>;
}

export const tiers: Readonly<Record<string, Tier>> = {
  simulation: {
    number: '0',
    what: 'simulated schedules of the engine in memory',
    seeds: 10_000,
    load: async () => (await import('./simulation/run.ts')).run,
  },
  'crash-points': {
    number: '1',
    what: 'processes that die at a named point of the code',
    seeds: 1_000,
    load: async () => (await import('./crash-points/index.ts')).run,
  },
  schedules: {
    number: '2',
    what: 'seasons of real processes with at least eight faults each',
    seeds: 60,
    load: async () => (await import('./schedules/index.ts')).run,
  },
  recovery: {
    number: '2b',
    what: 'how long it takes to go on after each kind of failure',
    seeds: 1,
    load: async () => (await import('./recovery/index.ts')).run,
  },
  soak: {
    number: '3',
    what: 'events under steady trouble; a seed is a thousand events',
    seeds: 0,
    load: async () => (await import('./soak/index.ts')).run,
  },
  tamper: {
    number: '4a',
    what: 'tamperings of the log, each to be named by the verifier',
    seeds: 92,
    load: async () => (await import('./tamper/index.ts')).run,
  },
  erasure: {
    number: '4b',
    what: 'erased people of whom no byte may be left',
    seeds: 1_000,
    load: async () => (await import('./erasure/index.ts')).run,
  },
  import: {
    number: '6',
    what: 'imports of 100,000 applications, killed twice on the way',
    seeds: 0,
    load: async () => (await import('./import/index.ts')).run,
  },
  mutants: {
    number: '5',
    what: 'bugs put into the product, each to be caught',
    seeds: 0,
    load: async () => (await import('./mutants/index.ts')).run,
  },
};

/** By name or number; undefined when there is none. */
export const tierNamed = (wanted: string): string | undefined =>
  Object.entries(tiers).find(([name, tier]) => name === wanted || tier.number === wanted)?.[0];
