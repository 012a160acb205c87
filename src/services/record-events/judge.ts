// Says what becomes of one claim about one subject: applied, echo, stale, refused or parked. Writes nothing.
import { assertNever } from '../../core/assert.ts';
import { type AppliedTransition, type Claim, type Decision, decide, type Refusal } from '../../core/deciding/decide.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import { amendedBy, liesBehind } from '../../core/machine/reach.ts';
import type { RecentWrite } from '../../store/engine/writebacks.ts';
import type { WorkingSubject } from './ledger.ts';
import type { Loaded } from './load.ts';
import { canProbe, isOvertaken, ownWrite } from './own-writes.ts';
import { valueKey } from './weigh-values.ts';

/** One claim, new or parked, ready to be judged. */
export interface Said {
  event: string;
  source: string;
  connection: string | null;
  by: SystemKind;
  claim: Claim;
  occurredAt: string;
  data: Readonly<Record<string, unknown>>;
  /** How it came. */
  received: { externalId: string; fingerprint: string; at: string; ref: { system: string; ref: string } | null };
  /** The vendor was read and still shows it. */
  verified: boolean;
  /** When the vendor was asked for that, ms; 0 where nobody knows. */
  askedAt: number;
  /** Nobody said it: the sweep read it. */
  read: boolean;
  /** It waited, and what it says of the vendor may be over by now. */
  waited: boolean;
  /** Its time to wait for what comes before it is over. */
  expired: boolean;
  /** So is the longer time in which a system may be away: nobody will read it for this event any more. */
  givenUp: boolean;
  /** It was imported, and no system is told. */
  quiet?: true;
}

export type Verdict =
  | { kind: 'applied'; transition: AppliedTransition }
  | { kind: 'echo'; write: RecentWrite }
  | { kind: 'stale'; code: 'already_there' | 'vendor_moved_on' }
  | { kind: 'refused'; code: string; detail: Record<string, unknown>; diverges: boolean }
  /** `diverges`: the vendor shows something else right now, and that is to be seen at once. */
  | { kind: 'parked'; for: 'turn' | 'probe'; diverges: boolean }
  /** Held back by its requisition alone: it goes on when that is taken up again. `why`: in words; `requisition`: the state that it is in. */
  | { kind: 'parked'; for: 'requisition'; diverges: boolean; why: string; requisition: string };

export function judge(loaded: Loaded, subject: WorkingSubject, said: Said): Verdict {
  if (!subject.keys)
    return {
      kind: 'refused',
      code: 'person_erased',
      detail: { detail: 'The person was erased; nothing is added any more, and nothing of this event was kept' },
      diverges: false,
    };
  const late = isOvertaken(loaded, subject, said);
  const own = said.read ? null : ownWrite(loaded, subject, said, late);
  if (own?.kind === 'echo') return own;
  const suspicious = own !== null || late;
  subject.place = placeNow(loaded, subject);
  const decision = decide(
    subject.machine,
    subject.place,
    { claim: said.claim, by: said.by, elements: Object.keys(said.data), ...(said.verified ? { verified: true } : {}) },
    Date.parse(loaded.clock),
  );
  if (own?.kind === 'unclear' && decision.kind !== 'unchanged')
    return said.givenUp ? unproven(subject) : { kind: 'parked', for: 'probe', diverges: false };
  switch (decision.kind) {
    case 'unchanged':
      return { kind: 'stale', code: 'already_there' };
    case 'applied':
      // The same value as an older write of ours, or a stage seen some time ago: the vendor is asked before it is believed.
      if (!mustBeRead(loaded, said, suspicious)) return { kind: 'applied', transition: decision.transition };
      return said.givenUp ? unproven(subject) : { kind: 'parked', for: 'probe', diverges: false };
    case 'later':
      if (said.expired) return tooLate(said, decision);
      return decision.waitsFor
        ? held(subject, decision.refusal, false)
        : { kind: 'parked', for: 'turn', diverges: false };
    case 'no_edge':
      return noEdge(loaded, subject, said, decision);
    case 'refused':
      // What lacks elements is possible from here, so it does not lie behind.
      if (
        said.connection &&
        decision.refusal.code !== 'missing_elements' &&
        said.claim.kind === 'event' &&
        liesBehind(subject.machine, subject.place, said.claim.type)
      )
        return { kind: 'stale', code: 'already_there' };
      if (amendsWhatStands(loaded, subject, said, decision.refusal)) return { kind: 'stale', code: 'already_there' };
      if (said.claim.kind === 'stage' && !said.verified && !said.expired && canProbe(loaded, said))
        return { kind: 'parked', for: 'probe', diverges: false };
      return refused(decision.refusal, said.connection !== null);
    default:
      return assertNever(decision, 'decision');
  }
}

