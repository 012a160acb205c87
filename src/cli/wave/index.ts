// `interlock wave …`: connections that are watched first, then written to for some, then for all.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { advanceCommand } from './advance.ts';
import { holdCommand, resumeCommand } from './hold.ts';
import { shadowCommand } from './shadow.ts';
import { showCommand } from './show.ts';

export function waveCommands(program: Command, cli: Cli): void {
  const wave = noun(
    program,
    'wave',
    'Connections that go live in waves: watched (shadow), written to for some (pilot), live',
  );
  showCommand(wave, cli);
  shadowCommand(wave, cli);
  advanceCommand(wave, cli);
  holdCommand(wave, cli);
  resumeCommand(wave, cli);
}
