// `connection show`: one connection, whole, but for its secrets.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { unknownConnection } from './refusals.ts';
import { setupGuide } from './setup-guide.ts';
import { describeConnection, viewConnection } from './view.ts';

interface ShowOptions {
  setup?: boolean;
}

export function showCommand(connection: Command, cli: Cli): void {
  verb(connection, 'show <name>', 'Show a connection and its webhook address', 'connection show greenhouse-eu')
    .option('--setup', 'and how to set up the other side')
    .action(answering(cli, (name: string, options: ShowOptions) => show(cli, name, options)));
}

async function show(cli: Cli, name: string, options: ShowOptions): Promise<Answer> {
  return inSession(cli, async (session) => {
    const { findConnection } = await import('../../store/connections.ts');
    const row = await findConnection(session.context.database.reports, name);
    if (!row) return unknownConnection(name);
    const view = viewConnection(session, row);
    const guide = options.setup ? setupGuide(row.adapter, view.webhookUrl) : null;
    return done(view, [describeConnection(view), ...(guide ? [guide] : [])].join('\n\n'));
  });
}
