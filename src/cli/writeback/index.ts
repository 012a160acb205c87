// `interlock writeback …`: changes that a system must show, and what people decide about those that it does not.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { listCommand } from './list.ts';
import { redriveCommand } from './redrive.ts';
import { waiveCommand } from './waive.ts';

export function writebackCommands(program: Command, cli: Cli): void {
  const writeback = noun(program, 'writeback', 'Changes that a system must show: list, try again, waive');
  for (const register of [listCommand, redriveCommand, waiveCommand]) register(writeback, cli);
}
