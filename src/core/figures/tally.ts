// Counts of one hour or one day, line by line, that are added up with those of others.
import { addSteps, keptSteps, type Steps } from './durations.ts';

/** As it is kept: what it is of (an event type and a connection, a state), how many of each measure, and durations as `addSteps` reads them. */
export type TallyLine = [of: readonly string[], counts: readonly number[], durations: readonly string[]];

/** Lines of one hour or one day that begins then, ISO 8601. */
export interface TallyPart {
  at: string;
  lines: readonly TallyLine[];
}

/** What lines of one key come to. */
export interface TallySum {
  of: readonly string[];
  counts: number[];
  durations: Steps[];
}

/** Adds up lines under new keys; a line whose key is null is left out. In the order in which keys came first. */
export function addUp(
  parts: readonly TallyPart[],
  keyOf: (of: readonly string[], at: string) => readonly string[] | null,
): TallySum[] {
  const sums = new Map<string, TallySum>();
  for (const { at, lines } of parts)
    for (const line of lines) {
      const of = keyOf(line[0], at);
      if (of === null) continue;
      const key = of.join('\0');
      const sum = sums.get(key) ?? { of, counts: [], durations: [] };
      sums.set(key, sum);
      addLine(sum, line);
    }
  return [...sums.values()];
}

function addLine(sum: TallySum, [, counts, durations]: TallyLine): void {
  for (let nth = 0; nth < counts.length; nth += 1) sum.counts[nth] = (sum.counts[nth] ?? 0) + (counts[nth] ?? 0);
  for (let nth = 0; nth < durations.length; nth += 1) {
    const steps = sum.durations[nth] ?? [];
    sum.durations[nth] = steps;
    if (durations[nth]) addSteps(steps, durations[nth] ?? '');
  }
}

/** Adds up what is added up already, under new keys, with the first so many of the durations; what has the key null is left out. */
export function addUpAgain(
  sums: readonly TallySum[],
  keyOf: (of: readonly string[]) => readonly string[] | null,
  durationsMax = Number.POSITIVE_INFINITY,
): TallySum[] {
  const found = new Map<string, TallySum>();
  for (const { of, counts, durations } of sums) {
    const under = keyOf(of);
    if (under === null) continue;
    const key = under.join('\0');
    const into = found.get(key) ?? { of: under, counts: [], durations: [] };
    found.set(key, into);
    addCounts(into.counts, counts);
    for (const [nth, steps] of durations.slice(0, durationsMax).entries()) {
      into.durations[nth] ??= [];
      addCounts(into.durations[nth], steps);
    }
  }
  return [...found.values()];
}

/** What is of all keys together. */
export const total = (sums: readonly TallySum[]): TallySum =>
  addUpAgain(sums, () => [])[0] ?? { of: [], counts: [], durations: [] };

/** Where nothing is, there are none. */
function addCounts(into: number[], counts: readonly number[]): void {
  for (let at = 0; at < counts.length; at += 1) {
    const count = counts[at];
    if (count) into[at] = (into[at] ?? 0) + count;
  }
}

export const lineOf = ({ of, counts, durations }: TallySum): TallyLine => [of, counts, durations.map(keptSteps)];
