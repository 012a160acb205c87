// `client list`: every client, the revoked ones too.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inClients } from './clients.ts';

export function listCommand(client: Command, cli: Cli): void {
  verb(client, 'list', 'List all clients, revoked ones too', 'client list').action(answering(cli, () => list(cli)));
}

async function list(cli: Cli): Promise<Answer> {
  return inSession(cli, async (session) => {
    const items = await (await inClients(session)).list();
    const rows = items.map((one) => [
      one.id,
      one.name,
      one.kind,
      one.revokedAt ? 'revoked' : one.rotating ? 'two secrets' : 'active',
      one.lastUsedAt ?? 'never',
      one.scopes.join(' '),
    ]);
    return done(
      { items },
      table(
        ['id', 'name', 'kind', 'status', 'last used', 'scopes'],
        rows,
        'There are no clients. Add one with: interlock client add',
      ),
    );
  });
}
