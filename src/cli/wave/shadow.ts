// `wave shadow`: from now on nothing is written to a connection; what would be is noted and compared with what people do.
import type { Command } from 'commander';
import { type Answer, answering, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { type Bounds, bounds, gatesOf } from './bounds.ts';
import { changed } from './changed.ts';

export function shadowCommand(wave: Command, cli: Cli): void {
  bounds(
    verb(
      wave,
      'shadow <connection>',
      'Only watch it: nothing is written, and what would be is compared with what people do',
      'wave shadow greenhouse-eu',
    ),
  ).action(answering(cli, (name: string, options: Bounds) => watch(cli, name, options)));
}

async function watch(cli: Cli, connection: string, options: Bounds): Promise<Answer> {
  const gates = gatesOf(options);
  if (gates === null) return misused('--gate is a name and a number with = between, such as minDays=14.');
  const { changePhase } = await import('../../services/waves/waves.ts');
  const result = await inSession(cli, ({ context, by }) =>
    changePhase(context, { connection, to: 'shadow', gates, actor: by.actor }),
  );
  return changed(
    result,
    connection,
    `${connection} is only watched now. "wave show ${connection}" tells what would have been written.`,
  );
}
