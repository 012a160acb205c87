// The bounds of signing in and of clients: part of `limits`.

export const accessLimits = {
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
  sessionIdleMs: 30 * 60_000,
  sessionAbsoluteMs: 12 * 3_600_000,
  signInLinkMs: 24 * 3_600_000,
  endSessionsMs: 600_000,
  /** Links for the first account that are good at once: every start of every process makes one until there is an admin. */
  firstAdminLinksMax: 5,
  passwordCharsMin: 8,
  passwordCharsMax: 256,
  /** Failed tries to sign in within `signInWindowMs`: for an account from one address, for an account, for an address. */
  signInTriesMax: 5,
  signInTriesPerAccountMax: 50,
  signInTriesPerAddressMax: 100,
  signInWindowMs: 15 * 60_000,
  signInKeysMax: 20_000,
  /** Of one session, what it fetches by itself included. */
  pagesPerMinuteMax: 600,
  /** Requests of an ATS that orders tests, for each connection; and wrong keys, for each address and connection. */
  assessmentRequestsPerMinuteMax: 600,
  assessmentFailuresPerMinuteMax: 20,
  problemErrorsMax: 50,
} as const;
