// Lists as CSV files: for who has the right to take them along, bounded, and on record with what was taken.
import { type CsvCell, csvLine, csvStart } from '../core/csv-cell.ts';
import { limits } from '../core/limits.ts';
import { actorOf } from '../services/accounts/keep-sessions.ts';
import { writeAudit } from '../services/write-audit.ts';
import { problemPage } from './pages/problem.tsx';
import type { OwnVisit } from './route.ts';
import { count } from './words.ts';

export interface CsvList {
  /** Of the file and in the audit log: `stuck`. */
  name: string;
  head: readonly string[];
  /** The filter, as it stands in the address. */
  filter: Readonly<Record<string, string>>;
  /** At most so many, and whether some were left. */
  read(rowsMax: number): Promise<{ rows: readonly (readonly CsvCell[])[]; more: boolean }>;
}

export const mayExport = ({ who }: OwnVisit): boolean => who.rights.includes('export');

/** The file, or a page that says who grants the right. The audit row is written before anything is sent. */
export async function csvFile(visit: OwnVisit, { name, head, filter, read }: CsvList): Promise<Response> {
  if (!mayExport(visit))
    return problemPage(
      visit,
      403,
      'You may not take lists along',
      'That is a right of its own, beside a role: an admin can grant it to your account.',
    );
  const { desk, request, who } = visit;
  const { rows, more } = await read(limits.csvRowsMax);
  await writeAudit(desk.context.database.engine, {
    actor: actorOf(who),
    action: 'list.exported',
    objectKind: 'list',
    objectId: name,
    detail: { rows: rows.length, more, filter },
    requestId: request.get('requestId'),
  });
  const day = new Date(desk.context.now()).toISOString().slice(0, 10);
  return request.body(`${csvStart}${[head, ...rows].map(csvLine).join('')}`, 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="interlock-${name}-${day}.csv"`,
    'cache-control': 'no-store',
  });
}

/** What the link to the file says; `of` is how many there are, or null where nobody counted. */
export const csvWords = (of: number | null): string =>
  of !== null && of <= limits.csvRowsMax ? 'CSV' : `CSV (the first ${count(limits.csvRowsMax)})`;
