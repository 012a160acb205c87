// The table of what vendors send and the mapping keeps out, as the query builder sees it.
import type { ColumnType } from 'kysely';

type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface UnknownFieldTable {
  connection_id: string;
  pointer: string;
  kind: 'unmapped' | 'unreadable';
  code: string;
  seen: ColumnType<string, number, number>;
  first_seen_at: DefaultedTimestamp;
  last_seen_at: DefaultedTimestamp;
}
