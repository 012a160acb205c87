// The append-only log of transitions.
import type { Insertable } from 'kysely';
import type { Tx } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';
import type { TransitionTable } from '../schema/schema.ts';

export type TransitionRow = Insertable<TransitionTable> & { recorded_at: string };

export async function insertTransitions(tx: Tx, rows: readonly TransitionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertRows(tx, 'transition', rows as never);
}
