// `interlock incident …`: what a person must settle.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { assignCommand } from './assign.ts';
import { chooseCommand } from './choose.ts';
import { differentCommand, sameCommand } from './link.ts';
import { listCommand } from './list.ts';
import { noteCommand } from './note.ts';
import { settleCommand } from './settle.ts';

export function incidentCommands(program: Command, cli: Cli): void {
  const incident = noun(program, 'incident', 'What a person must settle');
  for (const register of [
    listCommand,
    assignCommand,
    noteCommand,
    settleCommand,
    chooseCommand,
    sameCommand,
    differentCommand,
  ])
    register(incident, cli);
}
