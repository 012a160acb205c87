// What may still come: the states that lie ahead of a place, found in the leaf graph of a machine.
import { guardHolds } from './guards.ts';
import type { CompiledMachine, Place } from './machine.ts';

/** States ahead of a place, along forward edges whose guards hold; "back to where it was" leads to the remembered state. */
export function statesAhead(machine: CompiledMachine, place: Place): Set<string> {
  const seen = new Set<string>([place.state]);
  const ahead = new Set<string>();
  const queue = [place.state];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const edge of machine.edges.get(state) ?? []) {
      if (edge.meta.backward || !guardHolds(edge.guard, place.facts)) continue;
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
