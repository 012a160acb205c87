// Bounds of gates on the command line.
import type { Command } from 'commander';
import { gateDefaults } from '../../core/deciding/gates.ts';
import { collect } from '../command.ts';

export interface Bounds {
  gate?: readonly string[];
}

export const bounds = (command: Command): Command =>
  command.option(
    '--gate <name=number>',
    `another bound; may be repeated: ${Object.keys(gateDefaults).join(', ')}`,
    collect,
  );

/** Undefined: none given. Null: not understood. */
export function gatesOf({ gate }: Bounds): Record<string, number> | undefined | null {
  if (gate === undefined) return undefined;
  const pairs = gate.map((one) => /^(\w+)=(\d+(?:\.\d+)?)$/.exec(one));
  return pairs.every((pair) => pair !== null)
    ? Object.fromEntries(pairs.map((pair) => [pair[1] ?? '', Number(pair[2])]))
    : null;
}
