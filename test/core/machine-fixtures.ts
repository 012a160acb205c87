// What tests about machines share: the released ones compiled, and places to begin from.
import { machineDefinitions } from '../../machines/index.ts';
import type { MachineName } from '../../src/core/machine/definition.ts';
import type { Facts } from '../../src/core/machine/guards.ts';
import { type CompiledMachine, compileMachine, type Place } from '../../src/core/machine/machine.ts';

export const compiled = machineDefinitions.map(compileMachine);

export function machineCalled(name: MachineName): CompiledMachine {
  const machine = compiled.find((one) => one.name === name);
  if (!machine) throw new Error(`machines/index.ts lists no ${name}`);
  return machine;
}

export const at = (state: string, history: string | null = null, facts: Facts = {}): Place => ({
  state,
  history,
  facts,
});

export const skipping = (...skips: string[]): Facts => ({ requisition: { skips } });

/** Every element any transition requires, so that nothing is missing. */
export const everyElement = [
  ...new Set(compiled.flatMap((machine) => [...machine.edges.values()].flat().flatMap((edge) => edge.meta.requires))),
];
