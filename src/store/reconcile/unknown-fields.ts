// Fields that vendors sent and that were kept out, per connection: bounded in number, what is more is counted together.
import { sql } from 'kysely';
import type { Db, Tx } from '../database/database.ts';
import { insertRows } from '../database/insert-rows.ts';

export interface UnknownField {
  /** RFC 6901, with `*` for every index of an array; empty for all that is beyond the bound. */
  pointer: string;
  /** Nobody has mapped it, or its codec could not read what was there. */
  kind: 'unmapped' | 'unreadable';
  /** Why it could not be read; empty otherwise. */
  code: string;
  seen: number;
}

/** Adds to the counts of one connection. From `rowsMax` fields on, new ones are counted under the empty pointer. */
export async function countUnknownFields(
  tx: Tx,
  connection: string,
  found: readonly UnknownField[],
  rowsMax: number,
): Promise<void> {
  // Two processes that make room at once would both find it.
  await sql`select pg_advisory_xact_lock(hashtext('unknown_field'), hashtext(${connection}))`.execute(tx);
  const known = await tx
    .selectFrom('unknown_field')
    .select(['pointer', 'kind'])
    .where('connection_id', '=', connection)
    .execute();
  const keys = new Set(known.map(keyOf));
  const rows = new Map<string, UnknownField>();
  for (const one of found) {
    const hasRoom = keys.has(keyOf(one)) || keys.size < rowsMax;
    const counted = hasRoom ? one : { ...one, pointer: '', code: '' };
    if (hasRoom) keys.add(keyOf(one));
    rows.set(keyOf(counted), { ...counted, seen: counted.seen + (rows.get(keyOf(counted))?.seen ?? 0) });
  }
  await insertRows(
    tx,
    'unknown_field',
    [...rows.values()].map((row) => ({ connection_id: connection, ...row })),
    `(connection_id, pointer, kind) do update set seen = unknown_field.seen + excluded.seen, code = excluded.code,
      last_seen_at = clock_timestamp()`,
  );
}

export interface UnknownFieldSeen extends UnknownField {
  first_seen_at: Date;
  last_seen_at: Date;
}

/** Of one connection, the most frequent first. */
export async function listUnknownFields(db: Db, connection: string, rowsMax: number): Promise<UnknownFieldSeen[]> {
  const rows = await db
    .selectFrom('unknown_field')
    .select(['pointer', 'kind', 'code', 'seen', 'first_seen_at', 'last_seen_at'])
    .where('connection_id', '=', connection)
    .orderBy('seen', 'desc')
    .orderBy('pointer')
    .limit(rowsMax)
    .execute();
  return rows.map((row) => ({ ...row, seen: Number(row.seen) }));
}

const keyOf = ({ pointer, kind }: Pick<UnknownField, 'pointer' | 'kind'>): string => `${kind} ${pointer}`;
