// `interlock adapter …`: for those who write one. `interlock adapters` lists those there are.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { newCommand } from './new.ts';

export function adapterCommands(program: Command, cli: Cli): void {
  newCommand(noun(program, 'adapter', 'For those who write an adapter: begin one'), cli);
}
