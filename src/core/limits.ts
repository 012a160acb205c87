// Every bound in one place, named with its unit last: no loop, queue, body or retry is without one.
import { accessLimits } from './access/limits.ts';
import { alertLimits } from './alerts/limits.ts';
import { personLimits } from './persons/limits.ts';

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
  /** How far back is counted hour by hour: a report and the one before it. */
  tallyDays: 184,
  /** Nothing that was begun so long ago is still open in a transaction, and an hour is counted once it is over for so long. */
  tallyTransactionMs: 5 * 60_000,
  tallyAfterMs: 15 * 60_000,
  /** Until then it is counted in parts, each as soon as nothing of it is open any more. An hour has a whole number of them. */
  tallyPartMs: 5 * 60_000,
  /** What does not come within a statement's time is counted in pieces of so long. A part has a whole number of them. */
  tallyPieceMs: 60_000,
  /** Hours of one transaction, transactions of one round, and the pause between rounds. */
  tallyHoursMax: 12,
  tallyRunsMax: 20,
  tallyPollMs: 30_000,
  /** Appended counts that one statement merges, of hours that are over and of how many are where, and the pause between. */
  mergeRowsMax: 5_000,
  mergePollMs: 1_000,
  /** Entries of each kind in one subject's timeline; the newest are kept. */
  timelineRowsMax: 500,
  /** Notes on one incident. */
  incidentNotesMax: 200,
  incidentNoteCharsMax: 2_000,
  /** Quarantined events that are replayed by one form. */
  bulkReplayMax: 25,
  /** Writebacks redriven or waived by one request. */
  bulkSettleMax: 500,
  /** Writebacks or incidents of one act that goes on in the background, writebacks decided in one transaction, and acts of one round. */
  actItemsMax: 1_000,
  actChunkRows: 50,
  actsPerRoundMax: 20,
  actPollMs: 1_000,
  /** Rows of one CSV file. */
  csvRowsMax: 10_000,
  /** Views that one account keeps of one page, and what is offered of everybody's shared ones. */
  viewsPerAccountMax: 50,
  sharedViewsMax: 100,
  /** Subjects that one search for a person gives. */
  foundSubjectsMax: 100,
  /** How far ahead of our clock a sender's `occurredAt` may lie. */
  futureToleranceMs: 5 * 60_000,
  webhookToleranceMs: 5 * 60_000,

  // Mapping.
  /** Values of one payload that are looked at for fields that nobody has mapped, and how many of those are told. */
  payloadLeavesMax: 5_000,
  unknownFieldsPerPayloadMax: 200,
  /** Unmapped fields that are kept per connection; what is more is counted together. */
  unknownFieldsMax: 500,
  unknownFieldsFlushMs: 5_000,

  // Group commit.
  batchEventsMax: 256,
  batchResultsMax: 256,
  /** After a batch of so many, those who were answered are waited for, so many times a millisecond. */
  gatherEventsMin: 16,
  gatherPausesMax: 10,
  /** Groups of results follow each other no faster: what comes in between is one transaction. The first after a pause waits for nobody. */
  resultTickMs: 25,
  queueEventsMax: 10_000,
  transactionRetriesMax: 3,

  // Parking: bounded in time and in number.
  parkedPerSubjectMax: 100,
  parkedMs: 15 * 60_000,
  /** How often accepted offers whose record the HR system shows are looked for. */
  onboardingPollMs: 1_000,
  /** What only its requisition holds back waits this long for it to be taken up again. */
  heldByRequisitionMs: 30 * 24 * 3_600_000,
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
  /** What carrying out a command may take in all, and how long the lease of an attempt lasts at least from when a worker took it. */
  carryMs: 20_000,
  takenLeaseMs: 21_000,
  vendorBodyBytesMax: 1024 * 1024,
  confirmChecksMax: 5,
  /** Attempts without a result that are made up for at once; from then on they keep to the retry schedule. */
  lostAtOnceMax: 2,
  sweepRowsMax: 500,
  dispatchRowsMax: 200,
  /** Commands whose work is read by one statement. */
  workRowsMax: 256,
  /** For how long a worker believes work that its own process read when it was born: about what one reading and the first request take. */
  workInHandMs: 250,
  /** How long what is known of connections is good for whom a command is carried to, and for loops: each batch of events reads them anew. */
  workConnectionMs: 100,
  loopConnectionsMs: 250,
  /** How long a worker waits for work that somebody has locked; then its lease has to end, and the sweeper comes. */
  workLockedMs: 2_000,
  dispatchPollMs: 250,
  /** How often a process asks the database what time it is. */
  clockPollMs: 30_000,
  /** A machine whose clock is further off than this is told of. */
  clockOffMs: 5_000,
  sweepPollMs: 1_000,
  /** Lanes that do not move are reported within two leases. */
  stuckPollMs: 5_000,
  stuckPauseMsMax: 30_000,
  /** The share of the time that goes into looks at all that is open, such as that one, and the longest pause between those at agreement. */
  watchShare: 0.02,
  agreementPauseMsMax: 300_000,
  /** Of more pairs than these, agreement is not counted anew for whoever asks, as long as the last count is no older. */
  agreementPairsAtOnceMax: 250_000,
  agreementKeptMs: 360_000,
  /** Commands in flight per connection, as a multiple of what the vendor allows at once. */
  windowFactor: 4,
  /** The share of a lease within which they should be answered, and after how long a slow vendor is remembered as half as slow. */
  windowLeaseShare: 1 / 3,
  windowHalfLifeMs: 30_000,
  /** An own write is matched with the vendor's event for this long. */
  echoWindowMs: 24 * 3_600_000,
  circuitFailuresMin: 10,
  circuitFailureShare: 0.5,
  /** Answers of a connection that are looked back on. */
  circuitAnswersMax: 200,
  circuitWindowMs: 30_000,
  circuitOpenMs: 30_000,

  // Reconciliation.
  reconcilePollMs: 1_000,
  /** Open subjects that one round of the sweep looks over at one connection, and readings that it sends. */
  enrolRowsMax: 500,
  reconcileRowsMax: 200,
  /** The share of a connection's rate that goes into readings unless its pace says otherwise, and the rate that is assumed where none is known. */
  sweepShare: 0.1,
  sweepRatePerSecond: 10,
  /** What was read is not read again within this. */
  readingAgeMinMs: 60_000,
  /** A reading without an answer after this long will not get one. */
  readingLostMs: 60_000,
  /** Readings in a row that fail before it is reported, and the longest pause between them. */
  readingFailuresMin: 3,
  readingRetryMsMax: 3_600_000,
  agreementPollMs: 30_000,
  /** Vendors' lists of stages and fields: how often they are read, at least and at most, and for how long one process has the turn. */
  cataloguePollMs: 600_000,
  catalogueAgainMs: 60_000,
  catalogueLeaseMs: 60_000,
  catalogueWatchMs: 5_000,
  /** Pages of such a list, and lanes that are held or released in one round. */
  cataloguePagesMax: 50,
  holdRowsMax: 1_000,
  /** Polling: how often, the longest pause after failures, pages of one turn, its lease, and the age at which silence is an incident. */
  pollEveryMs: 30_000,
  pollRetryMsMax: 900_000,
  pollPagesMax: 10,
  pollLeaseMs: 120_000,
  pollStaleMs: 900_000,

  // Files.
  fileBytesMax: 512 * 1024 * 1024,
  fileLineCharsMax: 256 * 1024,
  fileCellCharsMax: 64 * 1024,
  fileColumnsMax: 500,
  /** Files of one folder that are looked at, and taken in one turn. */
  filesListedMax: 1_000,
  filesPerTurnMax: 20,
  /** Rows recorded before the place in the file is noted, and lines of one file that are told of one by one. */
  fileRowsPerStep: 200,
  fileFaultsMax: 10_000,
  /** A file must keep its size so long before it is whole; a file that is not whole after this is an incident. */
  fileSettleMs: 5_000,
  fileHalfMs: 900_000,
  fileWatchMs: 1_000,
  /** The lease of a turn, which every step renews, and the longest turn. */
  fileLeaseMs: 120_000,
  fileTurnMs: 600_000,
  fileRetryMsMax: 900_000,
  /** Files on the way of which answers are looked for in one turn. */
  filesAwaitedMax: 200,
  fileAnswersMax: 20_000,
  /** Names of files that are done are kept so long. */
  fileNameKeepMs: 90 * 24 * 3_600_000,
  forgetFileNamesMs: 60_000,

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

  // Imports.
  /** Lines of a file that are recorded at once: progress is kept after each such step. */
  importLinesAtOnce: 500,
  /** Lines of one request. */
  importLinesPerRequestMax: 1_000,
  /** What was wrong with lines of one import: kept of the first so many, and shown of fewer on its page. */
  importErrorsKeptMax: 1_000,
  importErrorsShownMax: 50,
  /** One that has not come on for so long was broken off. */
  importQuietMs: 120_000,

  // Waves.
  /** How often waves are looked at, comparisons of one round and connection, and how long people have to do what would be written. */
  waveWatchMs: 30_000,
  shadowRowsMax: 500,
  shadowPatienceMs: 3 * 86_400_000,

  ...personLimits,
  ...accessLimits,
  ...alertLimits,

  // Pages that hear of changes.
  liveStreamsMax: 500,
  liveStreamsPerSessionMax: 8,
  liveStreamMs: 600_000,
  liveHeartbeatMs: 15_000,
  livePollMs: 2_000,

  // Running.
  /** How long the command line waits for a database that another process is starting, or for another command to end. */
  joinMs: 30_000,
  stopMs: 15_000,
  connectionsMax: 2_000,
  /** Connections that wait to be taken, as far as the system allows: one more is heard of a second or three later, when its first packet comes again. */
  backlogMax: 1_024,
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
  /** Whoever would wait longer for its answer is shed, and however slow the machine is, so many are let in. */
  shedWaitMs: 200,
  shedInFlightMin: 128,
  shedEventLoopP99Ms: 200,
  /** One stall of this length is enough to shed for a second. */
  shedEventLoopStallMs: 1_500,
  shedAcceptP95Ms: 1_000,
  shedIngestWaitingMax: 20,
} as const;
