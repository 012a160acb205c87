// What can stand in the timeline of a subject, each kind with what is known of it. Times are ISO 8601 with microseconds.
import type { WritebackView } from './timeline-entries.ts';

export type Entry =
  | EventAt
  | TransitionAt
  | WritebackAt
  | EchoAt
  | ReadingAt
  | IncidentAt
  | NoteAt
  | ActionAt
  | ApprovalAt;

export interface EventAt {
  kind: 'event';
  at: string;
  id: string;
  source: string;
  by: string;
  claimKind: string;
  claim: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown> | null;
  version: number | null;
  occurredAt: string;
  settledAt: string | null;
  parkedFor: string | null;
  parkedUntil: string | null;
}

export interface TransitionAt {
  kind: 'transition';
  at: string;
  version: number;
  event: string;
  type: string;
  from: string;
  to: string;
  machineVersion: number;
  source: string;
  by: string;
  occurredAt: string;
  hash: string;
}

export type WritebackAt = { kind: 'writeback'; at: string } & WritebackView;

export interface EchoAt {
  kind: 'echo';
  at: string;
  connection: string;
  writeback: string;
  event: string;
  value: string;
}

/** The last time a system was read: what it showed. */
export interface ReadingAt {
  kind: 'reading';
  at: string;
  connection: string;
  stage: string | null;
  states: string[];
  missing: boolean;
  trouble: string | null;
  failure: string | null;
}

export interface IncidentAt {
  kind: 'incident';
  at: string;
  id: string;
  incident: string;
  connection: string | null;
  writeback: string | null;
  event: string | null;
  owner: string;
  assignedTo: string | null;
  detail: Record<string, unknown>;
  settledAt: string | null;
  settledBy: string | null;
  resolution: string | null;
}

/** What somebody noted about an incident; null once the person was erased. */
export interface NoteAt {
  kind: 'note';
  at: string;
  incident: string;
  connection: string | null;
  actor: string;
  body: string | null;
}

export interface ActionAt {
  kind: 'action';
  at: string;
  /** `account:acc_…`, `client:cli_…`, `cli:<user>` or `system:…`. */
  actor: string;
  action: string;
  object: string;
  connection: string | null;
  detail: Record<string, unknown>;
}

/** Somebody signed a version of the machine that the subject ran. */
export interface ApprovalAt {
  kind: 'approval';
  at: string;
  actor: string;
  role: string;
  version: number;
  decision: string;
}
