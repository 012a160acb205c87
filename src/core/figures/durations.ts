// Durations on a scale of steps of two per cent, so that those of an hour are counted once and added up with those of others ever after.

/** How much longer each step is than the one before. */
export const durationRatio = 1.02;

/** What a figure on the scale differs from the exact one by, at most: half a step, or one per cent. Nothing is shorter than a millisecond. */
export const durationErrorMax = Math.sqrt(durationRatio) - 1;

/** The step nearest to a duration in ms; the first one, 0, is a millisecond and all below. */
export const stepOf = (ms: number): number => (ms <= 1 ? 0 : Math.round(Math.log(ms) / Math.log(durationRatio)));

/** In ms. */
export const durationOf = (step: number): number => durationRatio ** step;

/** How many durations there are of each step, by the step; where nothing is, there are none. */
export type Steps = number[];

/** As it is kept: step, count, step, count, with commas between. Adds to what is there. */
export function addSteps(into: Steps, kept: string): void {
  let [number, step] = [0, -1];
  for (let at = 0; at <= kept.length; at += 1) {
    const code = kept.charCodeAt(at);
    if (code >= digitZero) {
      number = number * 10 + code - digitZero;
    } else if (step < 0) {
      step = number;
      number = 0;
    } else {
      into[step] = (into[step] ?? 0) + number;
      step = -1;
      number = 0;
    }
  }
}

const digitZero = '0'.charCodeAt(0);

export function keptSteps(steps: Steps): string {
  const kept: number[] = [];
  for (const [step, count] of steps.entries()) if (count > 0) kept.push(step, count);
  return kept.join(',');
}

/**
 * The continuous percentiles of durations that are known by their steps: each lies between two neighbours in the order, in proportion, as
 * PostgreSQL's percentile_cont has it. `shares` from 0 to 1. In ms; null when there are no durations.
 */
export function percentilesOf(steps: Steps, shares: readonly number[]): number[] | null {
  const total = steps.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  /** The duration that so many come before. */
  const nth = (place: number): number => {
    let before = 0;
    for (const [step, count] of steps.entries()) {
      before += count ?? 0;
      if (place < before) return durationOf(step);
    }
    throw new Error('A percentile lies beyond all durations. This is a bug in Interlock.');
  };
  return shares.map((share) => {
    const at = share * (total - 1);
    const [low, high] = [nth(Math.floor(at)), nth(Math.ceil(at))];
    return low + (high - low) * (at - Math.floor(at));
  });
}
