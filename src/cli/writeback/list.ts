// `writeback list`: the latest first, by status and connection.
import { type Command, Option } from 'commander';
import type { WritebackStatus } from '../../core/delivery/settle.ts';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  status?: WritebackStatus;
  connection?: string;
  limit: number;
}

const statuses: readonly WritebackStatus[] = ['ready', 'leased', 'confirmed', 'dead', 'waived', 'superseded'];

export function listCommand(writeback: Command, cli: Cli): void {
  verb(
    writeback,
    'list',
    'List writebacks, the latest first; waiting ones as they come due',
    'writeback list --status dead',
  )
    .addOption(new Option('--status <status>', 'only those').choices(statuses))
    .option('--connection <name>', 'only of this connection')
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

async function list(cli: Cli, options: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { listWritebacks } = await import('../../store/reports/writeback-lists.ts');
    const { status, connection, limit } = options;
    const { rows: items } = await listWritebacks(context.database.reports, {
      status,
      connection,
      after: null,
      rowsMax: limit,
    });
    const rows = items.map((one) => [
      one.id,
      one.connection_id,
      one.subject_id,
      one.target_state,
      one.status,
      String(one.tries),
      one.created_at,
      one.reason ?? '',
    ]);
    return done(
      { items },
      table(
        ['writeback', 'connection', 'subject', 'must show', 'status', 'tries', 'created', 'reason'],
        rows,
        'There are no such writebacks.',
      ),
    );
  });
}
