// The objects a simulated vendor holds: every saved change is logged, and reads can lag behind writes.
import type { WriteLog } from './write-log.ts';

export interface Shelf<T> {
  /** Saves a value; for `lagMs` reads still show what was there before. */
  put(id: string, value: T, by: 'api' | 'hand', lagMs?: number): void;
  /** What a vendor's read shows now. */
  visible(id: string): T | undefined;
  /** What a list shows now. */
  shown(): readonly T[];
  /** What is really saved. */
  saved(id: string): T | undefined;
  all(): readonly T[];
}

/** `describe` puts what matters of a value in the vendor's words, for the write log. */
export function createShelf<T>(log: WriteLog, describe: (value: T) => string): Shelf<T> {
  const slots = new Map<string, Slot<T>>();
  return {
    put(id, value, by, lagMs = 0) {
      const before = slots.get(id)?.value;
      slots.set(id, { value, before, laggingUntil: Date.now() + lagMs });
      log.append({ object: id, from: before === undefined ? null : describe(before), to: describe(value), by });
    },
    visible(id) {
      const slot = slots.get(id);
      return slot && shownBy(slot, Date.now());
    },
    shown() {
      const now = Date.now();
      const values: T[] = [];
      for (const slot of slots.values()) {
        const shown = shownBy(slot, now);
        if (shown !== undefined) values.push(shown);
      }
      return values;
    },
    saved: (id) => slots.get(id)?.value,
    all: () => [...slots.values()].map((slot) => slot.value),
  };
}

interface Slot<T> {
  value: T;
  before: T | undefined;
  laggingUntil: number;
}

const shownBy = <T>({ value, before, laggingUntil }: Slot<T>, now: number): T | undefined =>
  now < laggingUntil ? before : value;
