// The states that a name stands for, whichever released versions have it: a state itself, or a whole region of them.

import type { MachineName } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { Context } from '../context.ts';

/** Leaves within `region`, of one machine or of all; none where no version knows the name. */
export function statesWithin(
  context: Pick<Context, 'machines'>,
  machine: MachineName | undefined,
  region: string,
): string[] {
  const versions = context.machines.all().filter((one) => machine === undefined || one.name === machine);
  return [...new Set(versions.flatMap((one) => [...one.leaves.keys()].filter((state) => isWithin(state, region))))];
}
