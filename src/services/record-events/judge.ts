// Says what becomes of one claim about one subject: applied, echo, stale, refused or parked. Writes nothing.
import { assertNever } from '../../core/assert.ts';
import { type AppliedTransition, type Claim, type Decision, decide, type Refusal } from '../../core/decide.ts';
import { type CompiledMachine, isWithin } from '../../core/machine.ts';
import type { SystemKind } from '../../core/machine-definition.ts';
import { amendedBy, liesBehind } from '../../core/reach.ts';
import type { RecentWrite } from '../../store/writebacks.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';
import type { Loaded, Told } from './load.ts';
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
  /** Its time to wait is over. */
  expired: boolean;
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
    return said.expired ? unproven(subject) : { kind: 'parked', for: 'probe', diverges: false };
  switch (decision.kind) {
    case 'unchanged':
      return { kind: 'stale', code: 'already_there' };
    case 'applied':
      // The same value as an older write of ours, or a stage seen some time ago: the vendor is asked before it is believed.
      if (!mustBeRead(loaded, said, suspicious)) return { kind: 'applied', transition: decision.transition };
      return said.expired ? unproven(subject) : { kind: 'parked', for: 'probe', diverges: false };
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

const canProbe = (loaded: Loaded, said: Said): boolean =>
  said.connection === null ? false : (loaded.connections.get(said.connection)?.adapter.capabilities.reads ?? false);

/** `unclear`: what is shown now may be what a write of ours left there, and a newer one is under way; it is read once that has ended. */
type Own = { kind: 'echo'; write: RecentWrite } | { kind: 'suspicion' } | { kind: 'unclear' };

/** An own write of this value in the vendor's lane: the latest one makes it an echo, an older or abandoned one a suspicion. */
function ownWrite(loaded: Loaded, subject: WorkingSubject, said: Said, late: boolean): Own | null {
  if (!said.connection) return null;
  const recent = loaded.recent.get(laneKey(subject.id, said.connection)) ?? [];
  const matches = recent.filter((write) => !write.used && stands(subject.machine, said.claim, write.target_state));
  const valid = recent.filter((write) => write.status !== 'superseded' && write.status !== 'waived');
  const latest = valid[0];
  // The target has shown something else since: this may be late, or somebody has moved it back.
  const left = latest?.shown_later.some((state) => !stands(subject.machine, said.claim, state)) === true;
  if (latest && matches.includes(latest) && !latest.overtaken && !left)
    return { kind: 'echo', write: oldestOfRun(valid, matches) };
  // While a newer write of ours is under way, the target may still show what the older one left there, also to a reader.
  const older = matches.find((write) => latest && write.lane_seq < latest.lane_seq && valid.includes(write));
  if (older && latest?.settled_at === null) {
    const moved = hasMovedSince(older, recent, loaded.told.get(laneKey(subject.id, said.connection)), late);
    return moved && canProbe(loaded, said) ? { kind: 'unclear' } : { kind: 'echo', write: older };
  }
  if (older && latest?.settled_at && said.verified && isBefore(loaded, said, latest.settled_at))
    return { kind: 'unclear' };
  // A write of ours that may overwrite may have overwritten just this.
  const overwritten = valid.some((write) => write.overwrites.length > 0);
  return matches.length > 0 || (overwritten && said.claim.kind === 'stage') ? { kind: 'suspicion' } : null;
}

/** The target has shown something else since that write: by itself, in which case it may have moved back as well, or as a later write had it. */
const hasMovedSince = (write: RecentWrite, recent: readonly RecentWrite[], told: Told | undefined, late: boolean) =>
  write.overtaken ||
  (write.settled_at !== null && told !== undefined && told.refusedAt > write.settled_at.getTime()) ||
  // The echo of the later one was before this, also by the target's own clock.
  (!late && recent.some((other) => other.used && other.lane_seq > write.lane_seq));

/** The reading was asked for when the target may not have shown yet what a write had left there that ended then. */
function isBefore(loaded: Loaded, { askedAt, connection }: Said, ended: Date): boolean {
  const lagMs = loaded.connections.get(connection ?? '')?.adapter.capabilities.readLagMs ?? 0;
  return askedAt < ended.getTime() + lagMs;
}

/** The system has told of a later stage already, or of another one at the same moment: its events came in the wrong order. Takes note of this one. */
function isOvertaken({ told }: Loaded, { id }: WorkingSubject, { claim, connection, occurredAt }: Said): boolean {
  if (claim.kind !== 'stage' || connection === null) return false;
  const lane = laneKey(id, connection);
  const before = told.get(lane) ?? { at: -Infinity, refusedAt: 0 };
  const at = Date.parse(occurredAt);
  told.set(lane, { ...before, at: Math.max(at, before.at) });
  return at <= before.at;
}

/** Several writes in a row may stand for one stage, and each is told of late: believing the newest would confirm what was not written yet. */
function oldestOfRun(valid: readonly RecentWrite[], matches: readonly RecentWrite[]): RecentWrite {
  const end = valid.findIndex((write) => !matches.includes(write));
  return (end < 0 ? valid : valid.slice(0, end)).at(-1) as RecentWrite;
}

/** True when a writeback into that state would make the system say this. */
export function stands(machine: CompiledMachine, claim: Claim, state: string): boolean {
  if (claim.kind === 'stage') return claim.targets.some((target) => isWithin(state, target));
  for (const edges of machine.edges.values())
    if (edges.some((edge) => edge.event === claim.type && edge.to === state)) return true;
  return false;
}
