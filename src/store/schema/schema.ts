// The tables as the query builder sees them; test/store/schema.test.ts compares them with the database.
import type { ColumnType, Generated } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type Document<T = Record<string, unknown>> = ColumnType<T, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface ConnectionTable {
  id: string;
  adapter: string;
  kind: string;
  status: Defaulted<'active' | 'paused' | 'removed'>;
  settings: Document;
  scope: Document<ConnectionScope>;
  pace: ColumnType<ConnectionPace, string | undefined, string>;
  worker: Defaulted<'interlock' | 'outside'>;
  direction: Defaulted<'both' | 'in' | 'out'>;
  secrets_current: Buffer | null;
  secrets_next: Buffer | null;
  circuit: Defaulted<'closed' | 'open' | 'half_open'>;
  circuit_reason: string | null;
  circuit_until: Timestamp | null;
  circuit_trial: string | null;
  blocked_until: Timestamp | null;
  gone_states: Defaulted<string[]>;
  created_at: DefaultedTimestamp;
  updated_at: DefaultedTimestamp;
}

export interface VendorTokenTable {
  connection_id: string;
  key: string;
  value_ct: Buffer | null;
  good_until: Timestamp | null;
  making_until: Timestamp | null;
}

/** Who carries a connection's commands out: worker processes of this program, or somebody else's. */
export type ConnectionWorker = 'interlock' | 'outside';

/** `in`: nothing is ever written there. `out`: nothing that it says is taken for a cause. */
export type ConnectionDirection = 'both' | 'in' | 'out';

/** What a connection gets; an absent list means all. */
export interface ConnectionScope {
  machines?: string[];
  regions?: string[];
  businessUnits?: string[];
  requisitionTypes?: string[];
}

/** What the vendor allows this account, where it differs from what the adapter knows. */
export interface ConnectionPace {
  /** Commands at once. */
  concurrency?: number;
  /** At most so many requests in every `perMs` milliseconds. */
  requests?: number;
  perMs?: number;
  /** The share of that which may go into reading what the system shows, 0 to 0.5; 0 turns it off. */
  sweepShare?: number;
}

export interface PersonTable {
  id: string;
  data_key: Buffer | null;
  commit_key: Buffer | null;
  master_key_id: string;
  email_index: Buffer | null;
  phone_index: Buffer | null;
  name_index: number[] | null;
  compared_at: Timestamp | null;
  linked_to: string | null;
  profile_system: string | null;
  profile_ref: string | null;
  created_at: DefaultedTimestamp;
  held_at: Timestamp | null;
  held_until: Timestamp | null;
  held_reason: string | null;
  erased_at: Timestamp | null;
  erasure_stores: ColumnType<Record<string, string>, string | undefined, string>;
  erasure_ended_at: Timestamp | null;
}

export interface SubjectTable {
  id: string;
  machine: string;
  machine_version: number;
  state: string;
  history: string | null;
  facts: Document;
  version: number;
  chain_head: Buffer;
  person_id: string;
  parent_id: string | null;
  region: string | null;
  business_unit: string | null;
  requisition_type: string | null;
  state_since: Timestamp;
  sla_due_at: Timestamp | null;
  ended: Defaulted<boolean>;
  opened_at: DefaultedTimestamp;
  erased_at: Timestamp | null;
}

export interface SubjectRefTable {
  system: string;
  machine: string;
  external_id: string;
  subject_id: string;
  linked_at: DefaultedTimestamp;
}

export interface ElementValueTable {
  subject_id: string;
  element: string;
  value_ct: Buffer | null;
  value_commit: Buffer;
  source: string;
  by_kind: string;
  event_id: string;
  subject_version: number;
  dictionary_version: number;
  occurred_at: Timestamp;
  written_at: DefaultedTimestamp;
  settled_by: string | null;
  turned_down: Defaulted<string[]>;
  previous_commit: Buffer | null;
}

