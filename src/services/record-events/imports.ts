// Begins a subject where a file says that it stood: one transition from the import, and no vendor is told unless that was asked for.

import { mayBeImported, subjectImported } from '../../core/deciding/imported.ts';
import type { Recorded } from '../../core/deciding/intake.ts';
import { answerOf } from './answers.ts';
import { applyTransition } from './apply.ts';
import type { Batch } from './batch.ts';
import { newEventRow, type Settled } from './event-rows.ts';
import { findSubject, found, linkNames, linkRequisition } from './find-subject.ts';
import type { ImportItem } from './items.ts';
import type { Said } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { eventKey } from './load.ts';
import { releaseParked } from './parked.ts';

/** Nothing is recorded of what is there already: `duplicate` with what became of the first, or `refused` as `subject_known`. */
export function planImport(batch: Batch, item: ImportItem): Recorded {
  const { intake } = item;
  const known = batch.loaded.known.get(eventKey(intake.source, intake.externalId));
  if (known) return untouched(known.id, 'duplicate', 'same_id', known.detail, known.subject_id);
  const subject = findSubject(batch, intake);
  if (!subject || subject.version > 0)
    return untouched(
      '',
      'refused',
      subject?.keys === null ? 'person_erased' : 'subject_known',
      null,
      subject?.id ?? null,
    );
  if (!mayBeImported(subject.machine, item.place.state, item.place.history))
    return untouched('', 'refused', 'unknown_state', null, null);
  const recorded = begin(batch, subject, item);
  batch.loaded.known.set(eventKey(intake.source, intake.externalId), {
    id: recorded.event,
    source: intake.source,
    external_id: intake.externalId,
    fingerprint: intake.fingerprint,
    disposition: recorded.disposition,
    code: recorded.code,
    detail: recorded.detail as Record<string, unknown> | null,
    subject_id: recorded.subject,
    transition_version: recorded.version,
    writebacks: recorded.writebacks,
  });
  return recorded;
}

function begin(batch: Batch, subject: WorkingSubject, { intake, place, line, writeBack }: ImportItem): Recorded {
  const said = saidBy(batch.context.newId('evt'), { intake, writeBack });
  linkRequisition(batch, subject, intake);
  found(batch, subject, intake);
  linkNames(batch, subject, intake);
  const { machine } = subject;
  const slaMs = machine.leaves.get(place.state)?.slaMs ?? null;
  const slaDueAt = slaMs === null ? null : Date.parse(intake.occurredAt) + slaMs;
  const step = { type: subjectImported, from: machine.initial, to: place.state, history: place.history, slaDueAt };
  applyTransition(batch, subject, said, step);
  // It has stood there since before we heard of it.
  subject.stateSince = intake.occurredAt;
  const detail = { type: step.type, from: step.from, to: step.to, ...line };
  const settled: Settled = { disposition: 'applied', code: null, detail, version: subject.version };
  batch.ledger.events.push(newEventRow(batch, said.event, intake, subject, settled));
  batch.ledger.counts.add('event.received', machine.name, subjectImported, intake.source);
  batch.ledger.counts.add('event.applied', machine.name, subjectImported, intake.source);
  releaseParked(batch, subject);
  return answerOf(batch.ledger, said.event, subject.id, settled);
}

const saidBy = (event: string, { intake, writeBack }: Pick<ImportItem, 'intake' | 'writeBack'>): Said => ({
  event,
  source: intake.source,
  connection: intake.connection,
  by: intake.by,
  claim: { kind: 'event', type: subjectImported },
  occurredAt: intake.occurredAt,
  data: intake.data,
  received: {
    externalId: intake.externalId,
    fingerprint: intake.fingerprint,
    at: intake.receivedAt,
    ref: intake.subject?.kind === 'ref' ? intake.subject : null,
  },
  verified: false,
  askedAt: 0,
  read: false,
  waited: false,
  expired: false,
  givenUp: false,
  ...(writeBack ? {} : { quiet: true }),
});

const untouched = (
  event: string,
  disposition: 'duplicate' | 'refused',
  code: string,
  detail: Record<string, unknown> | null,
  subject: string | null,
): Recorded => ({ event, disposition, code, detail, subject, version: null, writebacks: [] });
