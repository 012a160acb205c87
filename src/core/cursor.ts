// Where a page ended: the sort value and the id of its last row, as an opaque text.

/** `at` is ISO 8601 in UTC with microseconds; `id` breaks ties. */
export interface Position {
  at: string;
  id: string;
}

export const encodeCursor = (position: Position): string =>
  Buffer.from(`${position.at}|${position.id}`).toString('base64url');

/** Null for anything that is not a cursor of ours. */
export function decodeCursor(text: string): Position | null {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)\|([a-z0-9_]{1,64})$/.exec(
    Buffer.from(text, 'base64url').toString(),
  );
  return match?.[1] && match[2] ? { at: match[1], id: match[2] } : null;
}
