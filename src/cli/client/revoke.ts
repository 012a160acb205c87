// `client revoke`: for good, its tokens with it.
import type { Command } from 'commander';
import { type Answer, answering } from '../answer.ts';
import { verb } from '../command.ts';
import { unconfirmed } from '../confirm.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './clients.ts';

interface RevokeOptions {
  yes?: boolean;
  json?: boolean;
}

export function revokeCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'revoke <id>',
    'Revoke a client and its tokens, for good',
    'client revoke cli_01jd4k2m3n5p6q7r8s9t0v1w2x --yes',
  )
    .option('--yes', 'do not ask')
    .action(answering(cli, (id: string, options: RevokeOptions) => revoke(cli, id, options)));
}

async function revoke(cli: Cli, id: string, options: RevokeOptions): Promise<Answer> {
  const no = await unconfirmed(cli, options, `Revoking ${id} cannot be taken back.`);
  return (
    no ??
    changing(
      cli,
      id,
      (clients, { by }) => clients.revoke(id, by),
      `Revoked ${id}. Its tokens are worth nothing within seconds.`,
    )
  );
}
