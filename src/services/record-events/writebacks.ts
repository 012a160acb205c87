// Bears the writebacks of a transition: one per subscribed connection, on their way at once where the lane is free.

import type { AppliedTransition } from '../../core/deciding/decide.ts';
import { bornLeased } from '../../core/delivery/lane.ts';
import { elementChanged } from '../../core/dictionary/element-changed.ts';
import { limits } from '../../core/limits.ts';
import type { LaneRow } from '../../store/engine/lanes.ts';
import type { NewWriteback } from '../../store/engine/writebacks.ts';
import { type Audience, type Connection, subscribes, writesTo } from '../connections/connections.ts';
import type { Batch } from './batch.ts';
import type { Said } from './judge.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';
import type { Loaded } from './load.ts';
import { isOnlyWatched, noteShadow } from './shadows.ts';

/** Whom it concerns. */
export const audienceOf = (subject: WorkingSubject): Audience => ({
  machine: subject.machine.name,
  region: subject.region,
  businessUnit: subject.businessUnit,
  requisitionType: subject.requisitionType,
});

export function bearWritebacks(batch: Batch, subject: WorkingSubject, said: Said, step: AppliedTransition): void {
  const audience = audienceOf(subject);
  for (const connection of batch.loaded.connections.values()) {
    if (!subscribes(connection, audience, step.to)) continue;
    const isOrigin = connection.id === said.connection;
    if (!writesTo(connection, audience)) {
      if (!isOrigin) noteShadow(batch, subject, connection, step);
      continue;
    }
    if (isOrigin) supersedeWaiting(batch, subject, connection.id);
    // A stage is what the target shows; an event (an offer was drafted) says nothing of its stage, so that is read.
    const shown =
      isOrigin && said.claim.kind === 'stage' && !mayBeUndone(batch, laneKey(subject.id, connection.id), said);
    bear(batch, subject, connection, {
      step,
      cause: isOrigin ? 'origin' : 'transition',
      occurredAt: said.occurredAt,
      shown,
    });
  }
}

/** The rule of the state says that we are right: our state is written to the system that shows something else. */
export function bearRevert(batch: Batch, subject: WorkingSubject, connection: Connection, said: Said): void {
  const { state } = subject.place;
  if (!subscribes(connection, audienceOf(subject), state) || isOnlyWatched(batch, subject, connection)) return;
  const { claim, occurredAt } = said;
  const step = { type: 'divergence.reverted', from: state, to: state };
  bear(batch, subject, connection, { step, cause: 'revert', occurredAt, overwrites: named(claim) });
}

/** The subject stays where it is, and the system is to show the values that hold now. */
export function bearElementWrite(
  batch: Batch,
  subject: WorkingSubject,
  connection: Connection,
  occurredAt: string,
): void {
  const { state } = subject.place;
  if (isOnlyWatched(batch, subject, connection)) return;
  bear(batch, subject, connection, {
    step: { type: elementChanged, from: state, to: state },
    cause: 'element',
    occurredAt,
  });
}

interface Birth {
  step: { type: string; from: string; to: string };
  cause: NewWriteback['cause'];
  occurredAt: string;
  /** The target is known to show it. */
  shown?: boolean;
  overwrites?: readonly string[];
}

