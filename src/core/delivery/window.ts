// How many commands of one connection may be on their way at once.
import { limits } from '../limits.ts';

/** Commands that were sent and are not answered. `age_ms`: the mean of how long ago they were sent. */
export interface InFlight {
  count: number;
  age_ms: number;
}

export const nothingInFlight: InFlight = { count: 0, age_ms: 0 };

/** How long commands take until they are answered, as far as it shows; `at`: ms of a clock that does not jump. */
export interface Pace {
  throughMs: number;
  at: number;
}

/**
 * They go in the order in which they came, so each is through after twice their mean age. A slow vendor is remembered beyond the last of
 * its answers, each half-life half as much.
 */
export function paceOf(before: Pace | undefined, { age_ms }: InFlight, at: number): Pace {
  const remembered = before ? before.throughMs * 0.5 ** ((at - before.at) / limits.windowHalfLifeMs) : 0;
  return { throughMs: Math.max(2 * age_ms, remembered), at };
}

/**
 * Some times what the vendor takes at once, so that nobody who works waits for the next; but no more than are through within a share of a
 * lease, and no less than the vendor takes at once: the lease of what only waits for its turn runs out too, and a vendor that has become
 * slow would be sent the same again and again. As many leave in the time that one takes as are on their way (Little's law).
 */
export function windowOf(concurrency: number, { count }: InFlight, { throughMs }: Pace): number {
  const within = ((count + 1) * limits.leaseMs * limits.windowLeaseShare) / throughMs;
  return Math.min(concurrency * limits.windowFactor, Math.max(concurrency, Math.floor(within)));
}
