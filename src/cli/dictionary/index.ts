// `interlock dictionary …`: what every element means, from the files of this installation.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { checkCommand } from './check.ts';
import { diffCommand } from './diff.ts';
import { explainCommand } from './explain.ts';
import { receivesCommand } from './receives.ts';
import { unknownFieldsCommand } from './unknown-fields.ts';

export function dictionaryCommands(program: Command, cli: Cli): void {
  const dictionary = noun(program, 'dictionary', 'The meaning of every element, and how each system speaks of it');
  const commands = [checkCommand, explainCommand, receivesCommand, diffCommand, unknownFieldsCommand];
  for (const register of commands) register(dictionary, cli);
}
