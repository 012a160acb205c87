// Where tests keep streams and data folders: in that of the run, beside its databases.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A new, empty folder whose name begins with `prefix`. What a killed run leaves, the next one removes. */
export const scratchFolder = (prefix: string): string => mkdtempSync(join(inject('scratch'), prefix));
