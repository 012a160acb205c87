// `interlock audit …`: who changed what, and whether the log of transitions is what it was.
import type { Command } from 'commander';
import { noun } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { checkpointsCommand } from './checkpoints.ts';
import { exportCommand } from './export.ts';
import { keyCommand } from './key.ts';
import { listCommand } from './list.ts';
import { verifyCommand } from './verify.ts';

export function auditCommands(program: Command, cli: Cli): void {
  const audit = noun(program, 'audit', 'Who changed what, and whether the log of transitions still is what it was');
  for (const register of [listCommand, verifyCommand, checkpointsCommand, keyCommand, exportCommand])
    register(audit, cli);
}
