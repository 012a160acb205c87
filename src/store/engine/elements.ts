// Element values: the latest accepted value of each, with where it came from; encrypted under the person's key.
import type { Db, Tx } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';

export interface ElementRow {
  subject_id: string;
  element: string;
  value_ct: Buffer;
  value_commit: Buffer;
  source: string;
  by_kind: string;
  event_id: string;
  subject_version: number;
  dictionary_version: number;
  occurred_at: string;
  /** The person who chose it, and what was not chosen. */
  settled_by: string | null;
  turned_down: readonly string[];
  /** Of the value that it replaced. */
  previous_commit: Buffer | null;
}

export async function upsertElements(tx: Tx, rows: readonly ElementRow[]): Promise<void> {
  await insertRows(
    tx,
    'element_value',
    rows as never,
    `(subject_id, element) do update set value_ct = excluded.value_ct, value_commit = excluded.value_commit, source = excluded.source, by_kind = excluded.by_kind, event_id = excluded.event_id,
      subject_version = excluded.subject_version, dictionary_version = excluded.dictionary_version, occurred_at = excluded.occurred_at, written_at = clock_timestamp(),
      settled_by = excluded.settled_by, turned_down = excluded.turned_down, previous_commit = excluded.previous_commit`,
  );
}

/** The ciphertexts of these elements of one subject; erased ones are left out. */
export async function findElements(
  db: Db,
  subject: string,
  elements: readonly string[],
): Promise<{ element: string; value_ct: Buffer }[]> {
  if (elements.length === 0) return [];
  const rows = await db
    .selectFrom('element_value')
    .select(['element', 'value_ct'])
    .where('subject_id', '=', subject)
    .where('element', 'in', [...elements])
    .execute();
  return rows.filter((row): row is { element: string; value_ct: Buffer } => row.value_ct !== null);
}
