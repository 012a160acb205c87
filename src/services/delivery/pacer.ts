// Spreads each connection's requests so that the vendor's rate limit is kept rather than met with 429; one per worker process.

export interface Pacer {
  /** Resolves when the connection may send its next request; at once where there is no rate or the signal is aborted. */
  turn(connection: string, rate: { requests: number; perMs: number } | null, signal: AbortSignal): Promise<void>;
}

/** A token bucket per connection: a burst of `requests` is fine, then they come evenly. */
export function createPacer(now: () => number): Pacer {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    async turn(connection, rate, signal) {
      if (!rate || signal.aborted) return;
      const perToken = rate.perMs / rate.requests;
      const bucket = buckets.get(connection) ?? { tokens: rate.requests, at: now() };
      bucket.tokens = Math.min(rate.requests, bucket.tokens + (now() - bucket.at) / perToken) - 1;
      bucket.at = now();
      buckets.set(connection, bucket);
      // Below nothing, the debt is the time to wait: those who come later owe more, so turns keep their order.
      if (bucket.tokens < 0) await pause(-bucket.tokens * perToken, signal);
    },
  };
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
