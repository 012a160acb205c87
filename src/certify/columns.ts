// The faults that every adapter is tried with, in the order in which the matrix shows them, and what each is.

/** `title` heads the column; `asks` is what must hold. */
export const columns = {
  saved_nothing: { title: '200, unsaved', about: 'write', asks: '200 that saved nothing is never called confirmed' },
  saved_then_500: { title: 'saved, 500', about: 'write', asks: 'saved but answered 500: known by reading, saved once' },
  hang_after: { title: 'saved, hangs', about: 'write', asks: 'hangs after saving: known by reading, saved once' },
  rate_limit: { title: '429 + after', about: 'write', asks: '429 with Retry-After waits as long as it says' },
  rate_limit_bare: { title: '429 bare', about: 'write', asks: '429 without Retry-After waits some time' },
  html_200: { title: 'HTML, 200', about: 'write', asks: 'a login page with status 200 is no yes' },
  expired_token: { title: 'token over', about: 'write', asks: 'an expired token is renewed unseen' },
  edited_by_hand: { title: 'edited', about: 'write', asks: 'what a person changed in between is not overwritten' },
  renamed_stage: { title: 'stage gone', about: 'write', asks: 'a stage that is gone is refused with a reason' },
  duplicate: { title: 'duplicate', about: 'webhook', asks: 'a webhook that comes twice has the same id' },
  late: { title: 'late', about: 'webhook', asks: 'a webhook that comes hours late says the same as in time' },
  reordered: { title: 'reordered', about: 'webhook', asks: 'webhooks out of order say when each thing happened' },
  echo: { title: 'echo', about: 'webhook', asks: 'the echo of our own write names what was written' },
} as const satisfies Record<string, { title: string; about: 'write' | 'webhook'; asks: string }>;

export type Column = keyof typeof columns;
export const columnNames = Object.keys(columns) as Column[];
