// `interlock files …`: files that systems drop and take.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { listCommand } from './list.ts';

export function fileCommands(program: Command, cli: Cli): void {
  listCommand(noun(program, 'files', 'Files that systems drop and take'), cli);
}
