// What every tier of the fault campaign takes and reports, so that one command can run and add up all of them.

export interface TierOptions {
  /** How many schedules, runs or cases; each tier says what one is. */
  seeds: number;
  /** The first seed; the next are counted up from it. */
  seed: number;
  /** Where logs of failing runs are kept. */
  folder: string;
  /** Stop at the first schedule that breaks something. */
  untilBroken?: boolean;
  /** Longer schedules with more going wrong, where a tier knows them. */
  hard?: boolean;
  /** Only cases with this in their name, where a tier has such. */
  only?: string | undefined;
  log(line: string): void;
}

export interface Violation {
  seed: number;
  /** Of RELIABILITY's list: "I1" to "I14", or a short name. */
  invariant: string;
  detail: string;
  /** Where everything about the run was kept, where that is so. */
  kept?: string;
  /** How to run it again, where that is not by its seed. */
  again?: string;
}

export interface TierReport {
  tier: string;
  runs: number;
  violations: Violation[];
  /** How often each rare branch was hit over the whole batch. */
  sometimes: Record<string, number>;
  /** Rare branches that must be hit in a batch of this size and were not: the batch fails. */
  missed: string[];
  /** What could not be done on this machine, and why: never silent. */
  skipped: string[];
  /** Figures of the tier: rates, times in ms, memory in bytes. */
  figures: Record<string, number>;
  seconds: number;
}
