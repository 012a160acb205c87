// The bounds of what is done with personal data: part of `limits`.

export const personLimits = {
  /** Persons compared in one round, others that one is compared with, and how many may share a name before it says nothing. */
  compareRowsMax: 200,
  alikeRowsMax: 50,
  namesakesMax: 5,
  /** Persons compared in one transaction: what is sealed of them and of those alike is opened without a pause. */
  comparedAtOnceMax: 25,
  comparePollMs: 2_000,
  /** The share of the time that goes into it, and the longest rest after one such transaction. */
  compareShare: 0.1,
  comparePauseMsMax: 5_000,
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
} as const;
