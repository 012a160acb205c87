// `alert list`: what fires now, or what did, the newest first.
import { type Command, Option } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  status: 'firing' | 'over' | 'all';
  limit: number;
}

export function listCommand(alert: Command, cli: Cli): void {
  verb(alert, 'list', 'List alerts, the newest first', 'alert list --status all')
    .addOption(new Option('--status <status>', 'which').choices(['firing', 'over', 'all']).default('firing'))
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

async function list(cli: Cli, { status, limit }: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { readAlerts } = await import('../../services/alerts/read-alerts.ts');
    const items = await readAlerts(context, {
      ...(status === 'all' ? {} : { status }),
      after: null,
      rowsMax: limit,
    });
    const rows = items.map((one) => [one.status, one.severity, one.rule, one.text, one.since, one.overAt ?? '-']);
    const none = status === 'firing' ? 'Nothing fires.' : 'There are no such alerts.';
    return done({ items }, table(['status', 'severity', 'rule', 'what', 'since', 'over'], rows, none));
  });
}
