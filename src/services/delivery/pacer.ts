// Spreads each connection's requests so that the vendor's rate limit is kept rather than met with 429; one per worker process.

export interface Pacer {
  /** Resolves when the connection may send its next request; at once where there is no rate or the signal is aborted. */
  turn(connection: string, rate: { requests: number; perMs: number } | null, signal: AbortSignal): Promise<void>;
}

/**
 * Never more than `requests` in whatever `perMs`, as vendors count: what a part of the time allows at once after a rest, then each when the
 * one that many before it is so long ago. A bucket that is full and filled again would let twice as many through at first.
 */
export function createPacer(now: () => number): Pacer {
  const logs = new Map<string, Log>();
  return {
    async turn(connection, rate, signal) {
      if (!rate || signal.aborted) return;
      const log = logOf(logs, connection, rate);
      const at = Math.max(now(), (log.moments[log.next] as number) + log.perMs);
      // Kept before it is waited for: who comes later waits longer, so turns keep their order.
      log.moments[log.next] = at;
      log.next = (log.next + 1) % log.moments.length;
      const waitMs = at - now();
      if (waitMs > 0) await pause(waitMs, signal);
    },
  };
}

/** The moments of the last requests, the oldest at `next`. */
interface Log {
  rate: { requests: number; perMs: number };
  moments: Float64Array;
  next: number;
  perMs: number;
}

const momentsMax = 1_000;
/** What a vendor allows in a longer time is kept in parts of this: who waits for a turn has a deadline, and a lease. */
const partMs = 2_000;
/** Requests that leave so far apart may arrive closer together. */
const marginMs = 20;

function logOf(logs: Map<string, Log>, connection: string, rate: Log['rate']): Log {
  const known = logs.get(connection);
  if (known && known.rate.requests === rate.requests && known.rate.perMs === rate.perMs) return known;
  const wanted = Math.max(Math.ceil(rate.requests / momentsMax), Math.ceil(rate.perMs / partMs));
  const each = Math.max(1, Math.floor(rate.requests / wanted));
  // As many whole parts as there are requests for: together they never exceed what is allowed in all.
  const parts = Math.floor(rate.requests / each);
  const moments = new Float64Array(each).fill(-Infinity);
  const fresh = { rate: { ...rate }, moments, next: 0, perMs: rate.perMs / parts + marginMs };
  logs.set(connection, fresh);
  return fresh;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
