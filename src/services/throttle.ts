// Counts tries per key within a time, in memory and bounded: what keeps guessing slow.

export interface Throttle {
  /** How long to wait, ms; 0: this one is let through, and counted. */
  take(key: string): number;
  /** Forgets the tries of a key: they were made good. */
  forget(key: string): void;
}

interface Tries {
  count: number;
  /** The window began with the first try, on the clock of `now`. */
  since: number;
}

/** `now` never goes back. With n processes somebody has n times as many tries: each counts for itself. */
export function createThrottle(triesMax: number, windowMs: number, keysMax: number, now: () => number): Throttle {
  const known = new Map<string, Tries>();
  return {
    take(key) {
      const tries = known.get(key);
      if (!tries || now() - tries.since >= windowMs) {
        known.delete(key);
        // The oldest goes first: whoever fills the table only ends tries that are nearly over.
        if (known.size >= keysMax) known.delete(known.keys().next().value as string);
        known.set(key, { count: 1, since: now() });
        return 0;
      }
      if (tries.count >= triesMax) return Math.max(1, tries.since + windowMs - now());
      tries.count += 1;
      return 0;
    },
    forget: (key) => void known.delete(key),
  };
}
