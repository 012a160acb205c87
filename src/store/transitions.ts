// The append-only log of transitions.
import type { Tx } from './database.ts';
import { insertRows } from './insert-rows.ts';

export interface TransitionRow {
  subject_id: string;
  version: number;
  event_id: string;
  type: string;
  from_state: string;
  to_state: string;
  history: string | null;
  machine: string;
  machine_version: number;
  machine_hash: string;
  source: string;
  by_kind: string;
  occurred_at: string;
  recorded_at: string;
  payload_commit: Buffer;
  prev_hash: Buffer;
  hash: Buffer;
}

export async function insertTransitions(tx: Tx, rows: readonly TransitionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await insertRows(tx, 'transition', rows as never);
}
