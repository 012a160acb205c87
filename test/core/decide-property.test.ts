// Whatever systems say, in whatever order: no decision throws, and table and XState never disagree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transition } from 'xstate';
import { type Attempted, allowedEvents, decide } from '../../src/core/deciding/decide.ts';
import { systemKinds } from '../../src/core/machine/definition.ts';
import {
  type CompiledMachine,
  isWithin,
  type Place,
  type Snapshot,
  snapshotAt,
  step,
} from '../../src/core/machine/machine.ts';
import { compiled, everyElement, skipping } from './machine-fixtures.ts';

const allSkips = ['triage', 'screening', 'interview', 'scheduling', 'offer_approval', 'background_check'];
const factsOf = (skips: readonly string[]): Place['facts'] => skipping(...skips);

describe.each(compiled.map((machine) => [machine.name, machine] as const))('%s', (_, machine) => {
  test.each([[[]], [allSkips], ...allSkips.map((one) => [[one]])])(
    'skipping %o: for every leaf and event, the table and XState agree',
    (skips) => {
      for (const state of machine.leaves.keys()) {
        for (const history of historiesFor(machine, state)) {
          const place: Place = { state, history, facts: factsOf(skips) };
          const snapshot = snapshotAt(machine, place);
          const table = new Set(systemKinds.flatMap((by) => allowedEvents(machine, place, by)));
          const possible = [...machine.events].filter((type) => snapshot.can({ type }));
          expect({ state, events: [...table].sort() }).toEqual({ state, events: possible.sort() });
          for (const type of possible)
            expect(resultFor(machine, place, type)).toEqual({ type, ...after(machine, snapshot, type) });
        }
      }
    },
  );

  test('random histories: nothing throws, and a subject rebuilt from its row walks with one that was never stored', () => {
    fc.assert(
      fc.property(fc.subarray(allSkips), fc.array(attemptOn(machine), { maxLength: 60 }), (skips, attempts) => {
        let place: Place = { state: machine.initial, history: null, facts: factsOf(skips) };
        let live = snapshotAt(machine, place);
        for (const attempted of attempts) {
          const decision = decide(machine, place, attempted, 0);
          if (decision.kind !== 'applied') continue;
          const { type, to, history } = decision.transition;
          expect(live.can({ type })).toBe(true);
          live = transition(machine.xstate, live, { type })[0] as Snapshot;
          place = { ...place, state: to, history };
          expect(live.value).toEqual(snapshotAt(machine, place).value);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function historiesFor(machine: CompiledMachine, state: string): (string | null)[] {
  const returns = (machine.edges.get(state) ?? []).some((edge) => edge.to === null);
  if (!returns) return [null];
  const region = machine.name === 'application' ? 'active' : machine.name === 'requisition' ? 'live' : 'preparing';
  return [...machine.leaves.keys()].filter((leaf) => isWithin(leaf, region));
}

function resultFor(machine: CompiledMachine, place: Place, type: string): unknown {
  const by = systemKinds.find((kind) => allowedEvents(machine, place, kind).includes(type)) ?? 'operator';
  const decision = decide(machine, place, { claim: { kind: 'event', type }, by, elements: everyElement }, 0);
  return decision.kind === 'applied' ? { type: decision.transition.type, state: decision.transition.to } : decision;
}

function after(machine: CompiledMachine, snapshot: Snapshot, type: string): { state: string } {
  return { state: step(machine, snapshot, type).state };
}

function attemptOn(machine: CompiledMachine): fc.Arbitrary<Attempted> {
  const regions = [
    ...new Set(
      [...machine.leaves.keys()].flatMap((leaf) =>
        leaf.split('.').map((_, depth, keys) => keys.slice(0, depth + 1).join('.')),
      ),
    ),
  ];
  const event = fc.constantFrom(...machine.events, 'no.such_event').map((type) => ({ kind: 'event', type }) as const);
  const stage = fc.constantFrom(...regions, 'nowhere').map((target) => ({ kind: 'stage' as const, targets: [target] }));
  return fc.record({
    claim: fc.oneof({ weight: 3, arbitrary: event }, { weight: 1, arbitrary: stage }),
    by: fc.constantFrom(...systemKinds),
    elements: fc.oneof({ weight: 4, arbitrary: fc.constant(everyElement) }, { weight: 1, arbitrary: fc.constant([]) }),
  });
}
