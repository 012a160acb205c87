// `person due`: whom retention would erase now; changes nothing.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from '../page.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function dueCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'due',
    "List persons whose time is over by the dictionary's retention, without erasing anybody",
    'person due --limit 200',
  )
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, ({ limit }: { limit: number }) => due(cli, limit)));
}

async function due(cli: Cli, limit: number): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { findDue } = await import('../../services/persons/keep-retention.ts');
    const items = await findDue(context, limit);
    return done(
      { items },
      table(
        ['person', 'ended', 'due since'],
        items.map((one) => [one.id, one.since, one.due_at]),
        'Nobody is due.',
      ),
    );
  });
}
