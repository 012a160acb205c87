// `interlock machine …`: lifecycles, from the files of this installation; no database is needed.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { diagramCommand } from './diagram.ts';
import { lintCommand } from './lint.ts';
import { listCommand } from './list.ts';
import { showCommand } from './show.ts';

export function machineCommands(program: Command, cli: Cli): void {
  const machine = noun(program, 'machine', 'Lifecycles: list, look at, check and draw their versions');
  for (const register of [listCommand, lintCommand, showCommand, diagramCommand]) register(machine, cli);
}
