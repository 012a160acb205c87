// Writes the log as lines that can be verified elsewhere: checkpoints, machines, rows and where each subject stands; nothing personal.

import { limits } from '../../core/limits.ts';
import { checkpointToLine } from '../../core/log/checkpoint.ts';
import { rowLine, subjectLine, toExportLine } from '../../core/log/export-lines.ts';
import { databaseClock } from '../../store/database/clock.ts';
import type { Db } from '../../store/database/database.ts';
import { listCheckpoints } from '../../store/log/checkpoints.ts';
import { readMachineVersions } from '../../store/reports/chain.ts';
import { loggedChains } from './logged-chains.ts';

export interface Exported {
  subjects: number;
  transitions: number;
  checkpoints: number;
}

/** Calls `write` with one line at a time, without its end. Checkpoints come before the rows, so that every sealed row is there. */
export async function exportLog(db: Db, write: (line: string) => void | Promise<void>): Promise<Exported> {
  const counts: Exported = { subjects: 0, transitions: 0, checkpoints: 0 };
  await write(toExportLine({ kind: 'export', format: 'interlock-log-1', at: await databaseClock(db) }));
  for (const one of await readMachineVersions(db))
    await write(toExportLine({ kind: 'machine', ...one, definition: one.definition as Record<string, unknown> }));
  for (let page = await listCheckpoints(db, 0, limits.anchorRowsMax); page.length > 0; ) {
    for (const one of page) await write(checkpointToLine(one));
    counts.checkpoints += page.length;
    page = await listCheckpoints(db, page.at(-1)?.n ?? 0, limits.anchorRowsMax);
  }
  for await (const { subject, rows, end } of loggedChains(db)) {
    await write(toExportLine(subjectLine(subject, end)));
    for (const row of rows) await write(toExportLine(rowLine(row)));
    counts.subjects += 1;
    counts.transitions += rows.length;
  }
  await write(toExportLine({ kind: 'end', ...counts }));
  return counts;
}
