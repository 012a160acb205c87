// The rows in memory: the columns of the database, with times as numbers of milliseconds.
import type { Selectable } from 'kysely';
import type {
  AttemptTable,
  ConnectionTable,
  EchoTable,
  ElementValueTable,
  EventTable,
  IncidentTable,
  KpiHourTable,
  LaneTable,
  PersonTable,
  SubjectRefTable,
  SubjectTable,
  TransitionTable,
  WritebackTable,
} from '../../../../src/store/schema/schema.ts';

/** Every Date a number. */
type Timed<T> = {
  [K in keyof T]: T[K] extends Date ? number : T[K] extends Date | null ? number | null : T[K];
};
type Row<T> = Timed<Selectable<T>>;

export type ConnectionRow = Row<ConnectionTable>;
export type PersonRow = Row<PersonTable>;
export type SubjectRow = Row<SubjectTable>;
export type RefRow = Row<SubjectRefTable>;
export type ElementRow = Row<ElementValueTable>;
export type EventRow = Row<EventTable>;
/** Without the columns that say where it lies in the database's own order. */
export type TransitionRow = Omit<Row<TransitionTable>, 'xid' | 'epoch'>;
export type LaneRow = Row<LaneTable>;
export type WritebackRow = Row<WritebackTable>;
export type AttemptRow = Row<AttemptTable>;
export type EchoRow = Row<EchoTable>;
export type IncidentRow = Row<IncidentTable>;
export type CountRow = Omit<Row<KpiHourTable>, 'id' | 'count'> & { id: number; count: number };

/** Live rows, for reading: a transaction that is open shows in them. */
export interface Tables {
  connections: Map<string, ConnectionRow>;
  persons: Map<string, PersonRow>;
  subjects: Map<string, SubjectRow>;
  /** By `refKey`. */
  refs: Map<string, RefRow>;
  /** By `pairKey` of subject and element. */
  elements: Map<string, ElementRow>;
  events: Map<string, EventRow>;
  /** By subject, in the order they were appended. */
  transitions: Map<string, TransitionRow[]>;
  /** By `pairKey` of subject and connection. */
  lanes: Map<string, LaneRow>;
  writebacks: Map<string, WritebackRow>;
  /** By `attemptKey`, in the order they were appended. */
  attempts: Map<string, AttemptRow>;
  /** By writeback. */
  echoes: Map<string, EchoRow>;
  incidents: Map<string, IncidentRow>;
  counts: Map<number, CountRow>;
}

export const pairKey = (subject: string, other: string): string => `${subject} ${other}`;
export const refKey = (system: string, machine: string, ref: string): string => `${system}\n${machine}\n${ref}`;
export const eventKey = (source: string, externalId: string): string => `${source}\n${externalId}`;
export const attemptKey = (writeback: string, attempt: number, outcome: string): string =>
  `${writeback} ${attempt} ${outcome}`;
