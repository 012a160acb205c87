// Faults that a schema found, as callers are told of them: a JSON Pointer to each field, and the rule it breaks.
import type { z } from 'zod';

export interface FieldError {
  /** JSON Pointer (RFC 6901) into what was sent. */
  pointer: string;
  code: string;
  detail: string;
}

/** Faults of a zod error as pointers; of a union, those of the alternative that came closest. */
export function fieldErrors(error: { issues: readonly z.core.$ZodIssue[] }, base = ''): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    const pointer = base + issue.path.map((part) => `/${escaped(String(part))}`).join('');
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const closest = issue.errors.reduce((best, next) => (distance(next) < distance(best) ? next : best));
      return fieldErrors({ issues: closest }, pointer);
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: `${pointer}/${escaped(key)}`,
        code: issue.code,
        detail: 'is not a known field',
      }));
    }
    return [{ pointer, code: issue.code ?? 'invalid', detail: issue.message }];
  });
}

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** A field that does not belong there is a fault each. */
const distance = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
