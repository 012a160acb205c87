// Turns a verdict into rows: what the event ends in, and all that follows from it.

import type { AppliedTransition } from '../../core/deciding/decide.ts';
import { limits } from '../../core/limits.ts';
import { applyTransition } from './apply.ts';
import type { Batch } from './batch.ts';
import { recordDivergence } from './divergence.ts';
import type { Settled } from './event-rows.ts';
import type { Said, Verdict } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { recordDisputes, type Taken } from './take-values.ts';
import { takeValuesAlone } from './values-alone.ts';

/** Writes what a verdict means into the ledger and says how the event's row ends. */
export function carryOut(batch: Batch, subject: WorkingSubject, said: Said, verdict: Verdict): Settled {
  switch (verdict.kind) {
    case 'applied':
      return applied(batch, subject, said, verdict.transition);
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
      return unmoved('echo', 'own_write', { writeback: verdict.write.id }, takeValuesAlone(batch, subject, said));
    case 'stale': {
      const taken = verdict.code === 'already_there' ? takeValuesAlone(batch, subject, said) : null;
      return unmoved('stale', verdict.code, { state: subject.place.state }, taken);
    }
    case 'refused':
      if (verdict.code === 'element_conflict') recordDisputes(batch, subject, said, Object.keys(said.data));
      // A reading brings no elements: a move that only lacks those is not undone, but completed by a person.
      if (verdict.diverges) recordDivergence(batch, subject, said, !(said.read && verdict.code === 'missing_elements'));
      return { disposition: 'refused', code: verdict.code, detail: verdict.detail, version: null };
    case 'parked':
      if (verdict.diverges) recordDivergence(batch, subject, said, false);
      if (verdict.for === 'probe' && !said.verified && said.connection)
        batch.ledger.probes.push({ event: said.event, connection: said.connection, attempt: 1 });
      return {
        disposition: 'parked',
        code: verdict.for,
        detail: waitingDetail(subject, verdict),
        version: null,
        parkedFor: verdict.for,
      };
  }
}

/** What is kept of the waiting, and told to whoever asks. The requisition's state: once it is another, the event is decided again. */
export const waitingDetail = (
  subject: WorkingSubject,
  verdict: Extract<Verdict, { kind: 'parked' }>,
): Record<string, unknown> => ({
  state: subject.place.state,
  ...(verdict.for === 'requisition' ? { detail: verdict.why, requisition: verdict.requisition } : {}),
});

function applied(batch: Batch, subject: WorkingSubject, said: Said, transition: AppliedTransition): Settled {
  const { disputed } = applyTransition(batch, subject, said, transition);
  const { type, from, to } = transition;
  const detail = { type, from, to, ...(disputed.length > 0 ? { disputed } : {}) };
  return { disposition: 'applied', code: null, detail, version: subject.version };
}

/** The subject stays where it is; elements whose values were taken or disputed all the same are named. */
const unmoved = (
  disposition: 'echo' | 'stale',
  code: string,
  detail: Record<string, unknown>,
  taken: Taken | null,
): Settled => ({
  disposition,
  code,
  detail: {
    ...detail,
    ...(taken && taken.changed.length > 0 ? { taken: taken.changed } : {}),
    ...(taken && taken.disputed.length > 0 ? { disputed: taken.disputed } : {}),
  },
  version: null,
});

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
