// The tables of acts on many things at once, of how far systems agreed, of what was counted hour by hour, and of how many are where, as the query builder sees them.
import type { ColumnType, Generated } from 'kysely';
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import type { TallyLine } from '../../core/figures/tally.ts';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface BulkActTable {
  id: string;
  kind: 'redrive' | 'waive' | 'settle';
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
  /** A writeback's or an incident's. */
  item_id: string;
  /** See `ItemDecision` in bulk-acts.ts. */
  decision: string | null;
  decided_at: Timestamp | null;
}

export interface TallyStaleTable {
  kind: string;
  begins: Timestamp;
  at: DefaultedTimestamp;
}

/** Written by the database itself; see migrations/0018_state_counts.sql. */
export interface StateCountTable {
  id: Generated<string>;
  machine: string;
  machine_version: number;
  state: string;
  region: string | null;
  ended: boolean;
  connection_id: string | null;
  count: ColumnType<string, number | string, number | string>;
  merged: Defaulted<boolean>;
}

export interface AgreementHourTable {
  connection_id: string;
  hour: Timestamp;
  pairs: number;
  agreeing: number;
  causes: ColumnType<Partial<Record<DisagreementCause, number>>, string, string>;
  counted_at: DefaultedTimestamp;
}

export interface TallyTable {
  kind: 'writes' | 'events' | 'stays' | 'stays_by' | 'refusals' | 'missing';
  unit: 'part' | 'hour' | 'day';
  begins: Timestamp;
  as_of: Timestamp;
  left_out: Defaulted<string[]>;
  lines: ColumnType<TallyLine[], string, string>;
}
