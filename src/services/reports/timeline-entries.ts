// Merges all that is known of one subject into one list, in the order in which it happened.
import type {
  EchoEntry,
  EventEntry,
  IncidentEntry,
  ReadingEntry,
  TransitionEntry,
} from '../../store/reports/timeline.ts';
import type { ActionEntry, ApprovalEntry, NoteEntry } from '../../store/reports/timeline-people.ts';
import type { AttemptReport, WritebackReport } from '../../store/reports/writebacks.ts';
import type { Entry } from './timeline-entry.ts';

export interface AttemptView {
  attempt: number;
  outcome: string;
  mode: string;
  reason: string | null;
  contradicted: boolean;
  httpStatus: number | null;
  precondition: string | null;
  dispatchedAt: string;
  settledAt: string;
  /** As the worker reported it, ms. */
  tookMs: number | null;
}

export interface WritebackView {
  id: string;
  subject: string;
  connection: string;
  lane: number;
  /** Next of its lane. */
  head: boolean;
  held: string | null;
  version: number;
  machine: string;
  eventType: string;
  from: string;
  to: string;
  cause: string;
  status: string;
  mode: string;
  overwrites: string[];
  attempt: number;
  contradictions: number;
  dueAt: string | null;
  occurredAt: string;
  createdAt: string;
  settledAt: string | null;
  settledBy: string | null;
  reason: string | null;
  attempts: AttemptView[];
}

export interface Lists {
  events: readonly EventEntry[];
  transitions: readonly TransitionEntry[];
  writebacks: readonly WritebackReport[];
  attempts: readonly AttemptReport[];
  echoes: readonly EchoEntry[];
  readings: readonly ReadingEntry[];
  incidents: readonly IncidentEntry[];
  notes: readonly NoteEntry[];
  actions: readonly ActionEntry[];
  approvals: readonly ApprovalEntry[];
}

/** What follows from what, when two things carry the same moment. */
const rank: Record<Entry['kind'], number> = {
  event: 0,
  transition: 1,
  writeback: 2,
  echo: 3,
  reading: 4,
  incident: 5,
  note: 6,
  action: 7,
  approval: 8,
};

/** Oldest first; what happened at the same moment in the order of cause and effect. */
export function merge(lists: Lists): Entry[] {
  const attempts = byWriteback(lists.attempts);
  const entries: Entry[] = [
    ...lists.events.map(eventEntry),
    ...lists.transitions.map(transitionEntry),
    ...lists.writebacks.map(
      (row): Entry => ({ kind: 'writeback', at: row.created_at, ...writebackView(row, attempts.get(row.id) ?? []) }),
    ),
    ...lists.echoes.map(echoEntry),
    ...lists.readings.map(readingEntry),
    ...lists.incidents.map(incidentEntry),
    ...lists.notes.map(noteEntry),
    ...lists.actions.map(actionEntry),
    ...lists.approvals.map(approvalEntry),
  ];
  return entries.sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : rank[a.kind] - rank[b.kind] || numberOf(a) - numberOf(b),
  );
}

/** Attempts by the writeback they were made at. */
export function byWriteback(attempts: readonly AttemptReport[]): Map<string, AttemptReport[]> {
  const groups = new Map<string, AttemptReport[]>();
  for (const one of attempts) {
    const group = groups.get(one.writeback_id);
    if (group) group.push(one);
    else groups.set(one.writeback_id, [one]);
  }
  return groups;
}

/** A writeback's row and its attempts in the words of the API. */
export function writebackView(row: WritebackReport, attempts: readonly AttemptReport[]): WritebackView {
  return {
    id: row.id,
    subject: row.subject_id,
    connection: row.connection_id,
    lane: row.lane_seq,
    head: row.is_head,
    held: row.held_reason,
    version: row.subject_version,
    machine: row.machine,
    eventType: row.event_type,
    from: row.from_state,
    to: row.target_state,
    cause: row.cause,
    status: row.status,
    mode: row.mode,
    overwrites: row.overwrites,
    attempt: row.attempt,
    contradictions: row.contradictions,
    dueAt: row.due_at,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    settledBy: row.settled_by,
    reason: row.reason,
    attempts: attempts.map(attemptView),
  };
}

export const attemptView = (row: AttemptReport): AttemptView => ({
  attempt: row.attempt,
  outcome: row.outcome,
  mode: row.mode,
  reason: row.reason,
  contradicted: row.contradicted,
  httpStatus: row.http_status,
  precondition: row.precondition,
  dispatchedAt: row.dispatched_at,
  settledAt: row.settled_at,
  tookMs: row.reported_ms,
});

const eventEntry = (row: EventEntry): Entry => ({
  kind: 'event',
  at: row.at,
  id: row.id,
  source: row.source,
  by: row.by_kind,
  claimKind: row.claim_kind,
  claim: row.claim,
  disposition: row.disposition,
  code: row.code,
  detail: row.detail,
  version: row.transition_version,
  occurredAt: row.occurred_at,
  settledAt: row.settled_at,
  parkedFor: row.parked_for,
  parkedUntil: row.parked_until,
});

const transitionEntry = (row: TransitionEntry): Entry => ({
  kind: 'transition',
  at: row.at,
  version: row.version,
  event: row.event_id,
  type: row.type,
  from: row.from_state,
  to: row.to_state,
  machineVersion: row.machine_version,
  source: row.source,
  by: row.by_kind,
  occurredAt: row.occurred_at,
  hash: row.hash,
});

const incidentEntry = (row: IncidentEntry): Entry => ({
  kind: 'incident',
  at: row.at,
  id: row.id,
  incident: row.kind,
  connection: row.connection_id,
  writeback: row.writeback_id,
  event: row.event_id,
  owner: row.owner,
  assignedTo: row.assigned_to,
  detail: row.detail,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  resolution: row.resolution,
});

const echoEntry = (row: EchoEntry): Entry => ({
  kind: 'echo',
  at: row.at,
  connection: row.connection_id,
  writeback: row.writeback_id,
  event: row.event_id,
  value: row.value,
});

const readingEntry = (row: ReadingEntry): Entry => ({
  kind: 'reading',
  at: row.at,
  connection: row.connection_id,
  stage: row.stage,
  states: row.states,
  missing: row.missing,
  trouble: row.trouble,
  failure: row.failure,
});

const noteEntry = (row: NoteEntry): Entry => ({
  kind: 'note',
  at: row.at,
  incident: row.incident_id,
  connection: row.connection_id,
  actor: row.author,
  body: row.body,
});

const actionEntry = (row: ActionEntry): Entry => ({
  kind: 'action',
  at: row.at,
  actor: `${row.actor_kind}:${row.actor_id}`,
  action: row.action,
  object: `${row.object_kind}:${row.object_id}`,
  connection: row.connection_id,
  detail: row.detail,
});

const approvalEntry = (row: ApprovalEntry): Entry => ({
  kind: 'approval',
  at: row.at,
  actor: `account:${row.account_id}`,
  role: row.role,
  version: row.version,
  decision: row.decision,
});

const numberOf = (entry: Entry): number =>
  entry.kind === 'transition' ? entry.version : entry.kind === 'writeback' ? entry.lane : 0;
