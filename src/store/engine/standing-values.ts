// What stands of the elements that a batch carries, with the lanes of its subjects: under their locks.
import { sql } from 'kysely';
import { isoMicros } from '../database/clock.ts';
import type { Tx } from '../database/database.ts';
import { type LaneRow, lockLanes } from './lanes.ts';

/** The value that holds, with where it came from; erased ones are left out. */
export interface StandingValue {
  subject_id: string;
  element: string;
  value_ct: Buffer;
  value_commit: Buffer;
  source: string;
  by_kind: string;
  event_id: string;
  occurred_at: string;
  settled_by: string | null;
  turned_down: string[];
  previous_commit: Buffer | null;
}

/** A conflict about an element that nobody has settled. */
export interface OpenConflict {
  id: string;
  key: string;
  subject_id: string;
  element: string;
  values_ct: Buffer;
}

export interface LanesAndValues {
  lanes: LaneRow[];
  values: StandingValue[];
  conflicts: OpenConflict[];
}

/**
 * Locks all lanes of these subjects, in key order, and reads these elements of theirs. Call it under the subjects' locks, and not
 * in the statement that takes them: one that waited sees other tables as they were before.
 */
export async function lockLanesAndValues(
  tx: Tx,
  subjects: readonly string[],
  elements: readonly string[],
): Promise<LanesAndValues> {
  if (subjects.length === 0 || elements.length === 0)
    return { lanes: await lockLanes(tx, subjects), values: [], conflicts: [] };
  const [ids, names] = [sql`${[...subjects]}::text[]`, sql`${[...elements]}::text[]`];
  const locking = sql<{ lanes: LaneRow[]; conflicts: Sealed<OpenConflict>[] }>`
    with locked as (
      select subject_id, connection_id, next_seq, done_seq, held_reason from lane
      where subject_id = any(${ids}) order by subject_id, connection_id for no key update)
    select coalesce((select json_agg(l order by l.subject_id, l.connection_id) from locked l), '[]') as lanes,
      coalesce((select json_agg(json_build_object('id', id, 'key', key, 'subject_id', subject_id, 'element', element, 'values_ct', encode(values_ct, 'hex')) order by key)
        from incident where subject_id = any(${ids}) and element = any(${names}) and kind = 'field_conflict' and settled_at is null and values_ct is not null), '[]') as conflicts`.execute(
    tx,
  );
  // As rows: there are several for each event, and making JSON of each costs more than one more statement for all.
  const reading = sql<StandingValue>`
    select subject_id, element, value_ct, value_commit, source, by_kind, event_id, ${isoMicros(sql`occurred_at`)} as occurred_at, settled_by, turned_down, previous_commit
    from element_value where subject_id = any(${ids}) and element = any(${names}) and value_ct is not null order by subject_id, element`.execute(
    tx,
  );
  const [{ rows }, values] = await Promise.all([locking, reading]);
  const { lanes = [], conflicts = [] } = rows[0] ?? {};
  return {
    lanes,
    values: values.rows,
    conflicts: conflicts.map((row) => ({ ...row, values_ct: bytes(row.values_ct) })),
  };
}

/** As JSON carries it. */
type Sealed<Row> = {
  [Column in keyof Row]: Row[Column] extends Buffer ? string : Row[Column];
};
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
