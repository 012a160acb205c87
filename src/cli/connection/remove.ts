// `connection remove`: for good; its history stays and its name is never used again.
import type { Command } from 'commander';
import { type Answer, answering } from '../answer.ts';
import { verb } from '../command.ts';
import { unconfirmed } from '../confirm.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { updated } from './update.ts';

interface RemoveOptions {
  yes?: boolean;
  json?: boolean;
}

export function removeCommand(connection: Command, cli: Cli): void {
  verb(
    connection,
    'remove <name>',
    'Remove a connection for good; its history stays',
    'connection remove greenhouse-eu --yes',
  )
    .option('--yes', 'do not ask')
    .action(answering(cli, (name: string, options: RemoveOptions) => remove(cli, name, options)));
}

async function remove(cli: Cli, name: string, options: RemoveOptions): Promise<Answer> {
  const no = await unconfirmed(
    cli,
    options,
    `Removing ${name} cannot be taken back: nothing is written to it any more, and its name is never used again.`,
  );
  return (
    no ??
    inSession(cli, (session) => updated(session, name, { status: 'removed' }, `Removed ${name}. Its history stays.`))
  );
}
