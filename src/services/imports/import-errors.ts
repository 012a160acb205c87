// The file of errors of an import: line, rule and what to do, as CSV; nothing of what stood there.
import type { LineError } from './import-lines.ts';

export const errorsHeader = 'line,rule,what to do\n';

/** Several rules may be broken in one line; each has a row of its own. */
export const errorText = (errors: readonly LineError[]): string =>
  errors.map(({ line, rule, todo }) => `${line},${rule},"${todo.replaceAll('"', '""')}"\n`).join('');
