// `connection show`: one connection, whole, but for its secrets.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { unknownConnection } from './refusals.ts';
import { setupGuide } from './setup-guide.ts';
import { describeConnection, showConnection } from './view.ts';

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
    const view = await showConnection(session, name);
    if (!view) return unknownConnection(name);
    const guide = options.setup ? setupGuide(view.adapter, view.webhookUrl) : null;
    return done(view, [describeConnection(view), ...(guide ? [guide] : [])].join('\n\n'));
  });
}
