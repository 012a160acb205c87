// Lays text out in columns for a terminal.

/** Columns as wide as their widest cell; the last one is left ragged. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return none;
  return columns([headings.map((one) => one.toUpperCase()), ...rows]);
}

/** Names on the left, values on the right. */
export const fields = (pairs: readonly (readonly [name: string, value: string])[]): string => columns(pairs);

export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ').trimEnd()).join('\n');
}
