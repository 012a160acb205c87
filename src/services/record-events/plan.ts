// Decides a whole batch in memory: every item in turn, and after each transition the events that waited for it.
import { claimText } from '../../core/decide.ts';
import type { Intake, Recorded } from '../../core/intake.ts';
import type { Context } from '../context.ts';
import { answerOf, duplicateOf, refusalWithoutSubject } from './answers.ts';
import { bounded, carryOut } from './carry-out.ts';
import { newEventRow, parkedRow, type Settled } from './event-rows.ts';
import { findSubject, found, linkNames } from './find-subject.ts';
import type { BatchAnswer, BatchItem } from './items.ts';
import { judge, type Said } from './judge.ts';
import { Ledger } from './ledger.ts';
import { eventKey, type Loaded } from './load.ts';
import { planParked, releaseParked } from './parked.ts';

export interface Plan {
  ledger: Ledger;
  answers: BatchAnswer[];
}

/** Pure but for ids and nonces: the same loaded state and items lead to the same decisions. */
export function planBatch(context: Context, loaded: Loaded, items: readonly BatchItem[]): Plan {
  const ledger = new Ledger();
  const answers = items.map((item): BatchAnswer => {
    if (item.kind === 'intake') return planIntake(context, loaded, ledger, item.intake);
    const parked = loaded.parked.find((one) => one.id === item.event);
    if (parked) planParked(context, loaded, ledger, parked, item);
    return null;
  });
  return { ledger, answers };
}

function planIntake(context: Context, loaded: Loaded, ledger: Ledger, intake: Intake): Recorded {
  ledger.counts.add('event.received', intake.machine, typeOf(intake), intake.source);
  const known = loaded.known.get(eventKey(intake.source, intake.externalId));
  if (known) return duplicateOf(context, ledger, known, intake);
  const recorded = planNew(context, loaded, ledger, intake);
  ledger.counts.add(`event.${recorded.disposition}`, intake.machine, typeOf(intake), intake.source);
  loaded.known.set(eventKey(intake.source, intake.externalId), {
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

function planNew(context: Context, loaded: Loaded, ledger: Ledger, intake: Intake): Recorded {
  const event = context.newId('evt');
  if (!intake.claim) {
    const settled: Settled = { disposition: 'quarantined', code: intake.quarantine?.code ?? 'not_understood', detail: { detail: intake.quarantine?.detail ?? '' }, version: null };
    ledger.events.push(newEventRow(context, loaded, ledger, event, intake, null, settled));
    ledger.incidents.push({ id: context.newId('inc'), kind: 'quarantined_event', key: `quarantined/${event}`, subject_id: null, connection_id: intake.connection, writeback_id: null, event_id: event, owner: 'integration', detail: { code: settled.code } });
    return answerOf(ledger, event, null, settled);
  }
  const said: Said = { event, source: intake.source, connection: intake.connection, by: intake.by, claim: intake.claim, occurredAt: intake.occurredAt, data: intake.data, verified: false, expired: false };
  const subject = findSubject(context, loaded, intake);
  if (!subject) return refusalWithoutSubject(context, loaded, ledger, event, intake);
  const verdict = bounded(loaded, ledger, subject, judge(loaded, subject, said));
  if (subject.isNew && subject.version === 0 && verdict.kind !== 'applied') {
    const settled = verdict.kind === 'refused' ? { disposition: 'refused' as const, code: verdict.code, detail: verdict.detail, version: null } : null;
    ledger.events.push(settled ? newEventRow(context, loaded, ledger, event, intake, null, settled) : parkedRow(context, loaded, ledger, event, intake, null, 'subject'));
    return answerOf(ledger, event, null, settled ?? { disposition: 'parked', code: 'unknown_subject', detail: { detail: 'The subject is not known yet; the event waits for it' }, version: null });
  }
  if (subject.isNew && !loaded.subjects.has(subject.id)) found(loaded, ledger, subject, intake);
  linkNames(loaded, ledger, subject, intake);
  const settled = carryOut(context, loaded, ledger, subject, said, verdict);
  ledger.events.push(settled.disposition === 'parked' ? parkedRow(context, loaded, ledger, event, intake, subject, settled.parkedFor ?? 'turn') : newEventRow(context, loaded, ledger, event, intake, subject, settled));
  if (verdict.kind === 'applied') releaseParked(context, loaded, ledger, subject);
  return answerOf(ledger, event, subject.id, settled);
}

const typeOf = (intake: Intake): string => (intake.claim ? claimText(intake.claim) : 'raw');
