// The retry schedule of writebacks: about 21 hours in all, then a person decides.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const scheduleMs = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour];

/** Tries before a writeback is dead: the first and one per step of the schedule. */
export const retriesMax = scheduleMs.length + 1;

/** Wait after the `tries`-th try, with full jitter: between nothing and the step. `random` in [0, 1). */
export function retryDelayMs(tries: number, random: number): number {
  const step = scheduleMs[Math.min(Math.max(tries, 1), scheduleMs.length) - 1] ?? 0;
  return Math.round(step * random);
}
