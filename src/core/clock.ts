// The time of day, set by a clock that others share and carried on by one that nobody sets.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Takes over a time that was asked for at `askedAt` and known at `answeredAt`, both of the steady clock; a slow answer is not taken for a precise one. */
  set(time: number, askedAt: number, answeredAt: number): void;
}

/** `steady` counts milliseconds from anywhere and is never set; `start` is what the time is taken to be until it is set. */
export function createClock(steady: () => number, start: number): Clock {
  let base = start - steady();
  let setAt = Number.NEGATIVE_INFINITY;
  let unsureMs = Number.POSITIVE_INFINITY;
  return {
    now: () => Math.round(base + steady()),
    set(time, askedAt, answeredAt) {
      const roundTripMs = answeredAt - askedAt;
      const offset = time - (askedAt + roundTripMs / 2);
      // What is known drifts by at most one in ten thousand, so an old precise answer is in the end worth less than a new vague one.
      const knownToMs = unsureMs + (answeredAt - setAt) / 10_000;
      if (roundTripMs / 2 > knownToMs && Math.abs(offset - base) <= roundTripMs / 2 + knownToMs) return;
      base = offset;
      setAt = answeredAt;
      unsureMs = roundTripMs / 2;
    },
  };
}
