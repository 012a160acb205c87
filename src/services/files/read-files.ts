// Files that came in and went out, as people may see them: names as they are, since whoever looks must find the file.
import { listFiles } from '../../store/reports/files.ts';
import type { Context } from '../context.ts';
import { fileName } from './put-away.ts';

export interface FileView {
  id: string;
  connection: string;
  side: 'in' | 'out';
  /** Null once its time is over. */
  name: string | null;
  state: string;
  reason: string | null;
  bytes: number | null;
  rows: number;
  rowsDone: number;
  recorded: number;
  repeated: number;
  quarantined: number;
  outdated: number;
  /** Rows left out. */
  faults: number;
  /** Of a file that went out: rows that the system answered. */
  answered: number;
  /** When it was first seen, or made. */
  at: string;
  endedAt: string | null;
}

/** The newest first. */
export async function readFiles(
  context: Context,
  filter: { side: 'in' | 'out' | null; connection: string | null; rowsMax: number },
): Promise<FileView[]> {
  return (await listFiles(context.database.reports, filter)).map(({ name, name_ct, ...row }) => ({
    id: row.id,
    connection: row.connection_id,
    side: row.side,
    name: name ?? fileName(context, { id: row.id, name_ct }),
    state: row.state,
    reason: row.reason,
    bytes: row.bytes,
    rows: row.rows,
    rowsDone: row.rows_done,
    recorded: row.recorded,
    repeated: row.repeated,
    quarantined: row.quarantined,
    outdated: row.outdated,
    faults: row.faults,
    answered: row.answered,
    at: row.at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}
