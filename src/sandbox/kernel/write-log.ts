// What a simulated vendor really saved, in order: the checker of order and duplicates reads it, never the vendor's answers.

export interface WriteLogEntry {
  /** Ms since 1970. */
  at: number;
  /** The vendor's id of the object. */
  object: string;
  /** What it showed before, in the vendor's words; null for a new object. */
  from: string | null;
  to: string;
  by: 'api' | 'hand';
}

export interface WriteLog {
  append(entry: Omit<WriteLogEntry, 'at'>): void;
  /** Oldest first; of one object, or of all. */
  entries(object?: string): readonly WriteLogEntry[];
  /** From now on entries go there and are not kept here: for runs too long to hold in memory. */
  handOver(take: (entry: WriteLogEntry) => void): void;
}

export function createWriteLog(): WriteLog {
  const all: WriteLogEntry[] = [];
  let take = (entry: WriteLogEntry): void => void all.push(Object.freeze(entry));
  return {
    append: (entry) => take({ at: Date.now(), ...entry }),
    handOver(next) {
      take = next;
    },
    entries: (object) => (object === undefined ? [...all] : all.filter((entry) => entry.object === object)),
  };
}
