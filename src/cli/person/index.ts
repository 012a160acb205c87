// `interlock person …`: find, export, hold and erase people.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { dueCommand } from './due.ts';
import { eraseCommand } from './erase.ts';
import { exportCommand } from './export.ts';
import { findCommand } from './find.ts';
import { holdCommand } from './hold.ts';
import { releaseCommand } from './release.ts';

export function personCommands(program: Command, cli: Cli): void {
  const person = noun(program, 'person', 'What is held about a person: find, export, hold, erase');
  for (const register of [findCommand, exportCommand, eraseCommand, holdCommand, releaseCommand, dueCommand])
    register(person, cli);
}
