// Decides a whole batch in memory: every item in turn, and after each transition the events that waited for it.
import { claimText } from '../../core/deciding/decide.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { answerOf, duplicateOf, refusalOfErased, refusalWithoutSubject } from './answers.ts';
import type { Batch } from './batch.ts';
import { bounded, carryOut } from './carry-out.ts';
import { countMissing } from './count-missing.ts';
import { newEventRow, park, type Settled } from './event-rows.ts';
import { findSubject, found, knownSubject, linkNames, linkRequisition } from './find-subject.ts';
import { planImport } from './imports.ts';
import type { BatchAnswer, BatchItem } from './items.ts';
import { judge, type Said, type Verdict } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { eventKey } from './load.ts';
import { awaitLook, endLook } from './looks.ts';
import { noteNearMiss } from './near-misses.ts';
import { noteTold } from './own-writes.ts';
import { planParked, releaseParked } from './parked.ts';
import { quarantineIncident } from './quarantine-incident.ts';
import { stillHolds } from './readings.ts';
import { withoutDisputed } from './weigh-values.ts';

/** Fills the ledger and gives each item's answer. Pure but for ids and nonces: the same loaded state leads to the same decisions. */
export function planBatch(batch: Batch, items: readonly BatchItem[]): BatchAnswer[] {
  return items.map((item): BatchAnswer => {
    if (item.kind === 'intake') return planIntake(batch, item.intake);
    if (item.kind === 'import') return planImport(batch, item);
    if (item.kind === 'reading') return stillHolds(batch, item) ? planIntake(batch, item.intake, true) : null;
    const parked = batch.loaded.parked.find((one) => one.id === item.event);
    if (parked && item.kind === 'looked') endLook(batch, parked, item);
    else if (parked && item.kind !== 'looked') planParked(batch, parked, item);
    return null;
  });
}

/** `read`: it is what the sweep read, so there is nothing to look at first. */
function planIntake(batch: Batch, intake: Intake, read = false): Recorded {
  batch.ledger.counts.add('event.received', intake.machine, typeOf(intake), intake.source);
  const known = batch.loaded.known.get(eventKey(intake.source, intake.externalId));
  if (known) return duplicateOf(batch, known, intake);
  const recorded = planNew(batch, intake, read);
  batch.ledger.counts.add(`event.${recorded.disposition}`, intake.machine, typeOf(intake), intake.source);
  countMissing(batch.ledger.counts, intake, recorded);
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

function planNew(batch: Batch, intake: Intake, read: boolean): Recorded {
  const event = batch.context.newId('evt');
  if (!intake.claim) return intake.look ? awaitLook(batch, event, intake) : quarantine(batch, event, intake);
  const said: Said = {
    event,
    source: intake.source,
    connection: intake.connection,
    by: intake.by,
    claim: intake.claim,
    occurredAt: intake.occurredAt,
    data: intake.data,
    received: {
      externalId: intake.externalId,
      fingerprint: intake.fingerprint,
      at: intake.receivedAt,
      ref: intake.subject?.kind === 'ref' ? intake.subject : null,
    },
    verified: read,
    askedAt: 0,
    read,
    waited: false,
    expired: false,
    givenUp: false,
  };
  const subject = findSubject(batch, intake);
  if (!subject) return refusalWithoutSubject(batch, event, intake);
  linkRequisition(batch, subject, intake);
  const judged = bounded(batch, subject, judge(batch.loaded, subject, said));
  noteNearMiss(batch, subject, said, judged);
  const verdict = (subject.keys && otherVersion(intake, subject)) ?? withoutDisputed(batch, subject, said, judged);
  if (subject.version === 0 && verdict.kind !== 'applied') return withoutSubject(batch, event, intake, verdict);
  if (subject.version === 0) found(batch, subject, intake);
  if (subject.keys) linkNames(batch, subject, intake);
  const settled = carryOut(batch, subject, said, verdict);
  if (settled.disposition === 'parked')
    park(batch, event, intake, subject, settled.parkedFor ?? 'turn', settled.detail);
  else {
    batch.ledger.events.push(newEventRow(batch, event, intake, subject, settled));
    noteTold(batch.loaded, subject, said);
  }
  if (verdict.kind === 'applied') releaseParked(batch, subject);
  return answerOf(batch.ledger, event, subject.id, settled);
}

/** The sender wrote its event for another version of the machine than the subject runs. */
function otherVersion({ machineVersion }: Intake, { machine, place }: WorkingSubject): Verdict | null {
  if (machineVersion === null || machineVersion === machine.version) return null;
  const detail = `The subject runs ${machine.name} v${machine.version}, not v${machineVersion}`;
  return { kind: 'refused', code: 'wrong_machine_version', detail: { detail, state: place.state }, diverges: false };
}

/** What was not understood is kept whole, and somebody must look at it. */
function quarantine(batch: Batch, event: string, intake: Intake): Recorded {
  const erased = knownSubject(batch, intake);
  if (erased?.keys === null) return refusalOfErased(batch, event, intake, erased);
  const { code = 'not_understood', stage } = intake.quarantine ?? {};
  const settled: Settled = {
    disposition: 'quarantined',
    code,
    detail: { detail: intake.quarantine?.detail ?? '', ...(stage === undefined ? {} : { stage }) },
    version: null,
  };
  batch.ledger.events.push(newEventRow(batch, event, intake, null, settled));
  batch.ledger.incidents.push(quarantineIncident(batch.context, { event, connection: intake.connection, code, stage }));
  return answerOf(batch.ledger, event, null, settled);
}

/** Nobody knows the subject and this event does not begin it: refused for good, or waiting until somebody does. */
function withoutSubject(
  batch: Batch,
  event: string,
  intake: Intake,
  verdict: Exclude<Verdict, { kind: 'applied' }>,
): Recorded {
  if (verdict.kind === 'refused') {
    const settled: Settled = { disposition: 'refused', code: verdict.code, detail: verdict.detail, version: null };
    batch.ledger.events.push(newEventRow(batch, event, intake, null, settled));
    return answerOf(batch.ledger, event, null, settled);
  }
  park(batch, event, intake, null, 'subject');
  const detail = { detail: 'The subject is not known yet; the event waits for it' };
  return answerOf(batch.ledger, event, null, { disposition: 'parked', code: 'unknown_subject', detail, version: null });
}

const typeOf = (intake: Intake): string => (intake.claim ? claimText(intake.claim) : 'raw');
