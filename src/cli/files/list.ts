// `files list`: how far each file was taken, and what became of those that went out; the newest first.
import { type Command, Option } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  side?: 'in' | 'out';
  connection?: string;
  limit: number;
}

export function listCommand(files: Command, cli: Cli): void {
  verb(files, 'list', 'List files with their state, the newest first', 'files list --connection legacy-hr --side in')
    .addOption(new Option('--side <side>', 'only those that came in, or went out').choices(['in', 'out']))
    .option('--connection <name>', 'only of this connection')
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

async function list(cli: Cli, { side, connection, limit }: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { readFiles } = await import('../../services/files/read-files.ts');
    const items = await readFiles(context, { side: side ?? null, connection: connection ?? null, rowsMax: limit });
    const rows = items.map((one) => [
      one.id,
      one.connection,
      one.side,
      one.name ?? '(forgotten)',
      one.reason === null || one.reason === one.state ? one.state : `${one.state}: ${one.reason}`,
      one.side === 'in' ? `${one.rowsDone} of ${one.rows}` : String(one.rows),
      one.side === 'in'
        ? `${one.recorded} recorded, ${one.repeated} repeated, ${one.quarantined} quarantined, ${one.outdated} outdated, ${one.faults} left out`
        : `${one.answered} answered`,
      one.at,
    ]);
    return done(
      { items },
      table(
        ['file', 'connection', 'side', 'name', 'state', 'rows', 'of them', 'seen'],
        rows,
        'There are no files yet.',
      ),
    );
  });
}
