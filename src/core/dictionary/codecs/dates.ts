// Codecs of days and moments, in any form a vendor writes them; the first form is written, all of them are read.
import { z } from 'zod';
import { type Coded, family, right, wrong } from './codec.ts';
import { calendarOf, type DatePattern, datePattern, utcMs } from './date-pattern.ts';
import { isoOf, type MomentForm, momentForms, readMoment, writeMoment } from './moments.ts';
import { isZone, localOf, momentOf } from './zones.ts';

const formsMax = 4;
const dayMs = 86_400_000;
const isMoment = (form: string): form is MomentForm => (momentForms as readonly string[]).includes(form);
const isoDay = datePattern('YYYY-MM-DD') as DatePattern;

const dayForm = z
  .string()
  .max(60)
  .superRefine((form, check) => {
    const pattern = isMoment(form) || form === 'day-of-timestamp' ? null : datePattern(form);
    if (typeof pattern === 'string') check.addIssue({ code: 'custom', message: `"${form}" ${pattern}` });
    else if (pattern?.hasTime) check.addIssue({ code: 'custom', message: `"${form}" is a time, not a day` });
  });

/** `day-of-timestamp` takes the day as a timestamp writes it, whatever its offset says. */
export const date = family({
  summary:
    'A day: patterns such as DD.MM.YYYY or MM/DD/YYYY, epoch-ms, epoch-s, odata-ms; day-of-timestamp is only read.',
  arguments: z
    .strictObject({ formats: z.array(dayForm).min(1).max(formsMax) })
    .refine(
      ({ formats }) => formats[0] !== 'day-of-timestamp',
      'the first form is written, and a day has no time to write',
    )
    .superRefine(({ formats }, check) => {
      const clash = clashOf(formats);
      if (clash) check.addIssue({ code: 'custom', path: ['formats'], message: clash });
    }),
  build({ formats }) {
    const forms = formats.map(dayCodec);
    return {
      gives: ['date'],
      decode: (theirs) => firstThatReads(forms.map((form) => form.read(theirs))),
      encode(ours) {
        const day = typeof ours === 'string' ? isoDay.read(ours) : null;
        return day ? (forms[0] as DayCodec).write(utcMs(day)) : wrong('wrong_type', 'is no date as YYYY-MM-DD');
      },
    };
  },
});

const momentForm = z
  .string()
  .max(60)
  .superRefine((form, check) => {
    const pattern = isMoment(form) ? null : datePattern(form);
    if (typeof pattern === 'string') check.addIssue({ code: 'custom', message: `"${form}" ${pattern}` });
    else if (pattern && !pattern.hasTime)
      check.addIssue({ code: 'custom', message: `"${form}" is a day, not a moment` });
  });

export const instant = family({
  summary: 'A moment: iso, epoch-s, epoch-ms, odata-ms, or a pattern together with the time zone it is meant in.',
  arguments: z
    .strictObject({
      formats: z.array(momentForm).min(1).max(formsMax),
      zone: z.string().refine(isZone, 'is no time zone such as Europe/Berlin').optional(),
    })
    .refine(
      ({ formats, zone }) => zone !== undefined || formats.every(isMoment),
      'a pattern has no offset: name the zone it is meant in',
    )
    .refine(
      ({ formats }) => !(formats.includes('epoch-s') && formats.includes('epoch-ms')),
      'seconds or milliseconds, not both',
    )
    .superRefine(({ formats }, check) => {
      const clash = clashOf(formats);
      if (clash) check.addIssue({ code: 'custom', path: ['formats'], message: clash });
    }),
  build({ formats, zone = 'UTC' }) {
    const read = (form: string, theirs: unknown): Coded<number> => {
      if (isMoment(form)) return readMoment(form, theirs);
      const local = typeof theirs === 'string' ? (datePattern(form) as DatePattern).read(theirs.trim()) : null;
      return local ? momentOf(local, zone) : wrong('wrong_format', `is not ${form}`);
    };
    return {
      gives: ['date-time'],
      decode(theirs) {
        const found = firstThatReads(formats.map((form) => read(form, theirs)));
        return found.ok ? right(isoOf(found.value)) : found;
      },
      encode(ours) {
        const ms = readMoment('iso', ours);
        if (!ms.ok) return ms;
        const form = formats[0] as string;
        if (isMoment(form)) return writeMoment(form, ms.value);
        const written = (datePattern(form) as DatePattern).write(localOf(ms.value, zone));
        const back = read(form, written);
        return back.ok ? right(written) : back;
      },
    };
  },
});

interface DayCodec {
  read(theirs: unknown): Coded<string>;
  write(ms: number): Coded;
}

function dayCodec(form: string): DayCodec {
  if (form === 'day-of-timestamp')
    return {
      read(theirs) {
        const moment = readMoment('iso', theirs);
        return moment.ok ? right(String(theirs).trim().slice(0, 10)) : moment;
      },
      write: () => wrong('not_exact', 'a day has no time to write'),
    };
  if (isMoment(form))
    return {
      read(theirs) {
        const moment = readMoment(form, theirs);
        if (!moment.ok) return moment;
        return moment.value % dayMs === 0
          ? right(isoOf(moment.value).slice(0, 10))
          : wrong('wrong_format', 'is not midnight in UTC, so it is no day');
      },
      write: (ms) => writeMoment(form, ms),
    };
  const pattern = datePattern(form) as DatePattern;
  return {
    read(theirs) {
      const day = typeof theirs === 'string' ? pattern.read(theirs.trim()) : null;
      return day ? right(isoDay.write(day)) : wrong('wrong_format', `is no day as ${form}`);
    },
    write: (ms) => right(pattern.write(calendarOf(ms))),
  };
}

function firstThatReads<T>(readings: readonly Coded<T>[]): Coded<T> {
  return (
    readings.find((one) => one.ok) ??
    readings.find((one) => !one.ok && one.code !== 'wrong_format') ??
    (readings[0] as Coded<T>)
  );
}

/** Days on which day and month cannot be told apart by their size. */
const samples = ['2003-02-01', '2011-10-12', '2022-03-04'].map((day) => utcMs(isoDay.read(day) as never));

/** Two forms of which one reads what the other writes, but as something else: day first and month first. */
function clashOf(formats: readonly string[]): string | null {
  const patterns = formats.flatMap((form) => {
    const made = isMoment(form) || form === 'day-of-timestamp' ? null : datePattern(form);
    return made === null || typeof made === 'string' ? [] : [made];
  });
  for (const one of patterns)
    for (const other of patterns)
      for (const ms of samples) {
        const seen = one === other ? null : other.read(one.write(calendarOf(ms)));
        if (seen && utcMs(seen) !== ms)
          return `"${one.pattern}" and "${other.pattern}" read the same text as different days`;
      }
  return null;
}
