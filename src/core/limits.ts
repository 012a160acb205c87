// Every bound in one place, named with its unit last: no loop, queue, body or retry is without one.

export const limits = {
  // What a caller may send.
  bodyBytesMax: 256 * 1024,
  bulkBodyBytesMax: 5 * 1024 * 1024,
  eventsPerRequestMax: 1_000,
  jsonDepthMax: 32,
  stringCharsMax: 64 * 1024,
  identifierCharsMax: 200,
  pageRowsMax: 200,
  pageRowsDefault: 50,
  reportDaysMax: 92,
  reportDaysDefault: 7,
  /** Each of at most three reports at once. */
  reportSortBytesMax: 64 * 1024 * 1024,
  /** Entries of each kind in one subject's timeline; the newest are kept. */
  timelineRowsMax: 500,
  /** Writebacks redriven or waived by one request. */
  bulkSettleMax: 500,
  /** How far ahead of our clock a sender's `occurredAt` may lie. */
  futureToleranceMs: 5 * 60_000,
  webhookToleranceMs: 5 * 60_000,

  // Group commit.
  batchEventsMax: 256,
  batchResultsMax: 256,
  resultTickMs: 10,
  queueEventsMax: 10_000,
  transactionRetriesMax: 3,

  // Parking: bounded in time and in number.
  parkedPerSubjectMax: 100,
  parkedMs: 15 * 60_000,
  /** A vendor's stage event that is no legal next step waits this long for the events before it. */
  reorderWindowMs: 60_000,
  probeRetryMs: 5_000,

  // Writebacks.
  leaseMs: 30_000,
  /** A target that shows what nobody told us of is looked at again after this, before a rule is carried out: its event may be on its way. */
  conflictLookMs: 10_000,
  vendorTimeoutMs: 15_000,
  vendorBodyBytesMax: 1024 * 1024,
  confirmChecksMax: 5,
  sweepRowsMax: 500,
  dispatchRowsMax: 200,
  dispatchPollMs: 250,
  dispatchIdlePollMs: 1_000,
  sweepPollMs: 1_000,
  /** Commands in flight per connection, as a multiple of what the vendor allows at once. */
  windowFactor: 4,
  /** An own write is matched with the vendor's event for this long. */
  echoWindowMs: 24 * 3_600_000,
  circuitFailuresMin: 10,
  circuitFailureShare: 0.5,
  /** Answers of a connection that are looked back on. */
  circuitAnswersMax: 200,
  circuitWindowMs: 30_000,
  circuitOpenMs: 30_000,

  // Access.
  tokenTtlSeconds: 600,
  clientCacheMs: 5_000,
  tokenRequestsPerMinuteMax: 30,
  hashesAtOnceMax: 2,
  hashesWaitingMax: 50,
  /** Many clients may share one address, so an address may ask this many times as often as one client. */
  tokenAddressFactor: 10,
  tokenCacheMax: 10_000,
  clientCacheMax: 10_000,
  clientRequestsPerMinuteMax: 60_000,
  problemErrorsMax: 50,

  // Running.
  /** How long the command line waits for a database that another process is starting, or for another command to end. */
  joinMs: 30_000,
  stopMs: 15_000,
  shedEventLoopP99Ms: 200,
  shedAcceptP95Ms: 1_000,
  shedIngestWaitingMax: 20,
} as const;
