// `audit checkpoints`: what was sealed; with --lines in the form that is kept elsewhere as an anchor.
import { type Command, InvalidArgumentError } from 'commander';
import { checkpointToLine } from '../../core/log/checkpoint.ts';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  after: number;
  limit: number;
  lines?: boolean;
}

export function checkpointsCommand(audit: Command, cli: Cli): void {
  verb(audit, 'checkpoints', 'List checkpoints of the log, oldest first', 'audit checkpoints --lines >> anchors.ndjson')
    .option('--after <number>', 'only those after this one', parseNumber, 0)
    .option('--lines', 'one JSON document a line, for a file of anchors')
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

function parseNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is the number of a checkpoint.');
  return Number(text);
}

async function list(cli: Cli, { after, limit, lines }: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { listCheckpoints } = await import('../../store/log/checkpoints.ts');
    const items = await listCheckpoints(context.database.reports, after, limit);
    if (lines) return done({ items }, items.map(checkpointToLine).join('\n'));
    const rows = items.map((one) => [
      String(one.n),
      one.sealedAt,
      String(one.count),
      String(one.total),
      one.root.slice(0, 16),
      one.key,
    ]);
    const more = items.length === limit ? `\n\nMore: --after ${items.at(-1)?.n}` : '';
    return done(
      { items },
      table(['number', 'sealed', 'rows', 'rows so far', 'root', 'key'], rows, 'There are none after that.') + more,
    );
  });
}
