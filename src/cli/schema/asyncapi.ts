// `schema asyncapi`: the messages that workers and readers of the feed see, as an AsyncAPI 3 document.
import type { Command } from 'commander';
import { answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';

export function asyncApiCommand(schema: Command, cli: Cli): void {
  verb(schema, 'asyncapi', 'Print the AsyncAPI document of the messages', 'schema asyncapi > asyncapi.json').action(
    answering(cli, async () => {
      const { asyncApiDocument } = await import('../../bus/asyncapi.ts');
      const document = asyncApiDocument();
      return done(document, JSON.stringify(document, null, 2));
    }),
  );
}
