// The tables of acts on many writebacks at once, and of how far systems agreed, as the query builder sees them.
import type { ColumnType } from 'kysely';
import type { DisagreementCause } from '../core/disagreement.ts';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface BulkActTable {
  id: string;
  kind: 'redrive' | 'waive';
  reason: string;
  force: Defaulted<boolean>;
  actor_kind: string;
  actor_id: string;
  request_id: string | null;
  items: number;
  more: Defaulted<boolean>;
  begun_at: DefaultedTimestamp;
  ended_at: Timestamp | null;
}

export interface BulkActItemTable {
  act_id: string;
  place: number;
  writeback_id: string;
  decision: 'done' | 'unknown' | 'not_dead' | 'settled' | 'in_flight' | 'overtaken' | 'connection_removed' | null;
  decided_at: Timestamp | null;
}

export interface AgreementHourTable {
  connection_id: string;
  hour: Timestamp;
  pairs: number;
  agreeing: number;
  causes: ColumnType<Partial<Record<DisagreementCause, number>>, string, string>;
  counted_at: DefaultedTimestamp;
}
