// What may still come: the states that lie ahead of a place, found in the leaf graph of a machine.

import type { SystemKind } from './definition.ts';
import { guardHolds, guardMayHold } from './guards.ts';
import type { CompiledMachine, Edge, Place } from './machine.ts';
import { remembered } from './remembered-answers.ts';

/** `ever`: guards that will hold once the requisition is taken up again count as open. */
type When = 'now' | 'ever';
const opens = { now: guardHolds, ever: guardMayHold };

/** States ahead of a place, along forward edges whose guards may hold; "back to where it was" leads to the remembered state. */
export const statesAhead = (machine: CompiledMachine, place: Place, when: When = 'ever'): ReadonlySet<string> =>
  remembered(machine, `ahead ${when}`, place, () => walkAhead(machine, place, when));

function walkAhead(machine: CompiledMachine, place: Place, when: When): Set<string> {
  const seen = new Set<string>([place.state]);
  const ahead = new Set<string>();
  const queue = [place.state];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const edge of machine.edges.get(state) ?? []) {
      if (edge.meta.backward || !opens[when](edge.guard, place.facts)) continue;
      // Held later, a subject will resume where it then is, which is ahead anyway.
      const to = edge.to ?? (state === place.state ? place.history : null);
      if (to === null) continue;
      ahead.add(to);
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return ahead;
}

const edgesByEvent = new WeakMap<CompiledMachine, ReadonlyMap<string, readonly Edge[]>>();

/** Every edge that an event takes, wherever it leaves from. */
export function edgesOf(machine: CompiledMachine, event: string): readonly Edge[] {
  const known = edgesByEvent.get(machine) ?? byEvent(machine);
  edgesByEvent.set(machine, known);
  return known.get(event) ?? [];
}

function byEvent(machine: CompiledMachine): ReadonlyMap<string, readonly Edge[]> {
  const edges = new Map<string, Edge[]>();
  for (const edge of [...machine.edges.values()].flat()) {
    const others = edges.get(edge.event);
    if (others) others.push(edge);
    else edges.set(edge.event, [edge]);
  }
  return edges;
}

/** True when a kind of system may yet cause this event further on. A repeat of the event that led here is not early but late. */
export function mayStillCome(
  machine: CompiledMachine,
  place: Place,
  event: string,
  by: SystemKind,
  when: When = 'ever',
): boolean {
  const ahead = statesAhead(machine, place, when);
  const edges = edgesOf(machine, event);
  if (edges.some((edge) => edge.to === place.state)) return false;
  return edges.some(
    (edge) =>
      ahead.has(edge.from) &&
      !edge.meta.backward &&
      edge.meta.causedBy.includes(by) &&
      opens[when](edge.guard, place.facts),
  );
}

/**
 * The elements of an event that leads nowhere but back to where it may happen: it amends them, and no more. Null for any other
 * event, and for one that this kind of system may not cause.
 */
export function amendedBy(machine: CompiledMachine, event: string, by: SystemKind): readonly string[] | null {
  const edges = edgesOf(machine, event);
  const amends = edges.length > 0 && edges.every(({ from, to, meta }) => to === from && meta.causedBy.includes(by));
  const elements = amends ? [...new Set(edges.flatMap(({ meta }) => meta.requires))] : [];
  return elements.length > 0 ? elements : null;
}

/**
 * True when an event can only tell what is known already: the subject is where the event leads, or further along the same
 * phase. Vendors tell one act in several events, and late.
 */
export function liesBehind(machine: CompiledMachine, place: Place, event: string): boolean {
  const phase = place.state.split('.')[0];
  return edgesOf(machine, event).some((edge) => {
    if (edge.to === null || edge.to.split('.')[0] !== phase) return false;
    return edge.to === place.state || statesAhead(machine, { ...place, state: edge.to }).has(place.state);
  });
}
