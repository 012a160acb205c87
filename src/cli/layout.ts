// Lays text out in columns for a terminal.

/** Columns as wide as their widest cell, under headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return none;
  return columns([headings.map((one) => one.toUpperCase()), ...rows]);
}

/** Names on the left, values on the right. */
export const fields = (pairs: readonly (readonly [name: string, value: string])[]): string => columns(pairs);

export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
