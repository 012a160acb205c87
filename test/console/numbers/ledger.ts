// The ledger as it lies in the database, whole and row by row: what figures are counted from once more, by nothing of ours.
import { CompiledQuery } from 'kysely';
import type { Db } from '../../../src/store/database/database.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of every table, as the driver gives them.
export type Row = any;
export type Ledger = Readonly<Record<(typeof tables)[number], readonly Row[]>>;

const tables = [
  ...([
    'subject',
    'writeback',
    'lane',
    'event',
    'transition',
    'incident',
    'attempt',
    'connection',
    'kpi_hour',
  ] as const),
  ...(['shown', 'session', 'account', 'client', 'approval', 'checkpoint', 'import'] as const),
  ...(['machine_version', 'dictionary_version', 'alert', 'unknown_field'] as const),
];

export async function readLedger(db: Db): Promise<Ledger> {
  const found: Partial<Record<(typeof tables)[number], readonly Row[]>> = {};
  for (const table of tables) {
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(`select * from "${table}"`));
    found[table] = rows;
  }
  return found as Ledger;
}
