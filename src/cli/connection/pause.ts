// `connection pause`: nothing more is written to the vendor until it is resumed; its events are still taken.
import type { Command } from 'commander';
import { answering } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { updated } from './update.ts';

export function pauseCommand(connection: Command, cli: Cli): void {
  verb(
    connection,
    'pause <name>',
    'Write nothing more to the vendor until it is resumed',
    'connection pause greenhouse-eu',
  ).action(
    answering(cli, (name: string) =>
      inSession(cli, (session) =>
        updated(session, name, { status: 'paused' }, `Paused ${name}. What is due for it waits, in order.`),
      ),
    ),
  );
}
