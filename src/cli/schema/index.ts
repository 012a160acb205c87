// `interlock schema …`: the database's schema as one text.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { dumpCommand } from './dump.ts';

export function schemaCommands(program: Command, cli: Cli): void {
  dumpCommand(noun(program, 'schema', 'The schema that all migrations add up to'), cli);
}
