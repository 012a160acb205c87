// What a sender may ask for as proof: what became of its event, and whether every other system shows it by now.
import type { Tx } from '../../store/database/database.ts';
import { type EventProof, findEventProof } from '../../store/reports/event-proof.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import { transitionTo } from '../../store/reports/timeline.ts';
import { attemptsAt, writebacksOf } from '../../store/reports/writebacks.ts';
import type { Context } from '../context.ts';
import { type AttemptView, attemptView, byWriteback } from '../reports/timeline-entries.ts';

export interface Proof {
  event: string;
  source: string;
  externalId: string;
  machine: string;
  claim: string | null;
  subject: string | null;
  disposition: string;
  code: string | null;
  detail: Record<string, unknown>;
  occurredAt: string;
  receivedAt: string;
  settledAt: string | null;
  parked: { for: string; until: string } | null;
  transition: { version: number; type: string; from: string; to: string; recordedAt: string; hash: string } | null;
  writebacks: {
    id: string;
    connection: string;
    status: string;
    shown: boolean;
    confirmedAt: string | null;
    settledBy: string | null;
    reason: string | null;
    attempts: AttemptView[];
  }[];
  /** Every writeback has ended, whichever way. */
  complete: boolean;
  /** Every system that should show it was seen to show it. */
  shownEverywhere: boolean;
}

/** Undefined when there is no such event. */
export function readEventProof(context: Context, id: string): Promise<Proof | undefined> {
  return inSnapshot(context.database.reports, async (tx) => {
    const event = await findEventProof(tx, id);
    return event ? proofOf(tx, event) : undefined;
  });
}

async function proofOf(tx: Tx, event: EventProof): Promise<Proof> {
  const { subject_id: subject, transition_version: version } = event;
  const applied = subject !== null && version !== null;
  const transition = applied ? await transitionTo(tx, subject, version) : undefined;
  const rows = applied
    ? (await writebacksOf(tx, subject, 1_000, version)).filter(
        (one) => one.cause === 'transition' || one.cause === 'origin',
      )
    : [];
  const attempts = byWriteback(
    await attemptsAt(
      tx,
      rows.map((row) => row.id),
    ),
  );
  const writebacks = rows
    .map((row) => ({
      id: row.id,
      connection: row.connection_id,
      status: row.status,
      shown: row.status === 'confirmed',
      confirmedAt: row.status === 'confirmed' ? row.settled_at : null,
      settledBy: row.settled_by,
      reason: row.reason,
      attempts: (attempts.get(row.id) ?? []).map(attemptView),
    }))
    .sort((a, b) => (a.connection < b.connection ? -1 : 1));
  return {
    event: event.id,
    source: event.source,
    externalId: event.external_id,
    machine: event.machine,
    claim: event.claim,
    subject,
    disposition: event.disposition,
    code: event.code,
    detail: event.detail ?? {},
    occurredAt: event.occurred_at,
    receivedAt: event.received_at,
    settledAt: event.settled_at,
    parked: event.parked_for && event.parked_until ? { for: event.parked_for, until: event.parked_until } : null,
    transition: transition
      ? {
          version: transition.version,
          type: transition.type,
          from: transition.from_state,
          to: transition.to_state,
          recordedAt: transition.at,
          hash: transition.hash,
        }
      : null,
    writebacks,
    complete: event.disposition !== 'parked' && rows.every((row) => row.status !== 'ready' && row.status !== 'leased'),
    shownEverywhere: applied && rows.every((row) => row.status === 'confirmed'),
  };
}
