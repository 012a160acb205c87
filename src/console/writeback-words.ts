// What becomes of writebacks, in words: why one was given up, what the vendor answered, why a wish about one was not carried out.
import type { Decided } from '../services/settling/settle-writebacks.ts';
import { none, sentence } from './words.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'warn';

export const statusWords: Readonly<Record<string, readonly [word: string, tone: Tone]>> = {
  dead: ['Given up', 'bad'],
  ready: ['Waiting', 'plain'],
  leased: ['On its way', 'plain'],
  confirmed: ['Confirmed', 'good'],
  waived: ['Waived', 'warn'],
  superseded: ['Superseded', 'plain'],
};

const reasons: Readonly<Record<string, string>> = {
  conflict: 'The system shows what neither of us wrote; the state’s rule is that a person decides',
  contradicted: 'The system said yes and went on showing the old value',
  ambiguous: 'It could not be told whether the write arrived, and no try was left',
  lost: 'No answer came back from the worker, and no try was left',
  adapter_failed: 'The adapter itself failed',
  address_blocked: 'The address of the system lies in a private network, and calls there are not allowed',
  connection_removed: 'The connection was removed',
  vendor_moved_on: 'The system moved on by itself before this was written',
  stage_not_found: 'The stage of this state is not there any more',
  custom_field_refused: 'The system did not take one of the custom fields',
  state_not_mapped: 'No stage of the system is configured for this state',
  unknown_stage: 'The system shows a stage that nobody has mapped',
  ref_unknown: 'The system’s own id of this subject is not known',
  ref_names_person:
    'The system’s own id of this subject names a person and is not kept here, so no row can be written for it; let the system use another id',
  target_missing: 'There is no such thing in the system any more',
  gone: 'There is no such thing in the system any more',
  job_closed: 'The job is closed there',
  one_way: 'The system does not let anybody go back from where it stands',
  mapping_gone: 'A stage or a field that is needed is not there any more',
  not_understood: 'The answer of the system was not understood',
  no_stage: 'The system shows no stage',
  unauthorised: 'The credentials were refused',
  erased: 'The person was erased',
};

const failures: Readonly<Record<string, string>> = {
  timeout: 'did not answer in time',
  connect: 'could not be reached',
  reset: 'broke the connection off',
  redirect: 'sent us elsewhere',
  too_large: 'answered more than is taken',
  not_understood: 'gave an answer that was not understood',
};

/** A reason's code in words; what has none is shown as its code reads. */
export function reasonWords(code: string | null): string {
  if (code === null) return none;
  const known = reasons[code];
  if (known !== undefined) return known;
  const http = /^(read_|write_)?http_(\d{3})$/.exec(code);
  if (http) return `The system answered ${http[2]} (${statusMeaning(Number(http[2]))}) ${whileDoing(http[1])}`;
  const failure = /^(read|write)_(\w+)$/.exec(code);
  const words = failure ? failures[failure[2] ?? ''] : undefined;
  if (failure && words !== undefined) return `The system ${words} ${whileDoing(`${failure[1]}_`)}`;
  // A person's own words, as of a waived one, are shown as they were written.
  return /^[a-z0-9_]+$/.test(code) ? sentence(code) : code;
}

const whileDoing = (prefix: string | undefined): string =>
  prefix === 'read_' ? 'when it was read' : 'when it was written to';

const statusMeanings: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'not signed in',
  403: 'forbidden',
  404: 'not found',
  405: 'not allowed',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  412: 'changed meanwhile',
  413: 'too large',
  415: 'wrong form',
  422: 'not acceptable',
  425: 'too early',
  429: 'too many requests',
  500: 'internal error',
  502: 'bad gateway',
  503: 'not available',
  504: 'gateway timeout',
};

const statusMeaning = (status: number): string =>
  statusMeanings[status] ?? (status >= 500 ? 'an error of its own' : status >= 400 ? 'a refusal' : 'no error');

const outcomes: Readonly<Record<string, string>> = {
  confirmed: 'Shows it',
  confirmed_already: 'Showed it already',
  accepted: 'Took it, to be read again',
  delivered: 'Handed over, without a proof',
  contradicted: 'Said yes, showed no',
  retryable: 'Failed for now',
  rate_limited: 'Asked to wait',
  refused: 'Refused',
  conflict: 'Shows something else',
  ambiguous: 'Not known',
  unauthorised: 'Credentials refused',
  lost: 'No answer',
};

/** The class of the vendor's last answer: "Refused · 422". */
export function answerWords(outcome: string | null, httpStatus: number | null): string {
  if (outcome === null) return none;
  return `${outcomes[outcome] ?? sentence(outcome)}${httpStatus === null ? '' : ` · ${httpStatus}`}`;
}

/** Why a wish about a writeback changed nothing. */
export const refusalWords: Readonly<Record<Exclude<Decided['kind'], 'done'>, string>> = {
  unknown: 'There is no such writeback',
  not_dead: 'It is not given up, so there is nothing to redrive',
  settled: 'It has ended already',
  in_flight: 'It is on its way; when its attempt has ended it can be waived',
  overtaken: 'The system has moved on by itself since, and writing this would push it back; waive it instead',
  connection_removed: 'Its connection was removed; waive it instead',
};

/** How it is known that a system shows a change. */
export const confirmedBy: Readonly<Record<string, string>> = {
  readback: 'Read back from the system',
  echo: 'Told by the system itself',
  origin: 'The system made the change itself',
};

/** Why a lane is held, in words: a person's own, or a code. */
export const heldWords = (held: string): string =>
  held.startsWith('operator: ')
    ? `by a person: “${held.slice('operator: '.length)}”`
    : held === 'dead'
      ? 'the first of it is given up'
      : reasonWords(held);