function bear(batch: Batch, subject: WorkingSubject, connection: Connection, birth: Birth): void {
  const key = laneKey(subject.id, connection.id);
  const lane: LaneRow = batch.ledger.lanes.get(key) ?? {
    ...(batch.loaded.lanes.get(key) ?? {
      subject_id: subject.id,
      connection_id: connection.id,
      next_seq: 0,
      done_seq: 0,
      held_reason: null,
    }),
  };
  lane.next_seq += 1;
  const seq = lane.next_seq;
  // What it needs is gone at the vendor: it waits until that is back, and nothing else does.
  const gone = connection.gone.includes(birth.step.to);
  const ready = !gone && readiness(batch.loaded, lane, seq, connection);
  const status = birth.shown ? 'confirmed' : ready ? 'leased' : 'ready';
  if (gone && status === 'ready' && lane.done_seq === seq - 1) lane.held_reason ??= 'mapping_gone';
  if (status === 'confirmed' && lane.done_seq === seq - 1) lane.done_seq = seq;
  if (status === 'leased') batch.loaded.places.set(connection.id, (batch.loaded.places.get(connection.id) ?? 0) - 1);
  batch.ledger.lanes.set(key, lane);
  const overwrites = birth.overwrites ?? [];
  // A worker of this process will have it: what is there now is what it would read. Leave to overwrite can be lost meanwhile.
  const taken = status === 'leased' && overwrites.length === 0 && batch.context.workInHand.serves(connection.id);
  const writeback: NewWriteback = {
    id: batch.context.newId('wrb'),
    subject_id: subject.id,
    connection_id: connection.id,
    lane_seq: seq,
    subject_version: subject.version,
    machine: subject.machine.name,
    machine_version: subject.machine.version,
    event_type: birth.step.type,
    from_state: birth.step.from,
    target_state: birth.step.to,
    cause: birth.cause,
    status,
    overwrites,
    occurred_at: birth.occurredAt,
    taken: taken ? 1 : 0,
  };
  batch.ledger.writebacks.push(writeback);
  batch.ledger.counts.add('writeback.created', writeback.machine, writeback.event_type, connection.id);
  if (status === 'confirmed')
    batch.ledger.counts.add('writeback.origin', writeback.machine, writeback.event_type, connection.id);
}

/** A revert is about what was shown when it was decided; what anybody puts there later is another matter. */
const named = (claim: Said['claim']): readonly string[] => (claim.kind === 'stage' ? claim.targets : []);

/** A write of ours that was on its way at the time may have arrived after the change and undone it: then it is read, not believed. */
function mayBeUndone({ loaded }: Batch, lane: string, { occurredAt }: Said): boolean {
  const changedAt = Date.parse(occurredAt) - limits.vendorClockToleranceMs;
  return (loaded.recent.get(lane) ?? []).some((write) => (write.settled_at?.getTime() ?? Infinity) > changedAt);
}

function readiness(loaded: Loaded, lane: LaneRow, seq: number, connection: Connection): boolean {
  const state = { nextSeq: lane.next_seq, doneSeq: lane.done_seq, heldReason: lane.held_reason };
  return bornLeased(state, seq, {
    status: connection.status,
    circuit: connection.circuit,
    blocked: connection.blocked,
    places: loaded.places.get(connection.id) ?? 0,
  });
}

/** The system itself moved on: writing what waited for it would push it back. What is in flight ends by itself. */
function supersedeWaiting(batch: Batch, subject: WorkingSubject, connection: string): void {
  const key = laneKey(subject.id, connection);
  const lane = batch.ledger.lanes.get(key) ?? {
    ...(batch.loaded.lanes.get(key) ?? {
      subject_id: subject.id,
      connection_id: connection,
      next_seq: 0,
      done_seq: 0,
      held_reason: null,
    }),
  };
  const waiting = batch.loaded.open.filter(
    (one) =>
      one.subject_id === subject.id &&
      one.connection_id === connection &&
      one.status !== 'leased' &&
      !batch.ledger.superseded.includes(one.id),
  );
  for (const one of waiting) {
    batch.ledger.superseded.push(one.id);
    batch.ledger.settledIncidents.push({ key: `dead/${one.id}`, resolution: 'The system moved on by itself' });
    batch.ledger.counts.add('writeback.superseded', one.machine, one.event_type, connection);
    if (one.status === 'dead') batch.ledger.counts.add('writeback.dead', one.machine, one.event_type, connection, -1);
  }
  const here = batch.ledger.writebacks.filter(
    (one) => one.subject_id === subject.id && one.connection_id === connection,
  );
  for (const one of here.filter((born) => born.status === 'ready')) {
    one.status = 'superseded';
    batch.ledger.counts.add('writeback.superseded', one.machine, one.event_type, connection);
  }
  const inFlight =
    here.some((one) => one.status === 'leased') ||
    batch.loaded.open.some(
      (one) => one.subject_id === subject.id && one.connection_id === connection && one.status === 'leased',
    );
  if (lane.held_reason === 'dead') lane.held_reason = null;
  if (!inFlight) lane.done_seq = lane.next_seq;
  batch.ledger.lanes.set(key, lane);
}
