// Says what is wrong with a machine before anybody signs it: rules that types cannot hold.

import type { MachineDefinition } from './definition.ts';
import type { Finding } from './lint/finding.ts';
import { graphFindings } from './lint/graph.ts';
import { shapeFindings } from './lint/shape.ts';
import { stateFindings } from './lint/states.ts';
import { transitionFindings } from './lint/transitions.ts';
import { compileMachine } from './machine.ts';

export type { Finding } from './lint/finding.ts';

/** Every finding about a definition, errors first. `elements`: names of the dictionary; without them names are not checked. */
export function lintMachine(definition: MachineDefinition, elements?: ReadonlySet<string>): Finding[] {
  const misshapen = shapeFindings(definition);
  if (misshapen.length > 0) return misshapen;
  const found = [...stateFindings(definition), ...transitionFindings(definition, elements), ...graph(definition)];
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function graph(definition: MachineDefinition): Finding[] {
  try {
    return graphFindings(compileMachine(definition));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      {
        rule: 'does_not_load',
        severity: 'error',
        path: '',
        message: `The machine cannot be loaded, so its paths were not checked: ${message}`,
      },
    ];
  }
}
