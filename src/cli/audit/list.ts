// `audit list`: who changed what, the newest first.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ListOptions {
  objectKind?: string;
  object?: string;
  actor?: string;
  after?: string;
  limit: number;
}

export function listCommand(audit: Command, cli: Cli): void {
  verb(audit, 'list', 'List changes, newest first', 'audit list --object greenhouse-eu')
    .option('--object-kind <kind>', 'only of connections, clients, writebacks, incidents …: "connection"')
    .option('--object <id>', 'only of this one')
    .option('--actor <id>', 'only by this one')
    .option('--after <cursor>', 'the next page: "next" of the page before')
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: ListOptions) => list(cli, options)));
}

async function list(cli: Cli, options: ListOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { readAudit } = await import('../../services/write-audit.ts');
    const { objectKind, object, actor, after, limit } = options;
    const page = await readAudit(context.database.reports, {
      limit,
      ...(objectKind ? { objectKind } : {}),
      ...(object ? { objectId: object } : {}),
      ...(actor ? { actorId: actor } : {}),
      ...(after ? { after } : {}),
    });
    const rows = page.items.map((one) => [
      one.at,
      `${one.actor_kind}:${one.actor_id}`,
      one.action,
      one.object_id,
      JSON.stringify(one.detail),
    ]);
    const more = page.next ? `\n\nMore: --after ${page.next}` : '';
    return done(page, table(['at', 'who', 'what', 'object', 'detail'], rows, 'Nothing was changed.') + more);
  });
}
