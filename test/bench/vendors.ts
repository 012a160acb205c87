// The two vendors of a measurement, and what they remember of each write.

export const vendors = ['ats', 'hris'] as const;

/** Vendor, application (or our subject), position in its sequence, ms of the machine's monotonic clock. */
export type Arrival = readonly [vendor: string, application: string, position: number, at: number];

/** When requests were refused, ms of the same clock: because the vendor was down, or because there were too many in a second. */
export interface Refusals {
  down: number[];
  limit: number[];
}
