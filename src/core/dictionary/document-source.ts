// One file of the dictionary as it was parsed, and where in it each value stands; faults are told with file, line and rule.
import type { z } from 'zod';

export type Path = readonly (string | number)[];

export interface DocumentSource {
  /** Such as `dictionary/elements.yaml`. */
  file: string;
  value: unknown;
  /** The line (from 1) of a value, or of what is nearest around it; null where lines are not known. */
  lineOf(path: Path): number | null;
}

/** A document that was never a file, so it has no lines. */
export const documentOf = (file: string, value: unknown): DocumentSource => ({ file, value, lineOf: () => null });

/** `dictionary/elements.yaml:12: elements › a.b › min: must not be above max`. */
export function faultAt(source: DocumentSource, path: Path, rule: string): string {
  const line = source.lineOf(path);
  return `${source.file}${line === null ? '' : `:${line}`}: ${path.map(String).join(' › ') || 'the document'}: ${rule}`;
}

/** The document as its schema makes it, or every fault. */
export function parseDocument<T extends z.ZodType>(
  schema: T,
  source: DocumentSource,
): { ok: true; value: z.infer<T> } | { ok: false; faults: string[] } {
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    faults: parsed.error.issues.map((issue) => faultAt(source, issue.path as Path, ruleOf(issue))),
  };
}

/** A bad name of a member hides the reason one level down. */
const ruleOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
