// The tables of access and governance, for the query builder; see schema.ts.
import type { ColumnType, Generated } from 'kysely';

type Defaulted<T> = ColumnType<T, T | undefined, T>;
type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type Document<T = Record<string, unknown>> = ColumnType<T, string | undefined, string>;

export interface AccountTable {
  id: string;
  name: string;
  email_index: Buffer | null;
  profile_ct: Buffer | null;
  password_hash: string | null;
  created_at: DefaultedTimestamp;
  deactivated_at: Timestamp | null;
}

export interface RoleGrantTable {
  account_id: string;
  role: string;
  region: ColumnType<string, string | undefined, string>;
  business_unit: ColumnType<string, string | undefined, string>;
  granted_by: string;
  granted_at: DefaultedTimestamp;
}

export interface SessionTable {
  id_hash: Buffer;
  account_id: string;
  created_at: DefaultedTimestamp;
  last_seen_at: DefaultedTimestamp;
  expires_at: Timestamp;
  device: ColumnType<string, string | undefined, string>;
}

export interface SignInLinkTable {
  token_hash: Buffer;
  purpose: string;
  account_id: string | null;
  created_at: DefaultedTimestamp;
  expires_at: Timestamp;
}

export interface ClientTable {
  id: string;
  name: string;
  kind: string;
  scopes: string[];
  connection_id: string | null;
  secret_hash_current: string;
  secret_hash_next: string | null;
  revoked_tokens: Document<Record<string, number>>;
  created_at: DefaultedTimestamp;
  last_used_at: Timestamp | null;
  revoked_at: Timestamp | null;
}

export interface ApprovalTable {
  id: string;
  kind: string;
  name: string;
  version: number;
  hash: string;
  role: string;
  account_id: string;
  decision: string;
  reason: string | null;
  decided_at: DefaultedTimestamp;
  required: string[];
  display_name: string;
  signer: string;
  key_id: string;
  signature: Buffer;
}

export interface ProposalTable {
  number: Generated<string>;
  machine: string;
  version: number;
  hash: string;
  definition: string;
  note: string;
  proposer_kind: string;
  proposer_id: string;
  proposed_at: DefaultedTimestamp;
}

export interface PartyMemberTable {
  account_id: string;
  party: string;
  granted_by: string;
  granted_at: DefaultedTimestamp;
}

export interface CheckpointKeyTable {
  id: string;
  public_key: Buffer;
  private_key_ct: Buffer;
  created_at: DefaultedTimestamp;
}

export interface CheckpointTable {
  n: string;
  epoch: number;
  fence: string;
  count: string;
  total: string;
  root: Buffer;
  prev: Buffer;
  system_identifier: string;
  timeline: number;
  key_id: string;
  signature: Buffer;
  sealed_at: Timestamp;
}

export interface AuditTable {
  id: Generated<string>;
  at: DefaultedTimestamp;
  actor_kind: string;
  actor_id: string;
  action: string;
  object_kind: string;
  object_id: string;
  detail: Document;
  request_id: string | null;
}

export interface ImportTable {
  id: string;
  connection_id: string | null;
  source: string;
  fingerprint: string;
  rows_total: ColumnType<number, number | undefined, number>;
  rows_done: ColumnType<number, number | undefined, number>;
  status: string;
  machine: Defaulted<string>;
  write_back: Defaulted<boolean>;
  rows_created: Defaulted<number>;
  rows_duplicate: Defaulted<number>;
  rows_error: Defaulted<number>;
  errors_bytes: ColumnType<string, number | string | undefined, number | string>;
  begun_by: Defaulted<string>;
  format: Defaulted<'csv' | 'ndjson' | 'parts'>;
  states: ColumnType<Record<string, string>, string | undefined, string>;
  errors_file: string | null;
  rules: ColumnType<Record<string, number>, string | undefined, string>;
  worked_ms: ColumnType<string, number | undefined, number>;
  moved_at: DefaultedTimestamp;
  started_at: DefaultedTimestamp;
  ended_at: Timestamp | null;
}

export interface ImportErrorTable {
  import_id: string;
  place: number;
  line: number;
  rule: string;
  todo: string;
}
