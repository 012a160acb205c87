// `dictionary unknown-fields`: what a connection's vendor sends and the mapping keeps out, with how often.
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function unknownFieldsCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'unknown-fields <connection>',
    'Show the fields of a connection that nobody has mapped, or that could not be read; they are kept out',
    'dictionary unknown-fields greenhouse-eu',
  ).action(answering(cli, (name: string) => unknownFields(cli, name)));
}

async function unknownFields(cli: Cli, name: string): Promise<Answer> {
  const { readUnknownFields } = await import('../../services/intake/unknown-fields.ts');
  return inSession(cli, async ({ context }) => {
    const items = await readUnknownFields(context, name);
    if (!items) return failed('unknown_connection', `There is no connection "${name}".`);
    const rows = items.map((one) => [
      one.pointer === '' ? '(all others)' : one.pointer,
      one.code === null ? one.kind : `${one.kind}: ${one.code}`,
      String(one.seen),
      one.lastSeenAt,
    ]);
    return done(
      { items },
      table(['field', 'why', 'seen', 'last'], rows, 'Nothing was kept out: every field that came is mapped.'),
    );
  });
}
