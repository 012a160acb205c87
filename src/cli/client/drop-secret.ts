// `client drop-secret`: the second secret is taken back.
import type { Command } from 'commander';
import { answering } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './clients.ts';

export function dropSecretCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'drop-secret <id>',
    'Take the second secret back; the first one stays',
    'client drop-secret cli_01jd4k2m3n5p6q7r8s9t0v1w2x',
  ).action(
    answering(cli, (id: string) =>
      changing(cli, id, (clients, { by }) => clients.dropSecret(id, by), `The second secret of ${id} is gone.`),
    ),
  );
}
