// `interlock machine …`: lifecycles, from the files of this installation; only what is proposed and signed needs the database.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { diagramCommand } from './diagram.ts';
import { lintCommand } from './lint.ts';
import { listCommand } from './list.ts';
import { proposeCommand } from './propose.ts';
import { showCommand } from './show.ts';
import { signaturesCommand } from './signatures.ts';
import { verifyApprovalCommand } from './verify-approval.ts';

export function machineCommands(program: Command, cli: Cli): void {
  const machine = noun(program, 'machine', 'Lifecycles: list, look at, check and draw their versions');
  for (const register of [
    listCommand,
    lintCommand,
    showCommand,
    diagramCommand,
    proposeCommand,
    signaturesCommand,
    verifyApprovalCommand,
  ])
    register(machine, cli);
}
