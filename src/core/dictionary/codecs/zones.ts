// Local times of a named time zone and the moments they are; the hour that the clocks skip and the one they repeat are told apart.
import { type Coded, right, wrong } from './codec.ts';
import { type CalendarTime, calendarOf, utcMs } from './date-pattern.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();
const zonesMax = 100;
const dayMs = 86_400_000;

/** True for a name of the IANA time zone database, such as `Europe/Berlin`, and `UTC`. */
export function isZone(zone: string): boolean {
  if (!/^(UTC|[A-Za-z_]+\/[A-Za-z_/+-]+)$/.test(zone)) return false;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The moment of a local time, ms since 1970. Refused where that time does not exist, or comes twice. */
export function momentOf(local: CalendarTime, zone: string): Coded<number> {
  const wall = utcMs(local);
  const offsets = new Set([wall - dayMs, wall, wall + dayMs].map((ms) => offsetOf(ms, zone)));
  const moments = [...offsets].map((offset) => wall - offset).filter((ms) => ms + offsetOf(ms, zone) === wall);
  if (moments.length === 0) return wrong('out_of_range', `does not exist in ${zone}: the clocks skip it`);
  if (moments.length > 1) return wrong('ambiguous', `comes twice in ${zone}: the clocks are set back`);
  return right(moments[0] as number);
}

/** What the clocks of the zone show at a moment. */
export const localOf = (ms: number, zone: string): CalendarTime => calendarOf(ms + offsetOf(ms, zone));

/** How far the zone's clocks are ahead of UTC, ms. */
function offsetOf(ms: number, zone: string): number {
  const whole = Math.floor(ms / 1000) * 1000;
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const local = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, ...parts, millisecond: 0 };
  return utcMs(local) - whole;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  if (formatters.size >= zonesMax) formatters.clear();
  const fresh = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, fresh);
  return fresh;
}
