// Webhooks that only name a thing: they wait, as they came, until a worker has read it and filed what it shows as an event.
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { limits } from '../../core/limits.ts';
import { answerOf, refusalOfErased } from './answers.ts';
import type { Batch } from './batch.ts';
import { newEventRow, park, type Settled } from './event-rows.ts';
import { knownSubject } from './find-subject.ts';
import type { BatchItem, Found } from './items.ts';
import { connectionOf, type WaitingEvent } from './load.ts';
import { finish } from './parked.ts';
import { quarantineIncident } from './quarantine-incident.ts';

/** Nothing is decided yet, not even whether the subject is known: the reading says it. */
export function awaitLook(batch: Batch, event: string, intake: Intake): Recorded {
  const subject = knownSubject(batch, intake);
  if (subject?.keys === null) return refusalOfErased(batch, event, intake, subject);
  const id = subject?.id ?? null;
  if (waiting(batch, intake) >= limits.parkedPerSubjectMax) {
    const detail = { detail: `${limits.parkedPerSubjectMax} events of this subject wait already` };
    const full: Settled = { disposition: 'refused', code: 'parking_full', detail, version: null };
    batch.ledger.events.push(newEventRow(batch, event, intake, subject, full));
    return answerOf(batch.ledger, event, id, full);
  }
  park(batch, event, intake, subject, 'probe');
  const detail = { detail: 'The webhook only names what changed; the system is read' };
  return answerOf(batch.ledger, event, id, { disposition: 'parked', code: 'probe', detail, version: null });
}

const waiting = ({ loaded }: Batch, { subject, machine }: Intake): number =>
  subject?.kind === 'ref'
    ? loaded.parked.filter(
        (one) => one.ref_system === subject.system && one.ref_id === subject.ref && one.machine === machine,
      ).length
    : 0;

/** It was read. What it showed speaks for itself by now; what could not be put in our words must be seen by somebody. */
export function endLook(batch: Batch, parked: WaitingEvent, look: Extract<BatchItem, { kind: 'looked' }>): void {
  // A worker speaks for its own connection alone, and only of what waits for a reading.
  if (look.connection !== connectionOf(parked) || parked.claim_kind !== 'raw')
    return void batch.context.metrics.resultRejected();
  const { disposition, code, detail } = endings[look.found];
  const subject = parked.subject_id === null ? undefined : batch.loaded.subjects.get(parked.subject_id);
  const { stage } = look;
  const told = { detail, ...(stage === undefined ? {} : { stage }) };
  finish(batch, parked, subject, { disposition, code, detail: told, version: null });
  if (disposition === 'quarantined')
    batch.ledger.incidents.push(
      quarantineIncident(batch.context, { event: parked.id, connection: look.connection, code, stage }),
    );
}

const endings: Readonly<Record<Found, { disposition: 'stale' | 'quarantined'; code: string; detail: string }>> = {
  shown: { disposition: 'stale', code: 'read', detail: 'What was read is an event of its own' },
  missing: { disposition: 'stale', code: 'missing_in_target', detail: 'The system has no such thing any more' },
  unknown_stage: {
    disposition: 'quarantined',
    code: 'unknown_stage',
    detail:
      'The stage that the system shows is mapped to no state. Add it to the settings of this connection and replay.',
  },
  not_understood: {
    disposition: 'quarantined',
    code: 'not_understood',
    detail: 'With the settings of today the payload names nothing to read. Mend them and replay.',
  },
};
