// Compares what the database and the memory say: values to the byte, times that a clock made to the quarter of an hour.

/** Clocks differ by what the machine takes between two calls; what operations draw lies hours away. */
const nearMs = 15 * 60_000;
const timeText = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00|\+00:00)$/;

/** Where and how the two differ; null when they are the same. Times are near, in one format; everything else is equal. */
export function difference(of: unknown, from: unknown, path = ''): string | null {
  if (of === from || (absent(of) && absent(from))) return null;
  if (of instanceof Date && from instanceof Date) return near(of.getTime(), from.getTime(), path);
  if (Buffer.isBuffer(of) && Buffer.isBuffer(from)) return of.equals(from) ? null : told(path, of, from);
  if (isTime(of) && isTime(from) && formatOf(of) === formatOf(from)) return near(msOf(of), msOf(from), path);
  if (of instanceof Map && from instanceof Map)
    return difference(Object.fromEntries(of), Object.fromEntries(from), path);
  // How long ago something was, by the clock.
  if (/\.(last_written|age)_ms$/.test(path) && typeof of === 'number' && typeof from === 'number')
    return near(of, from, path);
  if (!isObject(of) || !isObject(from)) return told(path, of, from);
  for (const member of new Set([...Object.keys(of), ...Object.keys(from)])) {
    const found = difference(of[member], from[member], `${path}.${member}`);
    if (found) return found;
  }
  return null;
}

/** In one order, where the statement promises none. */
export const sorted = (answer: unknown): unknown =>
  Array.isArray(answer) ? [...answer].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : answer;

/** What names a row: its text without the times that clocks made. */
const nameOf = (row: unknown): string =>
  JSON.stringify(row, (_, value) => (typeof value === 'string' && timeText.test(value) ? 'a time' : value)) ?? '';

const absent = (value: unknown): boolean => value === null || value === undefined;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isTime = (value: unknown): value is string => typeof value === 'string' && timeText.test(value);
const formatOf = (text: string): string => text.slice(10, 11) + text.slice(19).replace(/^\.\d+/, '');
const msOf = (text: string): number => Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
const near = (of: number, from: number, path: string): string | null =>
  Math.abs(of - from) < nearMs ? null : told(path, new Date(of).toISOString(), new Date(from).toISOString());
const told = (path: string, of: unknown, from: unknown): string =>
  `${path || 'the answer'}: the database has ${JSON.stringify(of)}, the memory ${JSON.stringify(from)}`;
