// How many commands each connection has in flight: read from the database now and then, counted on in between.
import { limits } from '../../core/limits.ts';

export interface Window {
  /** Leased commands per connection: `read` is asked when what is known is older than a poll. */
  leased(read: () => Promise<Map<string, number>>): Promise<ReadonlyMap<string, number>>;
  /** Counts commands that were leased (or, negative, settled) since the last reading. */
  add(connection: string, count: number): void;
}

export function createWindow(now: () => number): Window {
  let counts = new Map<string, number>();
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async leased(read) {
      if (now() - readAt > limits.dispatchPollMs) {
        counts = await read();
        readAt = now();
      }
      return counts;
    },
    add: (connection, count) => void counts.set(connection, Math.max(0, (counts.get(connection) ?? 0) + count)),
  };
}
