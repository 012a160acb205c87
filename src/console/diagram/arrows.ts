// The arrows of a machine as they are written: a transition of a compound state is one arrow, not one per leaf.

import type { MachineDefinition, StateDefinition, TransitionDefinition } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';

/** All transitions from one state to one target; each event is a line of the label. */
export interface Arrow {
  from: string;
  to: string;
  transitions: { event: string; transition: TransitionDefinition }[];
  /** Leads back: drawn dashed, and does not push its target down. */
  backward: boolean;
}

/** Every state as it is written, by path, with its parent's path (null at the top). */
export interface WrittenState {
  path: string;
  parent: string | null;
  state: StateDefinition;
}

export function writtenStates(definition: MachineDefinition): WrittenState[] {
  const found: WrittenState[] = [];
  const visit = (states: Readonly<Record<string, StateDefinition>>, parent: string | null): void => {
    for (const [key, state] of Object.entries(states)) {
      const path = parent === null ? key : `${parent}.${key}`;
      found.push({ path, parent, state });
      if (state.states) visit(state.states, path);
    }
  };
  visit(definition.states, null);
  return found;
}

export function arrowsOf(machine: CompiledMachine): Arrow[] {
  const states = writtenStates(machine.definition);
  const types = new Map(states.map(({ path, state }) => [path, state.type]));
  const arrows = new Map<string, Arrow>();
  for (const { path, parent, state } of states) {
    for (const [event, written] of Object.entries(state.on ?? {})) {
      for (const transition of [written].flat() as TransitionDefinition[]) {
        const to = targetPath(machine, parent, transition.target);
        // Solid and dashed lines between the same two states stay apart.
        const backward = transition.meta.backward === true;
        const key = `${path} ${to} ${backward}`;
        const arrow = arrows.get(key) ?? {
          from: path,
          to,
          transitions: [],
          backward: backward || types.get(to) === 'history',
        };
        arrow.transitions.push({ event, transition });
        arrows.set(key, arrow);
      }
    }
  }
  return [...arrows.values()];
}

/** `#application.hired` is written from the top, `completed` from the state's own parent. */
function targetPath(machine: CompiledMachine, parent: string | null, target: string): string {
  const prefix = `#${machine.name}.`;
  if (target.startsWith(prefix)) return target.slice(prefix.length);
  return parent === null ? target : `${parent}.${target}`;
}
