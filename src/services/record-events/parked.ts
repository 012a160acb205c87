// Decides parked events again: after a transition of their subject, after a look at the vendor, or when their time is over.

import { limits } from '../../core/limits.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { EventRow } from '../../store/engine/events.ts';
import type { Context } from '../context.ts';
import type { Batch } from './batch.ts';
import { carryOut, waitingDetail } from './carry-out.ts';
import { countMissing } from './count-missing.ts';
import { recordDivergence } from './divergence.ts';
import { columnOf, type Settled, settleParked } from './event-rows.ts';
import { readingMark } from './items.ts';
import { judge, type Said, type Verdict } from './judge.ts';
import { type Ledger, refKey, type WorkingSubject } from './ledger.ts';
import { connectionOf, type Loaded, type WaitingEvent } from './load.ts';
import { lagOf, toldSince, wasAskedBefore } from './own-writes.ts';
import { withoutDisputed } from './weigh-values.ts';

/** Decides everything that waited for this subject again, until nothing more moves. */
export function releaseParked(batch: Batch, subject: WorkingSubject): void {
  for (let round = 0; round <= limits.parkedPerSubjectMax; round += 1) {
    const released = [...batch.loaded.parked].some((parked) => {
      if (!belongs(batch.loaded, parked, subject)) return false;
      const before = subject.version;
      planParked(batch, parked, { kind: 'release' });
      return subject.version !== before;
    });
    if (!released) return;
  }
}

function belongs(loaded: Loaded, parked: WaitingEvent, subject: WorkingSubject): boolean {
  if (parked.subject_id !== null) return parked.subject_id === subject.id;
  return (
    parked.ref_system !== null &&
    parked.ref_id !== null &&
    loaded.refs.get(refKey(parked.ref_system, parked.machine, parked.ref_id)) === subject.id
  );
}

/** Why it is decided again. */
type Cause =
  | { kind: 'release' }
  | { kind: 'expired' }
  | { kind: 'probe'; attempt: number; connection: string; seen: string | null };

export function planParked(batch: Batch, parked: WaitingEvent, cause: Cause): void {
  // A worker speaks for its own connection alone: what another's target shows is not for it to say.
  if (cause.kind === 'probe' && cause.connection !== connectionOf(parked))
    return void batch.context.metrics.resultRejected();
  const subject = subjectOf(batch.loaded, parked);
  const said = saidAgain(batch, parked, cause);
  if (!subject || !said) {
    if (cause.kind !== 'expired') return;
    batch.ledger.incidents.push(expiryIncident(batch.context, parked));
    finish(batch, parked, subject, inVain(parked));
    return;
  }
  if (cause.kind === 'probe' && !isBorneOut(batch, parked, { subject, said, cause })) return;
  const verdict = withoutDisputed(batch, subject, said, judge(batch.loaded, subject, said));
  if (verdict.kind === 'parked') {
    if (verdict.diverges) recordDivergence(batch, subject, said, false);
    waitOn(batch, parked, subject, verdict, said);
    return;
  }
  finish(batch, parked, subject, carryOut(batch, subject, said, verdict));
  if (verdict.kind === 'refused' && cause.kind === 'expired') recordExpiry(batch, parked, said);
  if (verdict.kind === 'applied' && cause.kind !== 'release') releaseParked(batch, subject);
}

/** True when the vendor's answer makes the event true. Else the event ends here, or the vendor is asked once more. */
function isBorneOut(
  batch: Batch,
  parked: WaitingEvent,
  { subject, said, cause }: { subject: WorkingSubject; said: Said; cause: Extract<Cause, { kind: 'probe' }> },
): boolean {
  const { loaded } = batch;
  if (stillShows(said, cause.seen)) {
    // The vendor has told of something else since it was asked, and what it showed then may be over.
    const told = toldSince(loaded, subject, said);
    // Behind the answer to an older question comes that to a newer one.
    const isLast = parked.parked_for === 'probe' && cause.attempt === parked.probe_attempt;
    if (told && isLast) lookAgain(batch, parked, subject, told.moment);
    return told === null;
  }
  // So soon after the change, a reading may come from a copy that has not heard of it: the next look decides.
  const heardAt = parked.received_at.getTime();
  if (lagOf(loaded, said.connection) > 0 && wasAskedBefore(loaded, said, heardAt)) {
    lookAgain(batch, parked, subject, heardAt);
  } else {
    const detail = { seen: cause.seen, state: subject.place.state };
    finish(batch, parked, subject, { disposition: 'stale', code: 'vendor_moved_on', detail, version: null });
  }
  return false;
}

