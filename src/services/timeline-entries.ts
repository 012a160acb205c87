// Merges all that is known of one subject into one list, in the order in which it happened.
import type { ActionEntry, EchoEntry, EventEntry, IncidentEntry, TransitionEntry } from '../store/reports/timeline.ts';
import type { AttemptReport, WritebackReport } from '../store/reports/writebacks.ts';

export type Entry =
  | {
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
  | {
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
  | ({ kind: 'writeback'; at: string } & WritebackView)
  | { kind: 'echo'; at: string; writeback: string; event: string; value: string }
  | {
      kind: 'incident';
      at: string;
      id: string;
      incident: string;
      connection: string | null;
      writeback: string | null;
      event: string | null;
      owner: string;
      detail: Record<string, unknown>;
      settledAt: string | null;
      settledBy: string | null;
      resolution: string | null;
    }
  | { kind: 'action'; at: string; actor: string; action: string; object: string; detail: Record<string, unknown> };

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
  incidents: readonly IncidentEntry[];
  actions: readonly ActionEntry[];
}

/** What follows from what, when two things carry the same moment. */
const rank: Record<Entry['kind'], number> = { event: 0, transition: 1, writeback: 2, echo: 3, incident: 4, action: 5 };

/** Oldest first; what happened at the same moment in the order of cause and effect. */
export function merge(lists: Lists): Entry[] {
  const attempts = byWriteback(lists.attempts);
  const entries: Entry[] = [
    ...lists.events.map(eventEntry),
    ...lists.transitions.map(transitionEntry),
    ...lists.writebacks.map(
      (row): Entry => ({ kind: 'writeback', at: row.created_at, ...writebackView(row, attempts.get(row.id) ?? []) }),
    ),
    ...lists.echoes.map(
      (row): Entry => ({
        kind: 'echo',
        at: row.at,
        writeback: row.writeback_id,
        event: row.event_id,
        value: row.value,
      }),
    ),
    ...lists.incidents.map(incidentEntry),
    ...lists.actions.map(
      (row): Entry => ({
        kind: 'action',
        at: row.at,
        actor: `${row.actor_kind}:${row.actor_id}`,
        action: row.action,
        object: `${row.object_kind}:${row.object_id}`,
        detail: row.detail,
      }),
    ),
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
  detail: row.detail,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  resolution: row.resolution,
});

const numberOf = (entry: Entry): number =>
  entry.kind === 'transition' ? entry.version : entry.kind === 'writeback' ? entry.lane : 0;
