// The one source of chance in a simulated schedule: a stream of whole numbers, drawn from a seed or played back from a list.
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';

export interface Choices {
  /** A whole number in [0, n). Smaller numbers mean less trouble, so that shrinking leads to a quiet schedule. */
  below(n: number): number;
  /** True with about this probability; a 0 in the stream is false. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** In [0, 1). */
  fraction(): number;
  /** Everything drawn so far: enough to play the schedule again. */
  drawn(): number[];
}

const steps = 1 << 20;

export const fromSeed = (seed: number): Choices => {
  const random = seededRandom(seed);
  return choicesOf(() => Math.floor(random.next() * steps));
};

/** Played back; what lies beyond the end is 0. */
export const fromList = (list: readonly number[]): Choices => {
  let at = 0;
  return choicesOf(() => list[at++] ?? 0);
};

function choicesOf(next: () => number): Choices {
  const drawn: number[] = [];
  const draw = (): number => {
    const one = next();
    drawn.push(one);
    return one;
  };
  const below = (n: number): number => draw() % n;
  return {
    below,
    chance: (probability) => draw() >= steps * (1 - probability),
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    fraction: () => draw() / steps,
    drawn: () => drawn,
  };
}
