// Keeps what was worked out for a few seconds, so that ten people at one page cost as much as one.

/** Gives what is known under the key, or makes it; those who ask at once wait for the same one. A failure is not kept. */
export type Remembered = <T>(key: string, make: () => Promise<T>) => Promise<T>;

const keptMs = 5_000;
const keysMax = 200;

export function createMemory(now: () => number): Remembered {
  const known = new Map<string, { at: number; value: Promise<unknown> }>();
  return <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const found = known.get(key);
    if (found && now() - found.at < keptMs) return found.value as Promise<T>;
    known.delete(key);
    if (known.size >= keysMax) known.delete(known.keys().next().value as string);
    const value = make();
    known.set(key, { at: now(), value });
    value.catch(() => known.delete(key));
    return value;
  };
}