/** Another first day before the new hire is ready, or after the hire: the subject stays where it is, and the value counts by its own rule. */
function amendsWhatStands(
  { values }: Loaded,
  { id, machine }: WorkingSubject,
  { claim, by, data }: Said,
  { code }: Refusal,
): boolean {
  if (claim.kind !== 'event' || (code !== 'closed' && code !== 'illegal_transition')) return false;
  const amended = amendedBy(machine, claim.type, by);
  return amended?.every((element) => Object.hasOwn(data, element) && values.has(valueKey(id, element))) === true;
}

type NoEdge = Extract<Decision, { kind: 'no_edge' }>;

function noEdge(loaded: Loaded, subject: WorkingSubject, said: Said, decision: NoEdge): Verdict {
  if (said.expired) return refused(decision.refusal, said.connection !== null);
  if (!said.verified && canProbe(loaded, said)) return { kind: 'parked', for: 'probe', diverges: false };
  if (decision.waitsFor) return held(subject, decision.refusal, said.connection !== null);
  // Still shown, and the steps before it may yet arrive: wait for them, but let the board show it now.
  if (decision.reachable) return { kind: 'parked', for: said.verified ? 'probe' : 'turn', diverges: said.verified };
  return refused(decision.refusal, said.connection !== null);
}

const held = (subject: WorkingSubject, { detail: why }: Refusal, diverges: boolean): Verdict => ({
  kind: 'parked',
  for: 'requisition',
  diverges,
  why,
  requisition: subject.place.facts.requisition?.state ?? 'none',
});

function tooLate(said: Said, { refusal, waitsFor }: Extract<Decision, { kind: 'later' }>): Verdict {
  const what = waitsFor
    ? 'the requisition was not taken up again in time'
    : 'the events that must come before did not arrive in time';
  return refused({ ...refusal, detail: `${refusal.detail}, and ${what}` }, said.connection !== null, 'expired');
}

/** The subject's place, with its requisition as this very batch leaves it. */
function placeNow(loaded: Loaded, { place, parent }: WorkingSubject): WorkingSubject['place'] {
  const requisition = parent === null ? undefined : loaded.subjects.get(parent);
  if (!requisition || requisition.place.state === place.facts.requisition?.state) return place;
  const { facts } = place;
  return { ...place, facts: { ...facts, requisition: { ...facts.requisition, state: requisition.place.state } } };
}

const refused = (refusal: Refusal, diverges: boolean, code: string = refusal.code): Verdict => ({
  kind: 'refused',
  code,
  detail: {
    detail: refusal.detail,
    state: refusal.state,
    allowed: refusal.allowed,
    ...(refusal.elements ? { elements: refusal.elements } : {}),
  },
  diverges,
});

const mustBeRead = (loaded: Loaded, said: Said, suspicious: boolean): boolean =>
  !said.verified && (suspicious || (said.waited && said.claim.kind === 'stage')) && canProbe(loaded, said);

const unproven = (subject: WorkingSubject): Verdict => ({
  kind: 'refused',
  code: 'unproven',
  detail: {
    detail: 'The system could not be read in time to see whether it still shows this',
    state: subject.place.state,
  },
  diverges: false,
});