const inVain = ({ claim_kind: kind }: WaitingEvent): Settled => {
  const [code, detail] =
    kind === 'raw'
      ? ['unproven', 'The system could not be read in time to see what it shows']
      : ['unknown_subject', 'The subject never became known'];
  return { disposition: 'refused', code, detail: { detail }, version: null };
};

/** When the vendor was asked, ms; 0 where that was another time than the last. */
const askedAt = ({ probe_attempt, probe_sent_at }: WaitingEvent, attempt: number): number =>
  attempt === probe_attempt && probe_sent_at !== null ? Date.parse(probe_sent_at) : 0;

/** The vendor is asked once more, when it shows what was there at `moment`, ms. */
function lookAgain(batch: Batch, parked: WaitingEvent, subject: WorkingSubject, moment: number): void {
  const { loaded } = batch;
  const again: Waiting = { kind: 'parked', for: 'probe', diverges: false };
  const inMs = Math.max(0, moment + lagOf(loaded, connectionOf(parked)) - Date.parse(loaded.clock));
  keepParked(batch, parked, subject, again, inMs);
}

/** A stage that stays refused is a divergence, where it is on record as one; all else that waited in vain is an incident of its own. */
function recordExpiry({ context, ledger }: Batch, parked: WaitingEvent, { claim }: Said): void {
  const diverges = claim.kind === 'stage' && ledger.incidents.some((one) => one.event_id === parked.id);
  if (!diverges) ledger.incidents.push(expiryIncident(context, parked));
}

/** It goes on waiting, but perhaps for something else: for its turn, or for a look at the vendor, which is sent at once. */
function waitOn(batch: Batch, parked: WaitingEvent, subject: WorkingSubject, verdict: Waiting, said: Said): void {
  const { ledger } = batch;
  const looks = verdict.for === 'probe' && !said.verified && said.connection !== null;
  const parkedUntil = untilWhen(batch, parked, verdict.for, said);
  const same = parked.subject_id === subject.id && parked.parked_for === verdict.for;
  if (!looks && same && parkedUntil === parked.parked_until) return;
  Object.assign(parked, {
    subject_id: subject.id,
    parked_for: columnOf(verdict.for),
    parked_until: parkedUntil,
    probe_attempt: parked.probe_attempt + (looks ? 1 : 0),
    probe_sent_at: looks ? batch.loaded.clock : parked.probe_sent_at,
  });
  if (looks && said.connection)
    ledger.probes.push({ event: parked.id, connection: said.connection, attempt: parked.probe_attempt });
  keepParked(batch, parked, subject, verdict, limits.probeRetryMs);
}

type Waiting = Extract<Verdict, { kind: 'parked' }>;

/** Until when the vendor is asked what it shows, ms: it may be away as long as any early event may wait. */
const lastLook = ({ context }: Batch, parked: WaitingEvent): number => parked.received_at.getTime() + context.parkedMs;

/**
 * A look has its own time, and so has a requisition; who waited for one of them may wait for its turn as long as anybody. Nobody is refused because
 * a system was away for a moment: who is still to be read when the time of a look is over waits as long as others do.
 */
function untilWhen(batch: Batch, parked: WaitingEvent, waitFor: Waiting['for'], said: Said): string {
  const { context, loaded } = batch;
  const inMs = (ms: number): string => new Date(Date.parse(loaded.clock) + ms).toISOString();
  if (waitFor === 'requisition') return inMs(limits.heldByRequisitionMs);
  if (waitFor === 'probe') {
    if (parked.parked_for !== 'probe') return inMs(context.reorderWindowMs);
    return said.expired ? new Date(lastLook(batch, parked)).toISOString() : parked.parked_until;
  }
  const longest = inMs(context.parkedMs);
  return Date.parse(parked.parked_until) > Date.parse(longest) ? longest : parked.parked_until;
}

