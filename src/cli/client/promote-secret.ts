// `client promote-secret`: the second secret becomes the only one.
import type { Command } from 'commander';
import { answering } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './clients.ts';

export function promoteSecretCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'promote-secret <id>',
    'End a rotation: the second secret is the only one from now on',
    'client promote-secret cli_01jd4k2m3n5p6q7r8s9t0v1w2x',
  ).action(
    answering(cli, (id: string) =>
      changing(
        cli,
        id,
        (clients, { by }) => clients.promoteSecret(id, by),
        `The second secret of ${id} is the only one now.`,
      ),
    ),
  );
}
