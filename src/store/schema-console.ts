// The tables that only the console has, as the query builder sees them.
import type { ColumnType } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Document<T = Record<string, unknown>> = ColumnType<T, string | undefined, string>;

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

export interface SettlementTable {
  id: string;
  account_id: string;
  reason: string;
  incidents: Defaulted<string[]>;
  more: Defaulted<boolean>;
  results: Document<{ id: string; kind: string }[]>;
  begun_at: DefaultedTimestamp;
  ended_at: Timestamp | null;
}