export interface EventTable {
  id: string;
  source: string;
  external_id: string;
  fingerprint: string;
  machine: string;
  claim_kind: 'event' | 'stage' | 'raw';
  claim: string | null;
  by_kind: string;
  ref_system: string | null;
  ref_id: string | null;
  subject_id: string | null;
  person_id: string;
  payload_ct: Buffer | null;
  occurred_at: Timestamp;
  received_at: Timestamp;
  disposition: string;
  code: string | null;
  detail: Document | null;
  transition_version: number | null;
  settled_at: Timestamp | null;
  parked_for: 'turn' | 'subject' | 'probe' | null;
  parked_until: Timestamp | null;
  probe_attempt: Defaulted<number>;
  probe_sent_at: Timestamp | null;
  probe_due_at: Timestamp | null;
}

export interface TransitionTable {
  subject_id: string;
  version: number;
  event_id: string;
  type: string;
  from_state: string;
  to_state: string;
  history: string | null;
  machine: string;
  machine_version: number;
  machine_hash: string;
  source: string;
  by_kind: string;
  occurred_at: Timestamp;
  recorded_at: Timestamp;
  payload_commit: Buffer;
  prev_hash: Buffer;
  hash: Buffer;
  epoch: Defaulted<number>;
  xid: Generated<string>;
}

export interface LaneTable {
  subject_id: string;
  connection_id: string;
  next_seq: Defaulted<number>;
  done_seq: Defaulted<number>;
  held_reason: string | null;
  held_at: Timestamp | null;
}

export interface WritebackTable {
  id: string;
  subject_id: string;
  connection_id: string;
  lane_seq: number;
  subject_version: number;
  machine: string;
  machine_version: number;
  event_type: string;
  from_state: string;
  target_state: string;
  cause: 'transition' | 'origin' | 'revert' | 'element';
  status: 'ready' | 'leased' | 'confirmed' | 'dead' | 'waived' | 'superseded';
  mode: Defaulted<'apply' | 'confirm'>;
  overwrites: Defaulted<string[]>;
  disputed: string | null;
  attempt: Defaulted<number>;
  taken: Defaulted<number>;
  tries: Defaulted<number>;
  checks: Defaulted<number>;
  conflicts: Defaulted<number>;
  contradictions: Defaulted<number>;
  due_at: Timestamp | null;
  leased_at: Timestamp | null;
  lease_until: Timestamp | null;
  occurred_at: Timestamp;
  created_at: Timestamp;
  settled_at: Timestamp | null;
  settled_by: 'readback' | 'echo' | 'origin' | 'operator' | 'vendor' | 'schedule' | null;
  reason: string | null;
}

export interface AttemptTable {
  writeback_id: string;
  attempt: number;
  outcome: string;
  mode: string;
  reason: string | null;
  contradicted: Defaulted<boolean>;
  http_status: number | null;
  precondition: string | null;
  dispatched_at: Timestamp;
  settled_at: DefaultedTimestamp;
  reported_ms: number | null;
}

export interface EchoTable {
  writeback_id: string;
  event_id: string;
  value: string;
  used_at: DefaultedTimestamp;
}

export interface IncidentTable {
  id: string;
  kind: string;
  key: string;
  subject_id: string | null;
  connection_id: string | null;
  writeback_id: string | null;
  event_id: string | null;
  owner: string;
  element: string | null;
  values_ct: Buffer | null;
  detail: Document;
  times: Defaulted<number>;
  opened_at: DefaultedTimestamp;
  seen_at: DefaultedTimestamp;
  settled_at: Timestamp | null;
  settled_by: string | null;
  resolution: string | null;
  assigned_to: string | null;
  assigned_at: Timestamp | null;
}

export interface IncidentNoteTable {
  id: Generated<string>;
  incident_id: string;
  at: DefaultedTimestamp;
  author: string;
  body: string | null;
}

export interface KpiHourTable {
  id: Generated<string>;
  hour: Timestamp;
  measure: string;
  machine: string;
  event_type: string;
  connection_id: string;
  count: ColumnType<string, number | string, number | string>;
  merged: Defaulted<boolean>;
}

export interface MachineVersionTable {
  machine: string;
  version: number;
  hash: string;
  definition: Document;
  layout: Document<unknown> | null;
  released_at: DefaultedTimestamp;
}

export interface DictionaryVersionTable {
  version: number;
  hash: string;
  document: Document;
  released_at: DefaultedTimestamp;
}
