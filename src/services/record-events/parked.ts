// Decides parked events again: after a transition of their subject, after a look at the vendor, or when their time is over.
import { limits } from '../../core/limits.ts';
import type { PersonId } from '../../core/ids.ts';
import type { SystemKind } from '../../core/machine-definition.ts';
import type { ParkedEvent } from '../../store/events.ts';
import type { Context } from '../context.ts';
import { carryOut } from './carry-out.ts';
import { recordDivergence } from './divergence.ts';
import { type Settled, settleParked } from './event-rows.ts';
import { judge, type Said, type Verdict } from './judge.ts';
import { type Ledger, refKey, type WorkingSubject } from './ledger.ts';
import type { Loaded } from './load.ts';

/** Decides everything that waited for this subject again, until nothing more moves. */
export function releaseParked(context: Context, loaded: Loaded, ledger: Ledger, subject: WorkingSubject): void {
  for (let round = 0; round <= limits.parkedPerSubjectMax; round += 1) {
    const released = loaded.parked.some((parked) => {
      if (!belongs(loaded, parked, subject)) return false;
      const before = subject.version;
      planParked(context, loaded, ledger, parked, { kind: 'release' });
      return subject.version !== before;
    });
    if (!released) return;
  }
}

function belongs(loaded: Loaded, parked: ParkedEvent, subject: WorkingSubject): boolean {
  if (parked.subject_id !== null) return parked.subject_id === subject.id;
  return parked.ref_system !== null && parked.ref_id !== null && loaded.refs.get(refKey(parked.ref_system, parked.machine, parked.ref_id)) === subject.id;
}

type Cause = { kind: 'release' } | { kind: 'expired' } | { kind: 'probe'; seen: string | null };

export function planParked(context: Context, loaded: Loaded, ledger: Ledger, parked: ParkedEvent, cause: Cause): void {
  const keys = context.vault.unwrap(parked.person_id as PersonId, parked);
  const id = parked.subject_id ?? (parked.ref_system && parked.ref_id ? loaded.refs.get(refKey(parked.ref_system, parked.machine, parked.ref_id)) : undefined);
  const subject = id === undefined ? undefined : loaded.subjects.get(id);
  const finish = (settled: Settled): void => {
    loaded.parked.splice(loaded.parked.indexOf(parked), 1);
    ledger.settledEvents.push(settleParked(loaded, parked, subject?.id ?? parked.subject_id, settled));
    ledger.counts.add('event.parked', parked.machine, parked.claim ?? '', parked.source, -1);
    ledger.counts.add(`event.${settled.disposition}`, parked.machine, parked.claim ?? '', parked.source);
  };
  if (!subject || !keys || !parked.claim) {
    if (cause.kind !== 'expired') return;
    ledger.incidents.push(expiryIncident(context, parked));
    return finish({ disposition: 'refused', code: 'unknown_subject', detail: { detail: 'The subject never became known' }, version: null });
  }
  const claim = parked.claim_kind === 'stage' ? { kind: 'stage' as const, targets: parked.claim.split(' | ') } : { kind: 'event' as const, type: parked.claim };
  if (cause.kind === 'probe' && claim.kind === 'stage' && !claim.targets.some((target) => cause.seen !== null && overlaps(cause.seen, target))) {
    return finish({ disposition: 'stale', code: 'vendor_moved_on', detail: { seen: cause.seen, state: subject.place.state }, version: null });
  }
  const data = parked.payload_ct ? (context.vault.unsealJson(keys.dataKey, ['event', 'payload_ct', parked.id], parked.payload_ct) as Record<string, unknown>) : {};
  const connection = parked.source.startsWith('connection:') ? parked.source.slice('connection:'.length) : null;
  const said: Said = { event: parked.id, source: parked.source, connection, by: parked.by_kind as SystemKind, claim, occurredAt: parked.occurred_at.toISOString(), data, verified: cause.kind === 'probe' || parked.parked_for === 'turn', expired: cause.kind === 'expired' };
  const verdict = judge(loaded, subject, said);
  if (verdict.kind === 'parked') return stillParked(context, loaded, ledger, subject, said, verdict);
  if (verdict.kind === 'refused' && cause.kind === 'expired') ledger.incidents.push(expiryIncident(context, parked));
  finish(carryOut(context, loaded, ledger, subject, said, verdict));
  if (verdict.kind === 'applied' && cause.kind !== 'release') releaseParked(context, loaded, ledger, subject);
}

function stillParked(context: Context, loaded: Loaded, ledger: Ledger, subject: WorkingSubject, said: Said, verdict: Extract<Verdict, { kind: 'parked' }>): void {
  if (verdict.diverges) recordDivergence(context, loaded, ledger, subject, said, false);
}

const overlaps = (seen: string, target: string): boolean => seen === target || seen.startsWith(`${target}.`) || target.startsWith(`${seen}.`);

const expiryIncident = (context: Context, parked: ParkedEvent): Ledger['incidents'][number] => ({
  id: context.newId('inc'),
  kind: 'event_expired',
  key: `expired/${parked.id}`,
  subject_id: parked.subject_id,
  connection_id: parked.source.startsWith('connection:') ? parked.source.slice('connection:'.length) : null,
  writeback_id: null,
  event_id: parked.id,
  owner: 'recruiting operations',
  detail: { claim: parked.claim, waitedFor: parked.parked_for },
});
