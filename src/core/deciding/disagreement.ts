// Why a system does not show the canonical state, in words that reports, pages and the command line share.

export const disagreementCauses = [
  'in_flight',
  'held',
  'dead_writeback',
  'moved_by_hand',
  'unmapped_stage',
  'missing',
  'waived',
  'never_shown',
  'reading_failed',
] as const;
export type DisagreementCause = (typeof disagreementCauses)[number];
