// The tables of connections that are written to in waves, as the query builder sees them.
import type { ColumnType } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

/** Whom a pilot is about; an absent list means all. */
export interface PilotScope {
  regions?: string[];
  businessUnits?: string[];
  requisitionTypes?: string[];
}

export interface WaveTable {
  connection_id: string;
  phase: 'shadow' | 'pilot' | 'live';
  phase_since: DefaultedTimestamp;
  pilot: ColumnType<PilotScope, string | undefined, string>;
  catch_up: Defaulted<boolean>;
  gates: ColumnType<Record<string, number>, string | undefined, string>;
  held_at: Timestamp | null;
  held_gate: string | null;
  held_detail: string | null;
}

export interface ShadowWriteTable {
  subject_id: string;
  connection_id: string;
  subject_version: number;
  machine: string;
  event_type: string;
  from_state: string;
  target_state: string;
  phase: 'shadow' | 'pilot';
  created_at: Timestamp;
  outcome: 'match' | 'miss' | 'overtaken' | null;
  seen: string | null;
  settled_at: Timestamp | null;
}
