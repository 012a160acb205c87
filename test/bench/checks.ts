// What the vendors' own records say about a run: nothing missing, inverted, repeated or unheard of.
import { type Arrival, vendors } from './vendors.ts';

export interface Checks {
  missing: number;
  inverted: number;
  repeated: number;
  unexpected: number;
  /** Answers that were not what the workload expected. */
  wrong: number;
}

export interface Checked {
  checks: Omit<Checks, 'wrong'>;
  /** `vendor/application/position` → ms of its first arrival. */
  first: ReadonlyMap<string, number>;
}

export const arrivalKey = (vendor: string, application: string, position: number): string =>
  `${vendor}/${application}/${position}`;

/** `expected`: how many changes of each application every vendor must have seen, in order, once each. */
export function checkArrivals(arrivals: readonly Arrival[], expected: ReadonlyMap<string, number>): Checked {
  const first = new Map<string, number>();
  const newest = new Map<string, number>();
  const checks = { missing: 0, inverted: 0, repeated: 0, unexpected: 0 };
  for (const [vendor, application, position, at] of arrivals) {
    const key = arrivalKey(vendor, application, position);
    const lane = `${vendor}/${application}`;
    if (first.has(key)) checks.repeated += 1;
    else if (position < 1 || position > (expected.get(application) ?? 0)) checks.unexpected += 1;
    else {
      first.set(key, at);
      if (position < (newest.get(lane) ?? 0)) checks.inverted += 1;
    }
    newest.set(lane, Math.max(newest.get(lane) ?? 0, position));
  }
  const wanted = [...expected.values()].reduce((sum, count) => sum + count, 0) * vendors.length;
  checks.missing = wanted - first.size;
  return { checks, first };
}
