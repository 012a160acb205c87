// The tables of reconciliation as the query builder sees them: what systems show, what they offer, how far polling came.
import type { ColumnType } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface CatalogueTable {
  connection_id: string;
  fingerprint: string | null;
  stages: Defaulted<string[]>;
  fields: Defaulted<string[]>;
  missing: ColumnType<MissingMapping[], string | undefined, string>;
  changed_at: Timestamp | null;
  read_at: Timestamp | null;
  failures: Defaulted<number>;
  due_at: DefaultedTimestamp;
}

/** A stage or a field that a mapping names and the vendor does not have, and what cannot be written without it. */
export interface MissingMapping {
  kind: 'stage' | 'field';
  name: string;
  states: string[];
  elements: string[];
}

export interface PollTable {
  connection_id: string;
  cursor: string | null;
  turn: Defaulted<number>;
  polled_at: Timestamp | null;
  failures: Defaulted<number>;
  failure: string | null;
  due_at: DefaultedTimestamp;
  created_at: DefaultedTimestamp;
}

export interface ShownTable {
  id: string;
  subject_id: string;
  connection_id: string;
  closed: Defaulted<boolean>;
  asked: Defaulted<number>;
  asked_at: DefaultedTimestamp;
  asked_version: number | null;
  answered: Defaulted<number>;
  failures: Defaulted<number>;
  failure: string | null;
  look_at: Timestamp | null;
  seen_at: Timestamp | null;
  stage: string | null;
  states: Defaulted<string[]>;
  missing: Defaulted<boolean>;
  trouble: 'never_shown' | 'moved' | 'unmapped' | 'missing' | 'failed' | 'waived' | null;
  trouble_since: Timestamp | null;
  judged_at: Timestamp | null;
  judged_version: number | null;
}

/** How a reading was not the canonical state. */
export type Trouble = NonNullable<ShownTable['trouble']>;

export interface ReconciliationTable {
  connection_id: string;
  after_subject: Defaulted<string>;
  rounds: Defaulted<number>;
  round_ended_at: Timestamp | null;
  next_at: DefaultedTimestamp;
}
