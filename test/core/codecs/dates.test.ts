// Days and moments: every form both ways, and the traps of order, unit, zone and clock change.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bothWays, codecOf, decoded, encoded, faultsOf, neverGuesses } from './laws.ts';

const days = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((one) => one.toISOString().slice(0, 10));
const moments = fc
  .date({ min: new Date('1975-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((one) => one.toISOString());
const wholeSeconds = moments.map((one) => one.replace(/\.\d+Z/, '.000Z'));

describe('a day', () => {
  test.each([
    'YYYY-MM-DD',
    'DD/MM/YYYY',
    'MM/DD/YYYY',
    'DD.MM.YYYY',
    'D.M.YYYY',
    'YYYYMMDD',
    'MMM D, YYYY',
    'D MMMM YYYY',
    'odata-ms',
  ])('%s leads there and back', (format) => {
    const codec = codecOf('date', { formats: [format] });
    bothWays(codec, days);
    neverGuesses(codec);
  });
  test.each(['epoch-ms', 'epoch-s'])('%s leads there and back', (format) =>
    bothWays(
      codecOf('date', { formats: [format] }),
      moments.map((one) => one.slice(0, 10)),
    ),
  );
  test.each<[string[], unknown, unknown]>([
    [['DD/MM/YYYY'], '04/05/2026', '2026-05-04'],
    [['MM/DD/YYYY'], '04/05/2026', '2026-04-05'],
    [['MM/DD/YYYY'], '15/04/2026', 'wrong_format'],
    [['DD/MM/YYYY'], '30/02/2026', 'wrong_format'],
    [['DD/MM/YYYY'], '29/02/2028', '2028-02-29'],
    [['DD/MM/YYYY'], '29/02/2100', 'wrong_format'],
    [['DD/MM/YYYY'], '4/5/2026', 'wrong_format'],
    [['D/M/YYYY'], '4/5/2026', '2026-05-04'],
    [['MMM D, YYYY'], 'Mar 4, 2026', '2026-03-04'],
    [['MMM D, YYYY'], 'Mai 4, 2026', 'wrong_format'],
    [['YYYY-MM-DD', 'day-of-timestamp'], '2026-03-04T23:30:00-08:00', '2026-03-04'],
    [['YYYY-MM-DD', 'day-of-timestamp'], '2026-02-30T00:00:00Z', 'wrong_format'],
    [['epoch-ms'], 1_772_582_400_000, '2026-03-04'],
    [['epoch-ms'], 1_772_582_400_001, 'wrong_format'],
    [['epoch-ms'], 1_772_582_400, 'out_of_range'],
    [['epoch-s'], 1_772_582_400, '2026-03-04'],
    [['epoch-s'], 1_772_582_400_000, 'out_of_range'],
    [['odata-ms'], '/Date(1772582400000)/', '2026-03-04'],
    [['odata-ms'], '/Date(1772582400000+0000)/', '2026-03-04'],
    [['YYYY-MM-DD'], 20_260_304, 'wrong_format'],
  ])('%j reads %j as %j', (formats, theirs, ours) => expect(decoded(codecOf('date', { formats }), theirs)).toBe(ours));

  test.each<[unknown, RegExp]>([
    [['DD/MM/YYYY', 'MM/DD/YYYY'], /read the same text as different days/],
    [['D.M.YYYY', 'M.D.YYYY'], /read the same text/],
    [['YY-MM-DD'], /does not know "YY"/],
    [['YYYY-DD'], /lacks the month/],
    [['YYYY-MM-DD DD'], /names the day twice/],
    [['YYYY-MM-DD HH:mm'], /is a time/],
    [['day-of-timestamp'], /the first form is written/],
    [[], /formats/],
  ])('%j is refused', (formats, rule) => expect(faultsOf('date', { formats }).join()).toMatch(rule));
  test('forms that cannot be mistaken for each other go together', () =>
    expect(faultsOf('date', { formats: ['YYYY-MM-DD', 'MM/DD/YYYY', 'DD.MM.YYYY'] })).toEqual([]));
});

describe('a moment', () => {
  test.each(['iso', 'epoch-ms', 'odata-ms'])('%s leads there and back, to the millisecond', (format) => {
    const codec = codecOf('instant', { formats: [format] });
    bothWays(codec, moments);
    neverGuesses(codec);
  });
  test('epoch-s leads there and back, to the second', () =>
    bothWays(codecOf('instant', { formats: ['epoch-s'] }), wholeSeconds));
  test.each(['UTC', 'Asia/Kolkata', 'Pacific/Kiritimati'])('a pattern in %s, whose clocks do not change', (zone) =>
    bothWays(codecOf('instant', { formats: ['DD.MM.YYYY HH:mm:ss'], zone }), wholeSeconds),
  );
  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'])(
    'in %s what is written reads back, or is refused',
    (zone) => {
      const codec = codecOf('instant', { formats: ['YYYY-MM-DD HH:mm:ss'], zone });
      fc.assert(
        fc.property(wholeSeconds, (value) => {
          const written = codec.encode(value, {});
          if (written.ok) expect(codec.decode(written.value, {})).toEqual({ ok: true, value });
          else expect(written.code).toBe('ambiguous');
        }),
        { numRuns: 400 },
      );
    },
  );

  const berlin = codecOf('instant', { formats: ['YYYY-MM-DD HH:mm'], zone: 'Europe/Berlin' });
  test.each([
    ['2026-01-15 09:00', '2026-01-15T08:00:00.000Z'],
    ['2026-07-15 09:00', '2026-07-15T07:00:00.000Z'],
    ['2026-03-29 02:30', 'out_of_range'],
    ['2026-03-29 03:00', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25 02:30', 'ambiguous'],
    ['2026-10-25 03:00', '2026-10-25T02:00:00.000Z'],
  ])('Berlin’s %s is %s', (theirs, ours) => expect(decoded(berlin, theirs)).toBe(ours));
  test('the hour that comes twice cannot be written so that it reads back', () => {
    expect(encoded(berlin, '2026-10-25T00:30:00.000Z')).toBe('ambiguous');
    expect(encoded(berlin, '2026-10-25T01:30:00.000Z')).toBe('ambiguous');
    expect(encoded(berlin, '2026-10-25T02:30:00.000Z')).toBe('2026-10-25 03:30');
  });

  test.each<[string, unknown, unknown]>([
    ['iso', '2026-03-01T10:00:00+02:00', '2026-03-01T08:00:00.000Z'],
    ['iso', '2026-03-01T10:00:00+0200', '2026-03-01T08:00:00.000Z'],
    ['iso', '2015-02-09 16:38:36 UTC', '2015-02-09T16:38:36.000Z'],
    ['iso', '2026-03-01T10:00:00', 'wrong_format'],
    ['iso', '2026-02-30T10:00:00Z', 'wrong_format'],
    ['iso', '2026-03-01', 'wrong_format'],
    ['iso', '2026-03-01T25:00:00Z', 'wrong_format'],
    ['epoch-s', 1_772_358_000, '2026-03-01T09:40:00.000Z'],
    ['epoch-s', '1772358000', '2026-03-01T09:40:00.000Z'],
    ['epoch-s', 1_772_358_000_123, 'out_of_range'],
    ['epoch-ms', 1_772_358_000, 'out_of_range'],
    ['epoch-ms', 1_772_358_000_123, '2026-03-01T09:40:00.123Z'],
    ['epoch-ms', 1_772_358_000_123.5, 'wrong_type'],
  ])('%s reads %j as %j', (format, theirs, ours) =>
    expect(decoded(codecOf('instant', { formats: [format] }), theirs)).toBe(ours),
  );
  test.each<[unknown, RegExp]>([
    [{ formats: ['YYYY-MM-DD HH:mm'] }, /name the zone/],
    [{ formats: ['YYYY-MM-DD HH:mm'], zone: 'CEST' }, /no time zone/],
    [{ formats: ['YYYY-MM-DD HH:mm'], zone: 'Europe/Atlantis' }, /no time zone/],
    [{ formats: ['epoch-s', 'epoch-ms'] }, /not both/],
    [{ formats: ['YYYY-MM-DD'], zone: 'UTC' }, /is a day/],
    [{ formats: ['DD/MM/YYYY HH:mm', 'MM/DD/YYYY HH:mm'], zone: 'UTC' }, /different days/],
  ])('%j is refused', (given, rule) => expect(faultsOf('instant', given).join()).toMatch(rule));
});
