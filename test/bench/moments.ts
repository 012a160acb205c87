// One clock for all processes of a measurement.

/** Milliseconds of the machine's monotonic clock: the same in every process, whatever happens to the time of day. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
