// `writeback waive`: the change need not show after all; the lane moves on.
import type { Command } from 'commander';
import { type Answer, answering } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { decided } from './decided.ts';

interface WaiveOptions {
  reason: string;
}

export function waiveCommand(writeback: Command, cli: Cli): void {
  verb(
    writeback,
    'waive',
    'Let writebacks go that need not show after all',
    'writeback waive wrb_01jd4k2m3n5p6q7r8s9t0v1w2x --reason "entered by hand"',
  )
    .argument('<id...>', 'one or more writebacks')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .action(answering(cli, (ids: string[], options: WaiveOptions) => waive(cli, ids, options)));
}

async function waive(cli: Cli, ids: readonly string[], options: WaiveOptions): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { waiveWritebacks } = await import('../../services/settling/settle-writebacks.ts');
    return decided(await waiveWritebacks(context, ids, { actor: by.actor, reason: options.reason }), false, 'waived');
  });
}
