// `writeback redrive`: dead writebacks go back to the head of their lanes and are tried again.
import type { Command } from 'commander';
import { type Answer, answering, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { decided } from './decided.ts';

interface RedriveOptions {
  all?: boolean;
  connection?: string;
  reason: string;
  force?: boolean;
}

export function redriveCommand(writeback: Command, cli: Cli): void {
  verb(
    writeback,
    'redrive',
    'Try dead writebacks again',
    'writeback redrive --all --connection greenhouse-eu --reason "stage renamed back"',
  )
    .argument('[id...]', 'one or more writebacks')
    .option('--all', 'every dead one instead')
    .option('--connection <name>', 'with --all: only of this connection')
    .option('--reason <text>', 'why, for the audit log', 'the cause was removed')
    .option('--force', 'overwrite what the target shows')
    .action(answering(cli, (ids: string[], options: RedriveOptions) => redrive(cli, ids, options)));
}

async function redrive(cli: Cli, ids: readonly string[], options: RedriveOptions): Promise<Answer> {
  if (ids.length > 0 === Boolean(options.all)) return misused('Say which: one or more ids, or --all.');
  if (options.connection !== undefined && !options.all) return misused('--connection goes with --all.');
  return inSession(cli, async ({ context, by }) => {
    const { redriveMatching, redriveWritebacks } = await import('../../services/settling/settle-writebacks.ts');
    const decision = { actor: by.actor, reason: options.reason, force: options.force === true };
    if (!options.all) return decided(await redriveWritebacks(context, ids, decision), false, 'redriven');
    const { results, more } = await redriveMatching(context, { connection: options.connection }, decision);
    return decided(results, more, 'redriven');
  });
}
