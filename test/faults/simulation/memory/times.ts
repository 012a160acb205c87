// Points in time: numbers of milliseconds inside, and outside the texts that PostgreSQL makes of a timestamptz in a session at UTC.
import { refusal, sqlState } from './refusals.ts';

/** Milliseconds since 1970 with microseconds as fractions; takes ISO 8601 and PostgreSQL's own text. */
export function toMs(given: string | Date): number {
  if (given instanceof Date) return given.getTime();
  const known = parsed.get(given);
  if (known !== undefined) return known;
  const ms = parse(given);
  if (parsed.size >= parsedMax) parsed.clear();
  parsed.set(given, ms);
  return ms;
}

/** The same few times come again and again. */
const parsed = new Map<string, number>();
const parsedMax = 1_000;

function parse(given: string): number {
  const text = given.charCodeAt(10) === 32 ? `${given.slice(0, 10)}T${given.slice(11).replace(/\+00$/, 'Z')}` : given;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw refusal(sqlState.time, 'invalid input syntax for type timestamp with time zone');
  const beyond = text.charCodeAt(19) === 46 ? (/^\d{1,3}/.exec(text.slice(23))?.[0] ?? '') : '';
  return beyond === '' ? ms : ms + Number(beyond.padEnd(3, '0')) / 1000;
}

export const toMsOrNull = (given: string | Date | null | undefined): number | null =>
  given === null || given === undefined ? null : toMs(given);

export const dateOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** As `isoMicros` of src/store/database/clock.ts: `2026-01-31T08:00:00.123456Z`. */
export function isoMicros(ms: number): string {
  const known = written.get(ms);
  if (known !== undefined) return known;
  const { whole, micros } = split(ms);
  const text = `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
  if (written.size >= parsedMax) written.clear();
  written.set(ms, text);
  return text;
}

/** Time stands still for a while, and jumps by the same few steps. */
const written = new Map<number, string>();

/** As in JSON that the server builds: `2026-01-31T08:00:00.12+00:00`. */
export const jsonTime = (ms: number): string => `${shortened(ms)}+00:00`;

/** As `::text`: `2026-01-31 08:00:00.12+00`. */
export const textTime = (ms: number): string => `${shortened(ms).replace('T', ' ')}+00`;

const shortened = (ms: number): string =>
  isoMicros(ms)
    .slice(0, -1)
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : ''));

function split(ms: number): { whole: number; micros: number } {
  const all = Math.round(ms * 1000);
  const whole = Math.floor(all / 1000);
  return { whole, micros: all - whole * 1000 };
}
