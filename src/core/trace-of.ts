// What may be logged of an error: its name, its code and where it arose; messages of drivers and parsers quote what they were given.

/** Fields for a log line; never the message. */
export function traceOf(error: unknown): { error: string; code?: string; at?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  const at = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return { error: error.name, ...(typeof code === 'string' ? { code } : {}), ...(at ? { at } : {}) };
}
