// Which tables were written since the last look, whoever wrote: by the server's own counts, which cost no look at any row.
import { writtenCounts } from '../store/database/written.ts';
import type { Context } from './context.ts';

/** Rows written so far, by table. The server adds them up with a delay of a second, of ten at most. */
export type TableCounts = ReadonlyMap<string, string>;

/** Nothing has changed at the first look. */
export async function changedTables(
  { database }: Pick<Context, 'database'>,
  tables: readonly string[],
  before: TableCounts | null,
): Promise<{ counts: TableCounts; changed: ReadonlySet<string> }> {
  const counts = await writtenCounts(database.engine, tables);
  const changed = [...counts].filter(([table, count]) => before !== null && before.get(table) !== count);
  return { counts, changed: new Set(changed.map(([table]) => table)) };
}