/** It stays as it is but for what is to come: another look at the vendor, where it waits for one. */
function keepParked(
  batch: Batch,
  parked: WaitingEvent,
  subject: WorkingSubject,
  verdict: Waiting,
  lookInMs: number,
): void {
  put(batch, {
    id: parked.id,
    disposition: 'parked',
    code: verdict.for,
    detail: waitingDetail(subject, verdict),
    subject_id: subject.id,
    transition_version: null,
    settled_at: null,
    parked_for: columnOf(verdict.for),
    parked_until: parked.parked_until,
    probe_attempt: parked.probe_attempt,
    probe_sent_at: parked.probe_sent_at,
    probe_due_at: verdict.for === 'probe' ? new Date(Date.parse(batch.loaded.clock) + lookInMs).toISOString() : null,
  });
}

/** One that was parked by this very batch is not in the table yet. */
function put({ ledger }: Batch, row: Partial<EventRow> & { id: string }): void {
  const born = ledger.events.find((one) => one.id === row.id) ?? ledger.settledEvents.find((one) => one.id === row.id);
  if (born) Object.assign(born, row);
  else ledger.settledEvents.push(row);
}

export function finish(
  batch: Batch,
  parked: WaitingEvent,
  subject: WorkingSubject | undefined,
  settled: Settled,
): void {
  const { loaded, ledger } = batch;
  loaded.parked.splice(loaded.parked.indexOf(parked), 1);
  put(batch, settleParked(loaded, parked, subject?.id ?? parked.subject_id, settled));
  ledger.counts.add('event.parked', parked.machine, parked.claim ?? 'raw', parked.source, -1);
  ledger.counts.add(`event.${settled.disposition}`, parked.machine, parked.claim ?? 'raw', parked.source);
  countMissing(ledger.counts, parked, settled);
}

function subjectOf(loaded: Loaded, parked: WaitingEvent): WorkingSubject | undefined {
  const { subject_id, ref_system, ref_id, machine } = parked;
  const id = subject_id ?? (ref_system && ref_id ? loaded.refs.get(refKey(ref_system, machine, ref_id)) : undefined);
  return id === undefined ? undefined : loaded.subjects.get(id);
}

/** What the event said, from its row; null when nothing of it can be read any more. */
function saidAgain(batch: Batch, parked: WaitingEvent, cause: Cause): Said | null {
  const { data } = parked;
  if (!data || !parked.claim) return null;
  return {
    event: parked.id,
    source: parked.source,
    connection: connectionOf(parked),
    by: parked.by_kind as SystemKind,
    claim:
      parked.claim_kind === 'stage'
        ? { kind: 'stage', targets: parked.claim.split(' | ') }
        : { kind: 'event', type: parked.claim },
    occurredAt: parked.occurred_at.toISOString(),
    data,
    received: {
      externalId: parked.external_id,
      fingerprint: parked.fingerprint,
      at: parked.received_at.toISOString(),
      ref: parked.ref_system && parked.ref_id ? { system: parked.ref_system, ref: parked.ref_id } : null,
    },
    verified: cause.kind === 'probe',
    askedAt: cause.kind === 'probe' ? askedAt(parked, cause.attempt) : 0,
    read: parked.external_id.startsWith(readingMark),
    waited: true,
    expired: cause.kind === 'expired',
    givenUp: cause.kind === 'expired' && Date.parse(batch.loaded.clock) >= lastLook(batch, parked),
  };
}

/** The vendor was read: does it show one of the states that its event spoke of? */
function stillShows({ claim }: Said, seen: string | null): boolean {
  if (claim.kind !== 'stage') return true;
  return seen !== null && claim.targets.some((target) => isWithin(seen, target) || isWithin(target, seen));
}

const expiryIncident = (context: Context, parked: WaitingEvent): Ledger['incidents'][number] => ({
  id: context.newId('inc'),
  kind: 'event_expired',
  key: `expired/${parked.id}`,
  subject_id: parked.subject_id,
  connection_id: connectionOf(parked),
  writeback_id: null,
  event_id: parked.id,
  owner: 'recruiting operations',
  detail: { claim: parked.claim, waitedFor: parked.parked_for },
});
