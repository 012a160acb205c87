// CSV that any reader reads back, and that no spreadsheet calculates.
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { csvCell, csvLine, csvStart } from '../../src/core/csv-cell.ts';

describe('a cell', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1', "'+49 30 1"],
    ['-5', "'-5"],
    ['@sum', "'@sum"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['\nx', '"\'\nx"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['plain', 'plain'],
    ['a=b', 'a=b'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['', ''],
    [null, ''],
    [12.5, '12.5'],
    [-1, "'-1"],
    [true, 'true'],
  ])('%j is written %j', (value, written) => expect(csvCell(value)).toBe(written));
});

test('a file is read back as it was', () => {
  const rows = [
    ['Zoë "Z"', 'a,b', 'x\r\ny', ''],
    ['Ünit', '–', ' spaced ', '0'],
  ];
  const text = csvStart + rows.map(csvLine).join('');
  expect(parse(text, { bom: true, record_delimiter: '\r\n' })).toEqual(rows);
  expect(text.endsWith('\r\n')).toBe(true);
});
