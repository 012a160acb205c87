// `account deactivate`: for good, its sessions with it.
import type { Command } from 'commander';
import { type Answer, answering } from '../answer.ts';
import { verb } from '../command.ts';
import { unconfirmed } from '../confirm.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './accounts.ts';

interface DeactivateOptions {
  yes?: boolean;
  json?: boolean;
}

export function deactivateCommand(account: Command, cli: Cli): void {
  verb(
    account,
    'deactivate <id>',
    'Deactivate an account and end its sessions, for good',
    'account deactivate acc_01jd4k2m3n5p6q7r8s9t0v1w2x --yes',
  )
    .option('--yes', 'do not ask')
    .action(answering(cli, (id: string, options: DeactivateOptions) => deactivate(cli, id, options)));
}

async function deactivate(cli: Cli, id: string, options: DeactivateOptions): Promise<Answer> {
  const no = await unconfirmed(cli, options, `Deactivating ${id} cannot be taken back.`);
  return (
    no ??
    changing(
      cli,
      id,
      (accounts, { by }) => accounts.deactivate(id, by),
      `Deactivated ${id}. All its sessions have ended.`,
    )
  );
}
