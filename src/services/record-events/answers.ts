// What the sender is told: the disposition, what it caused, and for a repeat what became of the first.

import { claimText } from '../../core/deciding/decide.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { erasedFingerprint, type KnownEvent } from '../../store/engine/events.ts';
import type { Batch } from './batch.ts';
import { newEventRow, type Settled } from './event-rows.ts';
import type { Ledger, WorkingSubject } from './ledger.ts';

export function answerOf(ledger: Ledger, event: string, subject: string | null, settled: Settled): Recorded {
  const caused =
    settled.version === null
      ? []
      : ledger.writebacks.filter(
          (one) =>
            one.subject_id === subject &&
            one.subject_version === settled.version &&
            (one.cause === 'transition' || one.cause === 'origin'),
        );
  return {
    event,
    disposition: settled.disposition,
    code: settled.code,
    detail: settled.detail,
    subject,
    version: settled.version,
    writebacks: caused.map((one) => ({
      id: one.id,
      connection: one.connection_id,
      status: one.status,
      confirmedAt: null,
    })),
  };
}

/** The same id again: nothing new is recorded. Another body under it is a conflict that somebody must see. */
export function duplicateOf(batch: Batch, known: KnownEvent, intake: Intake): Recorded {
  // Of an erased event nobody can tell any more what it said.
  const sameBody = known.fingerprint === intake.fingerprint || known.fingerprint === erasedFingerprint;
  batch.ledger.counts.add(
    'event.duplicate',
    intake.machine,
    intake.claim ? claimText(intake.claim) : 'raw',
    intake.source,
  );
  if (!sameBody) {
    batch.ledger.incidents.push({
      id: batch.context.newId('inc'),
      kind: 'fingerprint_conflict',
      key: `fingerprint/${known.id}`,
      subject_id: known.subject_id,
      connection_id: intake.connection,
      writeback_id: null,
      event_id: known.id,
      owner: 'integration',
      detail: { source: intake.source },
    });
  }
  return {
    event: known.id,
    disposition: 'duplicate',
    code: sameBody ? 'same_id' : 'same_id_other_body',
    detail: known.detail,
    subject: known.subject_id,
    version: known.transition_version,
    writebacks: known.writebacks,
    original: { disposition: known.disposition as Recorded['disposition'], sameBody },
  };
}

/** An event that names one of our subject ids which does not exist. */
export function refusalWithoutSubject(batch: Batch, event: string, intake: Intake): Recorded {
  const settled: Settled = {
    disposition: 'refused',
    code: 'unknown_subject',
    detail: { detail: 'There is no subject with this id' },
    version: null,
  };
  batch.ledger.events.push(newEventRow(batch, event, intake, null, settled));
  return answerOf(batch.ledger, event, null, settled);
}

/** A payload that was not understood, about somebody who was erased: it is not kept. */
export function refusalOfErased(batch: Batch, event: string, intake: Intake, subject: WorkingSubject): Recorded {
  const settled: Settled = {
    disposition: 'refused',
    code: 'person_erased',
    detail: { detail: 'The person was erased; nothing of this event was kept' },
    version: null,
  };
  batch.ledger.events.push(newEventRow(batch, event, intake, subject, settled));
  return answerOf(batch.ledger, event, subject.id, settled);
}
