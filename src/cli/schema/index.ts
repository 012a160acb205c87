// `interlock schema …`: the database's schema as one text, and the document of the messages.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { asyncApiCommand } from './asyncapi.ts';
import { dumpCommand } from './dump.ts';

export function schemaCommands(program: Command, cli: Cli): void {
  const schema = noun(program, 'schema', 'What is agreed on: the tables of the database, the messages on the bus');
  dumpCommand(schema, cli);
  asyncApiCommand(schema, cli);
}
