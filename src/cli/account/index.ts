// `interlock account …`: people who sign in to the console.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { addCommand } from './add.ts';
import { changeCommand } from './change.ts';
import { deactivateCommand } from './deactivate.ts';
import { listCommand } from './list.ts';
import { resetCommand } from './reset.ts';

export function accountCommands(program: Command, cli: Cli): void {
  const account = noun(
    program,
    'account',
    'People who sign in to the console: what they may do, and links to choose a password',
  );
  for (const register of [addCommand, listCommand, changeCommand, resetCommand, deactivateCommand])
    register(account, cli);
}
