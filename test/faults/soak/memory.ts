// Judges whether memory stays flat: per life of a process, after its warm-up, by the slope of a line and by halves.

import { duplicateWindowMs } from '../../../src/bus/topology.ts';

export interface Sample {
  /** Ms since 1970. */
  at: number;
  bytes: number;
}

/** One process from one start to its end. */
export interface Life {
  name: string;
  pid: number;
  /** Ms since 1970: when it was first seen. */
  bornAt: number;
  samples: Sample[];
}

export interface Growth {
  name: string;
  /** After the warm-up. */
  seconds: number;
  /** What a straight line through the samples gains over the whole time, as a share of where it begins. */
  bySlope: number;
  /** The height of the second half over that of the first, less one; a height is kept for a twentieth of the time, so that one peak is none. */
  byHalves: number;
  meanBytes: number;
}

export const growthMax = 0.1;
/** For a process of Interlock, at any moment, whatever of it is garbage. */
export const mostBytes = 512 * 2 ** 20;
const minute = 60_000;
/** A Node process fills its heap lazily: what grows later than this leaks. */
const warmUpMs = 2 * minute;
/** Others have as much as they will ever have only later. Where a fault ends them before, nothing is said of them. */
const warmUps: Readonly<Record<string, number>> = {
  // It keeps the ids of the last ten minutes, to know a message that comes twice.
  nats: warmUpMs + duplicateWindowMs,
  // A connection keeps the plan of each statement that it ever carried out, and lives half an hour (`src/store/database/pool.ts`).
  postgres: warmUpMs + 30 * minute,
};
/** A shorter life says nothing about growth. */
const judgedMs = 5 * minute;
const samplesMin = 20;

/** Null for a life that was too short to judge. */
export function growthOf(life: Life, warmUp = warmUps[life.name] ?? warmUpMs, judged = judgedMs): Growth | null {
  const samples = life.samples.filter((one) => one.at >= life.bornAt + warmUp && one.bytes > 0);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < judged || samples.length < samplesMin) return null;
  const { start, gained } = lineThrough(samples);
  const middle = (first.at + last.at) / 2;
  return {
    name: life.name,
    seconds: Math.round((last.at - first.at) / 1_000),
    bySlope: gained / start,
    byHalves:
      heightOf(samples.filter((one) => one.at > middle)) / heightOf(samples.filter((one) => one.at <= middle)) - 1,
    meanBytes: samples.reduce((sum, one) => sum + one.bytes, 0) / samples.length,
  };
}

/** Both measures must say so: one peak is no slope, and a slope without a higher peak is settling. */
export const hasGrown = ({ bySlope, byHalves }: Growth): boolean => bySlope > growthMax && byHalves > growthMax;

function heightOf(samples: readonly Sample[]): number {
  const sorted = samples.map((one) => one.bytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
}

/** Least squares: the line's first value, and what it gains from the first sample to the last. */
function lineThrough(samples: readonly Sample[]): { start: number; gained: number } {
  const from = samples[0]?.at ?? 0;
  const meanAt = samples.reduce((sum, one) => sum + one.at - from, 0) / samples.length;
  const meanBytes = samples.reduce((sum, one) => sum + one.bytes, 0) / samples.length;
  let together = 0;
  let spread = 0;
  for (const { at, bytes } of samples) {
    together += (at - from - meanAt) * (bytes - meanBytes);
    spread += (at - from - meanAt) ** 2;
  }
  const slope = spread === 0 ? 0 : together / spread;
  return { start: meanBytes - slope * meanAt, gained: slope * ((samples.at(-1)?.at ?? from) - from) };
}

export const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
