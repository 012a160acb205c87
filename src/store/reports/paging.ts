// Keyset paging over (a moment, an id): pages neither overlap nor skip, however much is written in between.
import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../core/cursor.ts';

/** Ids are compared byte by byte, as the merging of several lists in memory does it. */
const byteOrder = (id: string): RawBuilder<string> => sql<string>`${sql.ref(id)} collate "C"`;

/** The condition "comes after this position", or true for the first page. */
export function after(
  at: string,
  id: string,
  position: Position | null,
  direction: 'asc' | 'desc' = 'asc',
): RawBuilder<boolean> {
  if (!position) return sql<boolean>`true`;
  return sql<boolean>`(${sql.ref(at)}, ${byteOrder(id)}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${position.at}::timestamptz, ${position.id} collate "C")`;
}

/** The `order by` that goes with `after`. */
export function ordered(at: string, id: string, direction: 'asc' | 'desc' = 'asc'): RawBuilder<unknown> {
  return sql`${sql.ref(at)} ${sql.raw(direction)}, ${byteOrder(id)} ${sql.raw(direction)}`;
}

/** Joins conditions with `and`; none at all is true. */
export const allOf = (conditions: readonly (RawBuilder<unknown> | null | undefined)[]): RawBuilder<boolean> => {
  const present = conditions.filter((one): one is RawBuilder<unknown> => one !== null && one !== undefined);
  return present.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(present, sql` and `)}`;
};
