// `interlock alert …`: what fires, the rules that make it so, and the channels it is told over.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { channelCommands } from './channel.ts';
import { listCommand } from './list.ts';
import { ruleCommands } from './rule.ts';
import { testCommand } from './test.ts';

export function alertCommands(program: Command, cli: Cli): void {
  const alert = noun(program, 'alert', 'What somebody should know of in minutes: list it, set its rules and channels');
  for (const register of [listCommand, ruleCommands, channelCommands, testCommand]) register(alert, cli);
}
