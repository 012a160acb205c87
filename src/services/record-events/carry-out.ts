// Turns a verdict into rows: what the event ends in, and all that follows from it.

import { limits } from '../../core/limits.ts';
import { applyTransition } from './apply.ts';
import type { Batch } from './batch.ts';
import { recordDivergence } from './divergence.ts';
import type { Settled } from './event-rows.ts';
import type { Said, Verdict } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';

/** Writes what a verdict means into the ledger and says how the event's row ends. */
export function carryOut(batch: Batch, subject: WorkingSubject, said: Said, verdict: Verdict): Settled {
  switch (verdict.kind) {
    case 'applied':
      applyTransition(batch, subject, said, verdict.transition);
      return {
        disposition: 'applied',
        code: null,
        detail: { type: verdict.transition.type, from: verdict.transition.from, to: verdict.transition.to },
        version: subject.version,
      };
    case 'echo':
      verdict.write.used = true;
      batch.ledger.echoes.push({
        writeback_id: verdict.write.id,
        event_id: said.event,
        value: verdict.write.target_state,
      });
      // Also one that was given up: the target shows it now, whoever wrote it.
      if (verdict.write.status !== 'confirmed') {
        batch.ledger.echoConfirmations.push({
          writeback: verdict.write.id,
          attempt: verdict.write.attempt,
          connection: verdict.write.connection_id,
        });
      }
      return { disposition: 'echo', code: 'own_write', detail: { writeback: verdict.write.id }, version: null };
    case 'stale':
      return { disposition: 'stale', code: verdict.code, detail: { state: subject.place.state }, version: null };
    case 'refused':
      if (verdict.diverges) recordDivergence(batch, subject, said, true);
      return { disposition: 'refused', code: verdict.code, detail: verdict.detail, version: null };
    case 'parked':
      if (verdict.diverges) recordDivergence(batch, subject, said, false);
      if (verdict.for === 'probe' && !said.verified && said.connection)
        batch.ledger.probes.push({ event: said.event, connection: said.connection, attempt: 1 });
      return {
        disposition: 'parked',
        code: verdict.for,
        detail: { state: subject.place.state },
        version: null,
        parkedFor: verdict.for,
      };
  }
}

/** Parking is bounded: what comes when it is full is refused, visibly. */
export function bounded(batch: Batch, subject: WorkingSubject, verdict: Verdict): Verdict {
  if (verdict.kind !== 'parked') return verdict;
  const waiting = batch.loaded.parked.filter((one) => one.subject_id === subject.id).length;
  if (waiting < limits.parkedPerSubjectMax) return verdict;
  return {
    kind: 'refused',
    code: 'parking_full',
    detail: { detail: `${waiting} events of this subject wait already`, state: subject.place.state },
    diverges: false,
  };
}
