// The bounds of alerts and their channels: part of `limits`.

export const alertLimits = {
  alertPollMs: 30_000,
  alertRulesMax: 50,
  alertChannelsMax: 20,
  /** Things that one rule tells of at once, such as connections; the worst are kept. */
  alertThingsMax: 50,
  /** Counting ends here: more than that is said to be that many. */
  alertCountMax: 10_000,
  /** Writebacks that rates and latencies are made of: the newest of their window. */
  alertWritesMax: 100_000,
  alertMinutesMax: 7 * 24 * 60,
  alertDeliverPollMs: 1_000,
  alertDeliverRowsMax: 20,
  /** Longer than a delivery may take: within it nobody else sends the same one. */
  alertLeaseMs: 60_000,
  alertTriesMax: 8,
  alertKeepMs: 90 * 24 * 3_600_000,
  alertForgetRowsMax: 500,
  mailTimeoutMs: 15_000,
  /** Whoever tries a channel waits for its answer. */
  alertTestMs: 8_000,
} as const;
