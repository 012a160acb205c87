// Dates and times in a form spelled out as a pattern: `DD.MM.YYYY`, `MMM D, YYYY`, `YYYY-MM-DD HH:mm:ss`.

/** The fields of a calendar, as written; a time that is not written is midnight. */
export interface CalendarTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

export interface DatePattern {
  pattern: string;
  /** False: a day only. */
  hasTime: boolean;
  /** Null for a text of another form, or a day that no calendar has. */
  read(text: string): CalendarTime | null;
  write(time: CalendarTime): string;
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const shortMonths = months.map((month) => month.slice(0, 3));

interface Token {
  field: keyof CalendarTime;
  /** What it reads, as the source of a regular expression. */
  reads: string;
  parse(text: string): number;
  write(value: number): string;
}

const digits = (field: keyof CalendarTime, width: number, reads = `\\d{${width}}`): Token => ({
  field,
  reads,
  parse: Number,
  write: (value) => String(value).padStart(width, '0'),
});
const named = (names: readonly string[]): Token => ({
  field: 'month',
  reads: names.join('|'),
  parse: (text) => names.indexOf(text) + 1,
  write: (value) => names[value - 1] ?? '',
});

/** Two digits for a year are left out on purpose: they have two readings. */
const tokens: Readonly<Record<string, Token>> = {
  YYYY: digits('year', 4),
  MMMM: named(months),
  MMM: named(shortMonths),
  MM: digits('month', 2),
  M: digits('month', 1, '\\d{1,2}'),
  DD: digits('day', 2),
  D: digits('day', 1, '\\d{1,2}'),
  HH: digits('hour', 2),
  mm: digits('minute', 2),
  ss: digits('second', 2),
  SSS: digits('millisecond', 3),
};
const token = /YYYY|MMMM|MMM|MM|M|DD|D|HH|mm|ss|SSS|\[[^\]]*\]|[A-Za-z]+|[^A-Za-z[]/g;

/** The pattern made ready, or in words what is wrong with it. Letters that stand for themselves are put in brackets: `[T]`. */
export function datePattern(pattern: string): DatePattern | string {
  const parts = pattern.match(token) ?? [];
  if (parts.join('') !== pattern) return 'has a bracket that is not closed';
  const used: Token[] = [];
  let source = '';
  for (const part of parts) {
    const known = Object.hasOwn(tokens, part) ? tokens[part] : undefined;
    if (!known && /^[A-Za-z]+$/.test(part))
      return `does not know "${part}"; letters that stand for themselves go in brackets`;
    if (known && used.some((one) => one.field === known.field)) return `names the ${known.field} twice`;
    if (known) used.push(known);
    source += known ? `(${known.reads})` : escaped(literal(part));
  }
  const lacking = (['year', 'month', 'day'] as const).find((field) => !used.some((one) => one.field === field));
  if (lacking) return `lacks the ${lacking}`;
  const regular = new RegExp(`^${source}$`);
  return {
    pattern,
    hasTime: used.some(({ field }) => field === 'hour'),
    read(text) {
      const found = text.length <= 60 ? regular.exec(text) : null;
      if (!found) return null;
      const time: CalendarTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, millisecond: 0 };
      used.forEach((one, index) => {
        time[one.field] = one.parse(found[index + 1] ?? '');
      });
      return exists(time) ? time : null;
    },
    write: (time) =>
      parts
        .map((part) => (Object.hasOwn(tokens, part) ? tokens[part]?.write(time[tokens[part].field]) : literal(part)))
        .join(''),
  };
}

/** Milliseconds since 1970 of these fields, taken for UTC. */
export function utcMs(time: CalendarTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second, time.millisecond);
  return date.getTime();
}

/** The fields of a moment in UTC. */
export function calendarOf(ms: number): CalendarTime {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

function exists(time: CalendarTime): boolean {
  if (time.year < 1 || time.hour > 23 || time.minute > 59 || time.second > 59) return false;
  const back = calendarOf(utcMs(time));
  return back.year === time.year && back.month === time.month && back.day === time.day;
}

const literal = (part: string): string => (part.startsWith('[') ? part.slice(1, -1) : part);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
