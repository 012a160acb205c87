// What became of events, in words: why one was refused or kept, what would have been possible, what it waits for.
import { problemTypes } from '../http/problems/problem-types.ts';
import { titleOf } from './diagram/words.ts';
import { sentence } from './words.ts';
import type { Tone } from './writeback-words.ts';

export const dispositionWords: Readonly<Record<string, readonly [word: string, tone: Tone, meaning: string]>> = {
  applied: ['Applied', 'good', 'It was legal and moved the subject'],
  duplicate: ['Repeated', 'plain', 'The same event had come before; it counts once'],
  echo: ['Echo', 'plain', 'The answer of a system to a write of our own'],
  stale: ['Late', 'plain', 'It tells what is known already, or what is over'],
  refused: ['Refused', 'bad', 'The machine does not allow it from where the subject stands'],
  quarantined: ['Quarantined', 'bad', 'It was not understood, and is kept as it came'],
  parked: ['Waiting', 'warn', 'It came early; its turn may come'],
};

/** What an event claims: its name, or the states that a system's stage stands for. */
export function claimWords(claimKind: string, claim: string | null): string {
  if (claim === null || claimKind === 'raw') return 'A payload as it came';
  if (claimKind !== 'stage') return claim;
  return `now in ${claim.split(' | ').map(titleOf).join(' or ')}`;
}

const waits: Readonly<Record<string, string>> = {
  turn: 'Waits for the event that must come before it',
  subject: 'Waits until somebody tells us of the subject',
  probe: 'Waits until the system was asked what it shows now',
  requisition: 'Waits until its requisition is live',
};

export const waitWords = (parkedFor: string | null): string =>
  parkedFor === null ? '' : (waits[parkedFor] ?? `Waits for ${parkedFor}`);

/** What an event that waits becomes when its time is over. */
export const afterWaiting = (parkedFor: string | null): string =>
  parkedFor === 'probe' ? 'then it is judged by what the system shows' : 'then it is refused, with an incident';

const endings: Readonly<Record<string, string>> = {
  already_there: 'The subject is there already',
  vendor_moved_on: 'The system has moved on since',
  missing_in_target: 'The system has no such thing any more',
  read: 'What was read is an event of its own',
  same_id: 'It had come before',
  probe_failed: 'The system could not be asked in time',
};

export interface Why {
  /** A few words. */
  title: string;
  /** What was said when it was decided; may be empty. */
  detail: string;
  /** Events that would have been possible for this sender at that moment. */
  allowed: string[];
  /** Where the subject stood; null where that is not known. */
  state: string | null;
}

/** The reason of an ending, as the API's problem documents say it. */
export function whyOf(code: string | null, detail: Readonly<Record<string, unknown>> | null): Why {
  const known = code === null ? undefined : problemTypes[code];
  const text = typeof detail?.detail === 'string' ? detail.detail : '';
  return {
    title: known?.title ?? (code === null ? '' : (endings[code] ?? sentence(code))),
    detail: text,
    allowed: Array.isArray(detail?.allowed) ? detail.allowed.map(String) : [],
    state: typeof detail?.state === 'string' ? detail.state : null,
  };
}
