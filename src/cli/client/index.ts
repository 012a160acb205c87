// `interlock client …`: machines that call the API.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { addCommand } from './add.ts';
import { changeCommand } from './change.ts';
import { dropSecretCommand } from './drop-secret.ts';
import { listCommand } from './list.ts';
import { promoteSecretCommand } from './promote-secret.ts';
import { revokeCommand } from './revoke.ts';
import { rotateSecretCommand } from './rotate-secret.ts';

export function clientCommands(program: Command, cli: Cli): void {
  const client = noun(program, 'client', 'Machines that call the API: their secrets and what they may do');
  for (const register of [
    addCommand,
    listCommand,
    changeCommand,
    rotateSecretCommand,
    promoteSecretCommand,
    dropSecretCommand,
    revokeCommand,
  ])
    register(client, cli);
}
