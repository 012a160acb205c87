// How many commands each connection has in flight, read from the database now and then and counted on in between; and how many more it may have.
import { type InFlight, nothingInFlight, type Pace, paceOf, windowOf } from '../../core/delivery/window.ts';
import { limits } from '../../core/limits.ts';
import type { Connection } from '../connections/connections.ts';

export interface Window {
  /** Leased commands per connection: `read` is asked when what is known is older than a poll. */
  leased(read: () => Promise<Map<string, InFlight>>): Promise<ReadonlyMap<string, InFlight>>;
  /** Counts commands that were leased (or, negative, settled) since the last reading. */
  add(connection: string, count: number): void;
  /** How many more may leave beside those that are leased; negative where there are too many. */
  places(connection: Pick<Connection, 'id' | 'concurrency'>, leased: ReadonlyMap<string, InFlight>): number;
}

export function createWindow(now: () => number): Window {
  let known = new Map<string, InFlight>();
  let readAt = Number.NEGATIVE_INFINITY;
  const paces = new Map<string, Pace>();
  return {
    async leased(read) {
      if (now() - readAt > limits.dispatchPollMs) {
        known = await read();
        readAt = now();
      }
      return known;
    },
    add(connection, count) {
      const before = known.get(connection) ?? nothingInFlight;
      known.set(connection, { ...before, count: Math.max(0, before.count + count) });
    },
    places({ id, concurrency }, leased) {
      const inFlight = leased.get(id) ?? nothingInFlight;
      const pace = paceOf(paces.get(id), inFlight, now());
      paces.set(id, pace);
      return windowOf(concurrency, inFlight, pace) - inFlight.count;
    },
  };
}
