// Goes through a definition as it is written, outermost states first.
import type { MachineDefinition, StateDefinition, TransitionDefinition } from '../definition.ts';

export interface Visited {
  path: string;
  state: StateDefinition;
  depth: number;
}

export function* statesOf(parent: Pick<MachineDefinition, 'states'>, prefix = '', depth = 0): Generator<Visited> {
  for (const [key, state] of Object.entries(parent.states)) {
    const path = prefix + key;
    yield { path, state, depth };
    if (state.states) yield* statesOf({ states: state.states }, `${path}.`, depth + 1);
  }
}

/** Transitions of one state by event, in the order in which they are tried. */
export function transitionsOf(state: StateDefinition): [event: string, transitions: readonly TransitionDefinition[]][] {
  return Object.entries(state.on ?? {}).map(([event, one]) => [event, [one].flat() as TransitionDefinition[]]);
}

export const isCompound = (state: StateDefinition): boolean => state.states !== undefined;
