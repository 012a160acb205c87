// The closed list of forms in which vendors write a moment beside patterns: RFC 3339, seconds or milliseconds since 1970, OData.
import { type Coded, right, wrong } from './codec.ts';

export const momentForms = ['iso', 'epoch-s', 'epoch-ms', 'odata-ms'] as const;
export type MomentForm = (typeof momentForms)[number];

/** Below it a number counts seconds, from it on milliseconds: 1973-03-03 in one, the year 5138 in the other. */
const border = 100_000_000_000;
/** From 0001-01-01 to 9999-12-31, UTC. */
const [earliest, latest] = [-62_135_596_800_000, 253_402_300_799_999];

/** Milliseconds since 1970. */
export function readMoment(form: MomentForm, theirs: unknown): Coded<number> {
  switch (form) {
    case 'iso':
      return readIso(theirs);
    case 'epoch-s':
    case 'epoch-ms':
      return readEpoch(form, theirs);
    case 'odata-ms': {
      const [, ms] = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(typeof theirs === 'string' ? theirs : '') ?? [];
      return ms === undefined ? wrong('wrong_format', 'is not /Date(milliseconds)/') : within(Number(ms));
    }
  }
}

/** What a form cannot say to the millisecond is cut down to what it can. */
export function writeMoment(form: MomentForm, ms: number): Coded<string | number> {
  const bounded = within(ms);
  if (!bounded.ok) return bounded;
  if (form === 'iso') return right(isoOf(ms));
  if (form === 'odata-ms') return right(`/Date(${ms})/`);
  const value = form === 'epoch-s' ? Math.floor(ms / 1000) : ms;
  const read = readEpoch(form, value);
  return read.ok ? right(value) : read;
}

/** UTC with milliseconds, as the dictionary keeps moments. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();

function readIso(theirs: unknown): Coded<number> {
  if (typeof theirs !== 'string') return wrong('wrong_type', 'is not a text');
  const found =
    /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d| UTC)$/.exec(
      theirs.trim(),
    );
  if (!found) return wrong('wrong_format', 'is not a time as 2026-01-31T09:30:00Z, with its offset');
  const [, year = '', month = '', day = ''] = found;
  const offset = found[7] === ' UTC' ? 'Z' : (found[7] ?? 'Z').toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const time = theirs.trim().slice(11, theirs.trim().length - (found[7] ?? '').length);
  const days = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // JavaScript would make 1 March of 30 February.
  if (Number.isNaN(days.getTime()) || !days.toISOString().startsWith(`${year}-${month}-${day}`))
    return wrong('wrong_format', 'is no day of the calendar');
  return within(Date.parse(`${year}-${month}-${day}T${time}${offset}`));
}

function readEpoch(form: 'epoch-s' | 'epoch-ms', theirs: unknown): Coded<number> {
  const value = typeof theirs === 'string' && /^-?\d{1,15}$/.test(theirs) ? Number(theirs) : theirs;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return wrong('wrong_type', 'is no whole number');
  const inSeconds = Math.abs(value) < border;
  if (form === 'epoch-s')
    return inSeconds
      ? within(value * 1000)
      : wrong('out_of_range', 'is too large for seconds since 1970; are they milliseconds?');
  // Zero is 1970 in both.
  return inSeconds && value !== 0
    ? wrong('out_of_range', 'is too small for milliseconds since 1970; are they seconds?')
    : within(value);
}

const within = (ms: number): Coded<number> =>
  Number.isFinite(ms) && ms >= earliest && ms <= latest
    ? right(ms)
    : wrong('out_of_range', 'lies outside the years 1 to 9999');
