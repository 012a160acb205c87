// Remembers that commands were refused or got no answer, and says so once the server takes commands again.

export interface Owed {
  refused(): void;
  taken(): void;
}

/** A stream that is full now and then would otherwise have everything repeated all the time. */
const pauseMs = 1_000;

/** `settle` publishes again whatever may be missing; without it that would wait for its leases to run out. */
export function rememberOwed(settle: () => void): Owed {
  let owed = false;
  let settledAt = Number.NEGATIVE_INFINITY;
  return {
    refused() {
      owed = true;
    },
    taken() {
      if (!owed || performance.now() - settledAt < pauseMs) return;
      owed = false;
      settledAt = performance.now();
      setImmediate(settle);
    },
  };
}
