// The decision: is this event legal for this subject now, later, or never? Pure; everything it needs is an argument.
import { assert } from '../assert.ts';
import type { SystemKind } from '../machine/definition.ts';
import { guardHolds, guardMayCome, guardReadsRequisition, guardWords } from '../machine/guards.ts';
import { type CompiledMachine, type Edge, isWithin, type Place, stepFrom } from '../machine/machine.ts';
import { edgesOf, mayStillCome, statesAhead } from '../machine/reach.ts';
import { remembered } from '../machine/remembered-answers.ts';

/** What a source claims: an event by name, or, from a vendor, the states that its stage stands for (any of them). */
export type Claim = { kind: 'event'; type: string } | { kind: 'stage'; targets: readonly string[] };

/** A claim as one piece of text: the event's name, or the states with ` | ` between them. */
export const claimText = (claim: Claim): string => (claim.kind === 'event' ? claim.type : claim.targets.join(' | '));

export interface Attempted {
  claim: Claim;
  /** The kind of system that says so. */
  by: SystemKind;
  /** Names of the elements that came with it. */
  elements: readonly string[];
  /** The vendor was read since and shows this stage: only then may a stage lead back to where the subject was before. */
  verified?: true;
}

export const refusalCodes = [
  'illegal_transition',
  'source_not_authorised',
  'guard_failed',
  'missing_elements',
  'unknown_event',
  'closed',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export interface AppliedTransition {
  type: string;
  from: string;
  to: string;
  history: string | null;
  /** When the new state's SLA runs out, ms since 1970; null where there is none. */
  slaDueAt: number | null;
  /** Possible only because of the state that the requisition is in: it must still be in it when this is written. */
  reliesOnRequisition?: true;
}

export type Decision =
  | { kind: 'applied'; transition: AppliedTransition }
  /** A stage event for a state the subject is in already. */
  | { kind: 'unchanged' }
  /** Not legal now, but its turn may come. `refusal` is what it becomes if its turn does not. */
  | { kind: 'later'; refusal: Refusal; waitsFor?: 'requisition' }
  /** A stage for which no edge leads from here: the vendor must be read before it is believed. */
  | { kind: 'no_edge'; reachable: boolean; refusal: Refusal; waitsFor?: 'requisition' }
  | { kind: 'refused'; refusal: Refusal };

export interface Refusal {
  code: RefusalCode;
  detail: string;
  state: string;
  /** Events that this kind of system may cause from here. */
  allowed: string[];
  /** Those that the event lacks. */
  elements?: string[];
}

/** Decides one claim. `now` (ms) only dates the new state's SLA. */
export function decide(machine: CompiledMachine, place: Place, attempted: Attempted, now: number): Decision {
  const { claim, by } = attempted;
  if (claim.kind === 'stage' && claim.targets.some((target) => isWithin(place.state, target)))
    return { kind: 'unchanged' };
  const named = openEdges(machine, place).filter((edge) => answers(edge, place, attempted));
  const chosen = named.find((edge) => edge.meta.causedBy.includes(by)) ?? named[0];
  if (!chosen) return noWay(machine, place, attempted);
  if (!chosen.meta.causedBy.includes(by))
    return { kind: 'refused', refusal: notAuthorised(machine, place, by, [chosen]) };
  const missing = chosen.meta.requires.filter((name) => !attempted.elements.includes(name));
  if (missing.length > 0) {
    return {
      kind: 'refused',
      refusal: {
        ...refusalAt(machine, place, by, 'missing_elements', `"${chosen.event}" needs ${missing.join(', ')}`),
        elements: missing,
      },
    };
  }
  return { kind: 'applied', transition: take(machine, place, chosen, now) };
}

/** Events that a kind of system may cause from a place, guards included: the answer to "what would have been allowed?". */
export function allowedEvents(machine: CompiledMachine, place: Place, by: SystemKind): string[] {
  return openEdges(machine, place)
    .filter((edge) => edge.meta.causedBy.includes(by))
    .map((edge) => edge.event)
    .sort();
}

/** The edge that each event would take from a place. As in XState, the first whose guard holds wins, the innermost state's first. */
const openEdges = (machine: CompiledMachine, place: Place): readonly Edge[] =>
  remembered(machine, 'open', place, () => {
    const open = new Map<string, Edge>();
    for (const edge of machine.edges.get(place.state) ?? []) {
      if (!open.has(edge.event) && guardHolds(edge.guard, place.facts)) open.set(edge.event, edge);
    }
    return [...open.values()];
  });

function answers(edge: Edge, place: Place, { claim, verified }: Attempted): boolean {
  if (claim.kind === 'event') return edge.event === claim.type;
  // Webhooks come late: an old "in stage Offer" must not undo a hire before the vendor was asked.
  return leadsTo(edge, place, claim.targets) && (verified === true || !edge.meta.backward);
}

function noWay(machine: CompiledMachine, place: Place, { claim, by }: Attempted): Decision {
  const refuse = (code: RefusalCode, detail: string): Refusal => refusalAt(machine, place, by, code, detail);
  if (claim.kind === 'stage') {
    const refusal = whyNot(
      machine,
      place,
      (edge) => leadsTo(edge, place, claim.targets),
      refuse,
      `No transition leads from "${place.state}" to "${claim.targets.join(' or ')}"`,
    );
    const ahead = (when: 'now' | 'ever'): boolean =>
      [...statesAhead(machine, place, when)].some((state) => claim.targets.some((target) => isWithin(state, target)));
    const reachable = ahead('ever');
    const waits =
      (reachable && !ahead('now')) || isHeldBack(machine, place, by, (edge) => leadsTo(edge, place, claim.targets));
    return { kind: 'no_edge', reachable, refusal, ...(waits ? { waitsFor: 'requisition' } : {}) };
  }
  if (!machine.events.has(claim.type)) {
    return {
      kind: 'refused',
      refusal: refuse('unknown_event', `${machine.name} v${machine.version} has no event "${claim.type}"`),
    };
  }
  const anywhere = edgesOf(machine, claim.type);
  if (!anywhere.some((edge) => edge.meta.causedBy.includes(by)))
    return { kind: 'refused', refusal: notAuthorised(machine, place, by, anywhere) };

  const refusal = whyNot(
    machine,
    place,
    (edge) => edge.event === claim.type,
    refuse,
    `"${claim.type}" is not possible from "${place.state}"`,
  );
  if (isHeldBack(machine, place, by, (edge) => edge.event === claim.type))
    return { kind: 'later', refusal, waitsFor: 'requisition' };
  if (!mayStillCome(machine, place, claim.type, by)) return { kind: 'refused', refusal };
  const now = mayStillCome(machine, place, claim.type, by, 'now');
  return { kind: 'later', refusal, ...(now ? {} : { waitsFor: 'requisition' }) };
}

/** The edge is here, and nothing but the state of the requisition keeps it shut. */
const isHeldBack = (
  machine: CompiledMachine,
  place: Place,
  by: SystemKind,
  concerns: (edge: Edge) => boolean,
): boolean =>
  (machine.edges.get(place.state) ?? []).some(
    (edge) => concerns(edge) && edge.meta.causedBy.includes(by) && guardMayCome(edge.guard, place.facts),
  );

/** Why a claim has no open edge here: a guard keeps it shut, the subject is done, or there never was one. */
function whyNot(
  machine: CompiledMachine,
  place: Place,
  concerns: (edge: Edge) => boolean,
  refuse: (code: RefusalCode, detail: string) => Refusal,
  otherwise: string,
): Refusal {
  const edges = machine.edges.get(place.state) ?? [];
  const shut = edges.find((edge) => concerns(edge) && !guardHolds(edge.guard, place.facts));
  if (shut?.guard)
    return refuse('guard_failed', `"${shut.event}" is not open here: ${guardWords(shut.guard, place.facts)}`);
  if (edges.every((edge) => edge.meta.backward)) return refuse('closed', `The subject ended in "${place.state}"`);
  return refuse('illegal_transition', otherwise);
}

function notAuthorised(machine: CompiledMachine, place: Place, by: SystemKind, edges: readonly Edge[]): Refusal {
  const may = [...new Set(edges.flatMap((edge) => edge.meta.causedBy))].sort();
  return refusalAt(
    machine,
    place,
    by,
    'source_not_authorised',
    `"${edges[0]?.event}" may be caused by ${may.join(', ')}, not by ${by}`,
  );
}

function refusalAt(machine: CompiledMachine, place: Place, by: SystemKind, code: RefusalCode, detail: string): Refusal {
  return { code, detail, state: place.state, allowed: allowedEvents(machine, place, by) };
}

function leadsTo(edge: Edge, place: Place, targets: readonly string[]): boolean {
  const to = edge.to ?? place.history;
  return to !== null && targets.some((target) => isWithin(to, target));
}

function take(machine: CompiledMachine, place: Place, edge: Edge, now: number): AppliedTransition {
  const next = stepFrom(machine, place, edge.event);
  assert(
    next,
    `${machine.name} v${machine.version}: the table allows "${edge.event}" from "${place.state}", XState does not`,
  );
  const slaMs = machine.leaves.get(next.state)?.slaMs ?? null;
  return {
    type: edge.event,
    from: place.state,
    to: next.state,
    history: next.history ?? place.history,
    slaDueAt: slaMs === null ? null : now + slaMs,
    ...(guardReadsRequisition(edge.guard) ? { reliesOnRequisition: true } : {}),
  };
}
