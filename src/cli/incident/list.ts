// `incident list`: open ones, the oldest first.
import { type Command, Option } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  status: 'open' | 'settled' | 'all';
  kind?: string;
  connection?: string;
  limit: number;
}

export function listCommand(incident: Command, cli: Cli): void {
  verb(incident, 'list', 'List incidents, the oldest open one first', 'incident list --connection greenhouse-eu')
    .addOption(new Option('--status <status>', 'which').choices(['open', 'settled', 'all']).default('open'))
    .option('--kind <kind>', 'only of this kind')
    .option('--connection <name>', 'only of this connection')
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

async function list(cli: Cli, options: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { listIncidents } = await import('../../store/reports/incidents.ts');
    const { status, kind, connection, limit } = options;
    const items = await listIncidents(context.database.reports, {
      status,
      ...(kind ? { kind } : {}),
      ...(connection ? { connection } : {}),
      after: null,
      rowsMax: limit,
    });
    const rows = items.map((one) => [
      one.id,
      one.kind,
      one.owner,
      one.connection_id ?? '-',
      one.subject_id ?? '-',
      one.opened_at,
      one.settled_at ? `settled: ${one.resolution ?? ''}` : 'open',
    ]);
    return done(
      { items },
      table(
        ['incident', 'kind', 'whose turn', 'connection', 'subject', 'opened', 'status'],
        rows,
        status === 'open' ? 'Nothing waits for a person.' : 'There are no such incidents.',
      ),
    );
  });
}
