// Keeps what was worked out for a few seconds, so that ten people at one page cost as much as one, and nobody waits for what takes long.

/**
 * Gives what is known under the key, or makes it; those who ask at once wait for the same one. What took long to make is given
 * once more while it is made anew: what it is of says its own moment. A failure is not kept.
 */
export type Remembered = <T>(key: string, make: () => Promise<T>) => Promise<T>;

const keptMs = 5_000;
/** From here on people notice that they wait. */
const longMs = 100;
/** Older than this is not shown any more, however long the new one takes. */
const oldMs = 120_000;
const keysMax = 200;

interface Known {
  value: Promise<unknown>;
  at: number;
  /** Null while it is being made. */
  tookMs: number | null;
  renewing: boolean;
}

export function createMemory(now: () => number): Remembered {
  const known = new Map<string, Known>();
  const keep = <T>(key: string, value: Promise<T>): void => {
    const entry: Known = { value, at: now(), tookMs: null, renewing: false };
    known.delete(key);
    if (known.size >= keysMax) known.delete(known.keys().next().value as string);
    known.set(key, entry);
    value.then(
      () => {
        entry.tookMs = now() - entry.at;
      },
      () => {
        if (known.get(key) === entry) known.delete(key);
      },
    );
  };
  const renew = <T>(key: string, entry: Known, make: () => Promise<T>): void => {
    if (entry.renewing) return;
    entry.renewing = true;
    const started = now();
    make().then(
      (made) => known.set(key, { value: Promise.resolve(made), at: started, tookMs: now() - started, renewing: false }),
      () => {
        // Who asks next tries again, and hears of it once nothing old is left to show.
        entry.renewing = false;
      },
    );
  };
  return <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(key);
    const ageMs = found ? now() - found.at : Number.POSITIVE_INFINITY;
    if (found && (ageMs < keptMs || found.tookMs === null)) return found.value as Promise<T>;
    if (found && (found.tookMs ?? 0) >= longMs && ageMs < oldMs) {
      renew(key, found, make);
      return found.value as Promise<T>;
    }
    const value = make();
    keep(key, value);
    return value;
  };
}
