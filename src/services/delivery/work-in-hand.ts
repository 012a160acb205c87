// Work that this process keeps for its own workers from the moment it is born: what they would have to take and read is in their hands already.
import { limits } from '../../core/limits.ts';
import type { WantedWork, WorkRow } from '../../store/engine/work.ts';

export interface WorkInHand {
  /** Until `signal`, commands of this connection reach workers of this process and nobody else. */
  serve(connection: string, signal: AbortSignal): void;
  serves(connection: string): boolean;
  /** Work of attempts that are taken in the tables, read at `elapsed()` = `readAt` at the earliest. */
  keep(rows: readonly WorkRow[], readAt: number): void;
  /** Gives what was kept, once; `stale`: it was, and has lain too long to be believed. Null where nothing was. */
  take(wanted: WantedWork): WorkRow | 'stale' | null;
  /** Ms of a clock that does not jump. */
  elapsed(): number;
}

export function createWorkInHand(elapsed: () => number): WorkInHand {
  const served = new Map<string, AbortSignal>();
  /** Oldest first. */
  const kept = new Map<string, { row: WorkRow; readAt: number }>();
  return {
    elapsed,
    serve: (connection, signal) => void served.set(connection, signal),
    serves: (connection) => served.get(connection)?.aborted === false,
    keep(rows, readAt) {
      // Its command was lost, and by now its lease as well.
      for (const [key, one] of kept) {
        if (readAt - one.readAt <= limits.leaseMs) break;
        kept.delete(key);
      }
      for (const row of rows) kept.set(keyOf(row), { row, readAt });
    },
    take(wanted) {
      const key = keyOf(wanted);
      const one = kept.get(key);
      if (!one) return null;
      kept.delete(key);
      return elapsed() - one.readAt <= limits.workInHandMs ? one.row : 'stale';
    },
  };
}

const keyOf = ({ id, attempt, system }: WantedWork): string => `${id} ${attempt} ${system}`;
