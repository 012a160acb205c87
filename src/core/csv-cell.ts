// Lines of a CSV file (RFC 4180) that no spreadsheet takes for formulas, whatever somebody typed into a system far away.

export type CsvCell = string | number | boolean | null;

/** The mark by which spreadsheets know UTF-8; goes before the first line. */
export const csvStart = '\uFEFF';

/** One line with its end. A text that a spreadsheet would calculate begins with an apostrophe (OWASP, "CSV injection"). */
export const csvLine = (cells: readonly CsvCell[]): string => `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;

/** Another separator, or a reader that is no spreadsheet and takes every character as it is. */
export interface CsvForm {
  delimiter?: ',' | ';' | '\t';
  guardFormulas?: boolean;
}

export function csvCell(value: CsvCell, { delimiter = ',', guardFormulas = true }: CsvForm = {}): string {
  const text = value === null ? '' : String(value);
  const guarded = guardFormulas && /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return guarded.includes(delimiter) || /["\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
