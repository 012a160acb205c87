// `client change`: other scopes.
import type { Command } from 'commander';
import { scopes } from '../../core/access/scopes.ts';
import { type Answer, answering, failed } from '../answer.ts';
import { commaSeparated, verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './clients.ts';

interface ChangeOptions {
  scopes: string[];
}

export function changeCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'change <id>',
    'Change what a client may do',
    'client change cli_01jd4k2m3n5p6q7r8s9t0v1w2x --scopes events:write',
  )
    .requiredOption(
      '--scopes <list>',
      `all that it may do from now on: ${Object.keys(scopes).join(', ')}`,
      commaSeparated,
    )
    .action(answering(cli, (id: string, options: ChangeOptions) => change(cli, id, options)));
}

async function change(cli: Cli, id: string, options: ChangeOptions): Promise<Answer> {
  const { clientScopesSchema } = await import('../../services/clients/manage-clients.ts');
  const parsed = clientScopesSchema.safeParse(options.scopes);
  if (!parsed.success)
    return failed(
      'invalid_scopes',
      'The scopes cannot be used.',
      parsed.error.issues.map((issue) => ({
        pointer: ['/scopes', ...issue.path.map(String)].join('/'),
        detail: issue.message,
      })),
    );
  return changing(
    cli,
    id,
    (clients, { by }) => clients.changeScopes(id, parsed.data, by),
    `Changed ${id}. What was taken away is gone within seconds; what was added needs a new token.`,
  );
}
