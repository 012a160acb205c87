// The two vendors of a measurement, and what they remember of each write.

export const vendors = ['ats', 'hris'] as const;

/** Vendor, application (or our subject), position in its sequence, ms of the machine's monotonic clock. */
export type Arrival = readonly [vendor: string, application: string, position: number, at: number];
