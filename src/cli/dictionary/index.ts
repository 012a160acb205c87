// `interlock dictionary …`: what every element means, from the files of this installation.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { checkCommand } from './check.ts';
import { explainCommand } from './explain.ts';

export function dictionaryCommands(program: Command, cli: Cli): void {
  const dictionary = noun(program, 'dictionary', 'The meaning of every element');
  for (const register of [checkCommand, explainCommand]) register(dictionary, cli);
}
