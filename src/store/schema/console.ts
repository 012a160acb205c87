// The tables that only the console has, as the query builder sees them.
import type { ColumnType } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface RightGrantTable {
  account_id: string;
  right_name: string;
  granted_by: string;
  granted_at: DefaultedTimestamp;
}

export interface ConsoleViewTable {
  id: string;
  account_id: string;
  page: 'stuck' | 'applications';
  name: string;
  query: string;
  shared: Defaulted<boolean>;
  created_at: DefaultedTimestamp;
}
