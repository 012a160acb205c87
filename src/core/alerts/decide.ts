// The quiet repeat: what follows for one rule and one thing it is about from the figure now and what was known before.
import { isBreached, type Reading, type Rule } from './alert.ts';

/** What is known of an alert that is not over; times in ms. */
export interface OpenAlert {
  status: 'pending' | 'firing';
  /** Since when the figure has been so. */
  since: number;
  /** Since when it has been well again; null while it is not. */
  calmSince: number | null;
  /** When somebody was last told; null while it is pending. */
  toldAt: number | null;
  value: number;
}

export type Telling = 'firing' | 'repeated' | 'over';

export type Decision =
  /** Nothing was and nothing is. */
  | { kind: 'quiet' }
  /** It goes on like this; `tell` says whether somebody hears of it. */
  | { kind: 'open'; alert: OpenAlert; tell: Exclude<Telling, 'over'> | null }
  /** It ended before anybody was told. */
  | { kind: 'forgotten' }
  | { kind: 'over'; tell: 'over' };

const minuteMs = 60_000;

/** `reading` is undefined where nothing is known of this any more, as of a connection that was removed. */
export function decideAlert(
  { condition, terms }: Pick<Rule, 'condition' | 'terms'>,
  reading: Reading | undefined,
  before: OpenAlert | null,
  now: number,
): Decision {
  const value = reading?.value ?? null;
  if (value === null || !isBreached(condition, value)) return calmed(before, terms.calmMinutes * minuteMs, now);
  const since = before?.since ?? now;
  const open = (status: OpenAlert['status'], toldAt: number | null): OpenAlert => ({
    status,
    since,
    calmSince: null,
    toldAt,
    value,
  });
  if (before?.status !== 'firing') {
    const due = now - since >= terms.forMinutes * minuteMs;
    return due
      ? { kind: 'open', alert: open('firing', now), tell: 'firing' }
      : { kind: 'open', alert: open('pending', null), tell: null };
  }
  const silent = now - (before.toldAt ?? before.since) < terms.repeatAfterMinutes * minuteMs;
  return silent
    ? { kind: 'open', alert: open('firing', before.toldAt), tell: null }
    : { kind: 'open', alert: open('firing', now), tell: 'repeated' };
}

/** Well again: at once where nobody was told, else only when it has lasted, so that what swings is told once. */
function calmed(before: OpenAlert | null, calmMs: number, now: number): Decision {
  if (before === null) return { kind: 'quiet' };
  if (before.status === 'pending') return { kind: 'forgotten' };
  const calmSince = before.calmSince ?? now;
  if (now - calmSince >= calmMs) return { kind: 'over', tell: 'over' };
  return { kind: 'open', alert: { ...before, calmSince }, tell: null };
}
