// Steps are remembered: at every place that can be reached, with every event and every set of facts, they are what XState says.
import { expect, test } from 'vitest';
import { allowedEvents } from '../../src/core/deciding/decide.ts';
import type { Facts } from '../../src/core/machine/guards.ts';
import {
  type CompiledMachine,
  compileMachine,
  type Place,
  snapshotAt,
  step,
  stepFrom,
} from '../../src/core/machine/machine.ts';
import { statesAhead } from '../../src/core/machine/reach.ts';
import { loadDefinitions } from '../../src/load-definitions.ts';

const { machines } = loadDefinitions();
const kinds = machines
  .all()
  .map((machine) => [`${machine.name} v${machine.version}`, machine, reachable(machine)] as const);
const timeout = 60_000;

test.each(kinds)('%s: each step is the one that XState makes', { timeout }, (_, machine, places) => {
  expect(places.length).toBeGreaterThanOrEqual(machine.leaves.size);
  let taken = 0;
  for (const place of places) {
    for (const event of [...machine.events, 'no.such.event']) {
      const snapshot = snapshotAt(machine, place);
      const plain = snapshot.can({ type: event }) ? step(machine, snapshot, event) : null;
      expect(stepFrom(machine, place, event), `${event} from ${JSON.stringify(place)}`).toEqual(plain);
      // The second time it comes from memory.
      expect(stepFrom(machine, place, event)).toEqual(plain);
      if (plain) taken += 1;
    }
  }
  expect(taken).toBeGreaterThan(places.length / 2);
});

test.each(kinds)(
  '%s: what is remembered does not depend on what was asked before',
  { timeout },
  (_, machine, places) => {
    const fresh = compileMachine(machine.definition);
    // The other way round, so that what is asked last of one is asked first of the other.
    for (const place of [...places].reverse()) {
      expect([...statesAhead(fresh, place)].sort()).toEqual([...statesAhead(machine, place)].sort());
      expect(allowedEvents(fresh, place, 'ats')).toEqual(allowedEvents(machine, place, 'ats'));
    }
  },
);

/** Places that events lead to from the beginning, each with every set of facts that its guards tell apart. */
function reachable(machine: CompiledMachine): Place[] {
  const places: Place[] = [];
  for (const facts of factsOf(machine)) {
    const seen = new Set<string>();
    const queue: Place[] = [{ state: machine.initial, history: null, facts }];
    for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
      const key = `${place.state} ${place.history}`;
      if (seen.has(key)) continue;
      seen.add(key);
      places.push(place);
      for (const event of machine.events) {
        const snapshot = snapshotAt(machine, place);
        if (!snapshot.can({ type: event })) continue;
        const next = step(machine, snapshot, event);
        queue.push({ state: next.state, history: next.history ?? place.history, facts });
      }
    }
  }
  return places;
}

/** Nothing known, each stage skipped alone, and all of them. */
function factsOf(machine: CompiledMachine): Facts[] {
  const stages = new Set<string>();
  for (const { guard } of [...machine.edges.values()].flat()) if (guard?.params.stage) stages.add(guard.params.stage);
  const known = [{}, ...[...stages].map((stage) => [stage]), [...stages]].map((skips) =>
    Array.isArray(skips) ? { requisition: { skips } } : {},
  );
  const states = machine.name === 'application' && machine.version > 1 ? ['on_hold', 'closed'] : [];
  return [...known, ...states.map((state) => ({ requisition: { skips: [...stages], state } }))];
}
