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
  /** How far a vendor's clock may be ahead of ours when its time of a change is held against our own writes. */
  vendorClockToleranceMs: 5 * 60_000,
  vendorTimeoutMs: 15_000,
  vendorBodyBytesMax: 1024 * 1024,
  confirmChecksMax: 5,
  /** Attempts without a result that are made up for at once; from then on they keep to the retry schedule. */
  lostAtOnceMax: 2,
  sweepRowsMax: 500,
  dispatchRowsMax: 200,
  dispatchPollMs: 250,
  dispatchIdlePollMs: 1_000,
  sweepPollMs: 1_000,
  /** Lanes that do not move are reported within two leases. */
  stuckPollMs: 5_000,
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

  // Sealing the log.
  /** A checkpoint is due when so many rows wait, or one has waited so long. */
  sealRowsDue: 1_000,
  sealAgeMs: 10_000,
  /** Rows of one checkpoint, and checkpoints of one round. */
  sealRowsMax: 10_000,
  sealRoundsMax: 20,
  sealPollMs: 1_000,
  /** A row that is not sealed for so long: a transaction somewhere does not end. */
  sealLagWarnMs: 60_000,
  /** Checkpoints written to the file of anchors in one round, and read at once. */
  anchorRowsMax: 1_000,
  /** Subjects whose logs are verified at once, and the longest line of an export. */
  verifySubjectsMax: 200,
  exportLineCharsMax: 1024 * 1024,

  // Personal data.
  /** Payloads in quarantine that one erasure looks through. */
  quarantineSearchMax: 10_000,
  /** Events, values and audit entries of each kind in one export of a person. */
  exportRowsMax: 10_000,
  finishErasuresMs: 10_000,
  forgetErasedMs: 10_000,
  retentionPollMs: 3_600_000,
  /** Persons erased in one round of retention. */
  retentionRowsMax: 500,
  /** What never belonged to a known subject, such as a payload that nobody understood, is due for erasure after this. */
  strangerKeepMs: 90 * 24 * 3_600_000,

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
  connectionsMax: 2_000,
  /** From here on connections on which no whole request has come for a while make room for others. */
  connectionsCrowded: 1_500,
  unfinishedMs: 1_000,
  requestsPerConnectionMax: 10_000,
  /** Until the headers are here, and the whole request. */
  headersMs: 10_000,
  requestMs: 15_000,
  /** From a whole request to its answer, whatever became of it. */
  answerMs: 9_500,
  /** Log lines that a slow reader has not taken yet; what does not fit is dropped and counted. */
  logBufferBytesMax: 4 * 1024 * 1024,
  logFlushMs: 500,
  /** A background loop that keeps failing pauses no longer than this, unless it always does. */
  loopPauseMsMax: 3_000,
  shedEventLoopP99Ms: 200,
  /** One stall of this length is enough to shed for a second. */
  shedEventLoopStallMs: 1_500,
  shedAcceptP95Ms: 1_000,
  shedIngestWaitingMax: 20,
} as const;
