// The tables of files that come in and go out, as the query builder sees them.
import type { ColumnType, Generated } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface FileTurnTable {
  connection_id: string;
  side: 'in' | 'out';
  turn: Defaulted<number>;
  failures: Defaulted<number>;
  failure: string | null;
  due_at: DefaultedTimestamp;
  used_at: Timestamp | null;
  created_at: DefaultedTimestamp;
}

export interface FileInTable {
  id: string;
  connection_id: string;
  name_key: string;
  name_ct: Buffer | null;
  bytes: number;
  modified_ms: number;
  state: Defaulted<'arriving' | 'taking' | 'taken' | 'held' | 'duplicate' | 'empty' | 'gone'>;
  reason: string | null;
  content_key: string | null;
  rows: Defaulted<number>;
  rows_done: Defaulted<number>;
  recorded: Defaulted<number>;
  repeated: Defaulted<number>;
  quarantined: Defaulted<number>;
  outdated: Defaulted<number>;
  faults: Defaulted<number>;
  first_seen_at: DefaultedTimestamp;
  changed_at: DefaultedTimestamp;
  checked_at: Timestamp | null;
  ended_at: Timestamp | null;
  put_away: Defaulted<boolean>;
}

export interface FileOutTable {
  id: string;
  connection_id: string;
  name: string;
  state: Defaulted<'writing' | 'prepared' | 'written' | 'answered'>;
  rows: number;
  bytes: number | null;
  created_at: DefaultedTimestamp;
  written_at: Timestamp | null;
  answered_at: Timestamp | null;
}

export interface FileRowTable {
  writeback_id: string;
  connection_id: string;
  place: Generated<string>;
  ref_key: string | null;
  state: Defaulted<'queued' | 'packed' | 'written' | 'withdrawn'>;
  file_id: string | null;
  attempt: number;
  times: Defaulted<number>;
  cells_ct: Buffer | null;
  queued_at: DefaultedTimestamp;
  written_at: Timestamp | null;
  answer: 'accepted' | 'refused' | null;
  answer_code: string | null;
  answered_at: Timestamp | null;
  shows: string[] | null;
  shown_at: Timestamp | null;
}
