// The ledger of echoes: each own write meets at most one event of the vendor's.
import type { Tx } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';

export async function insertEchoes(
  tx: Tx,
  echoes: readonly { writeback_id: string; event_id: string; value: string }[],
): Promise<void> {
  await insertRows(tx, 'echo', echoes as never, 'do nothing');
}
