// `interlock event …`: what other systems said.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { replayCommand } from './replay.ts';

export function eventCommands(program: Command, cli: Cli): void {
  replayCommand(noun(program, 'event', 'What other systems said'), cli);
}
