// `connection list`: every connection that is not removed.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { shown } from './view.ts';

export function listCommand(connection: Command, cli: Cli): void {
  verb(connection, 'list', 'List the connections that are not removed', 'connection list').action(
    answering(cli, () => list(cli)),
  );
}

async function list(cli: Cli): Promise<Answer> {
  return inSession(cli, async (session) => {
    const { readConnections } = await import('../../services/connections/read-connections.ts');
    const items = (await readConnections(session.context)).map((view) => shown(session, view));
    const rows = items.map((one) => [one.id, one.adapter, one.status, one.circuit, one.webhookUrl]);
    return done(
      { items },
      table(
        ['name', 'adapter', 'status', 'circuit', 'webhook address'],
        rows,
        'There are no connections. Add one with: interlock connection add',
      ),
    );
  });
}
