// `connection resume`: what waited is written, in order; an open circuit is tried again at once.
import type { Command } from 'commander';
import { answering } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { updated } from './update.ts';

export function resumeCommand(connection: Command, cli: Cli): void {
  verb(
    connection,
    'resume <name>',
    'Go on writing to the vendor; closes its circuit too',
    'connection resume greenhouse-eu',
  ).action(
    answering(cli, (name: string) =>
      inSession(cli, (session) =>
        updated(session, name, { status: 'active' }, `Resumed ${name}. What waited is written now, in order.`),
      ),
    ),
  );
}
