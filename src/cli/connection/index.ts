// `interlock connection …`: accounts of outside systems.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { addCommand } from './add.ts';
import { changeCommand } from './change.ts';
import { checkCommand } from './check.ts';
import { listCommand } from './list.ts';
import { pauseCommand } from './pause.ts';
import { permissionsCommand } from './permissions.ts';
import { removeCommand } from './remove.ts';
import { resumeCommand } from './resume.ts';
import { rotateSecretCommand } from './rotate-secret.ts';
import { showCommand } from './show.ts';

export function connectionCommands(program: Command, cli: Cli): void {
  const connection = noun(program, 'connection', 'Accounts of outside systems: add, look at, change, pause, remove');
  for (const register of [
    addCommand,
    listCommand,
    showCommand,
    changeCommand,
    pauseCommand,
    resumeCommand,
    removeCommand,
    rotateSecretCommand,
    checkCommand,
    permissionsCommand,
  ])
    register(connection, cli);
}
