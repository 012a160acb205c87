// The tables of alerts, for the query builder; see schema.ts.
import type { ColumnType } from 'kysely';

type DefaultedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;
type Document<T = Record<string, unknown>> = ColumnType<T, string | undefined, string>;
type Defaulted<T> = ColumnType<T, T | undefined, T>;

export interface AlertRuleTable {
  id: string;
  builtin: Defaulted<boolean>;
  enabled: Defaulted<boolean>;
  condition: Document;
  terms: Document;
  reading: Document | null;
  read_at: Timestamp | null;
  changed_at: DefaultedTimestamp;
}

export interface AlertChannelTable {
  id: string;
  kind: 'webhook' | 'mail';
  place: string;
  terms_ct: Buffer;
  created_at: DefaultedTimestamp;
}

export interface AlertTable {
  id: string;
  rule_id: string;
  about: string;
  status: 'pending' | 'firing' | 'over';
  severity: 'warning' | 'critical';
  condition: Document;
  value: number;
  since_at: Timestamp;
  fired_at: Timestamp | null;
  told_at: Timestamp | null;
  told: ColumnType<number, number | undefined, number>;
  calm_since: Timestamp | null;
  over_at: Timestamp | null;
}

export interface AlertDeliveryTable {
  id: string;
  alert_id: string | null;
  channel_id: string;
  telling: 'firing' | 'repeated' | 'over' | 'test';
  body: Document;
  status: 'waiting' | 'sent' | 'failed' | 'superseded';
  tries: ColumnType<number, number | undefined, number>;
  turn: ColumnType<number, number | undefined, number>;
  due_at: DefaultedTimestamp;
  lease_until: Timestamp | null;
  answer: string | null;
  created_at: DefaultedTimestamp;
  settled_at: Timestamp | null;
}

export interface AlertWatchTable {
  single: Defaulted<boolean>;
  turn: ColumnType<number, number | undefined, number>;
  due_at: DefaultedTimestamp;
}
