// `account change`: other roles.
import type { Command } from 'commander';
import { roles } from '../../core/roles.ts';
import { type Answer, answering, failed } from '../answer.ts';
import { commaSeparated, verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './accounts.ts';

interface ChangeOptions {
  roles: string[];
}

export function changeCommand(account: Command, cli: Cli): void {
  verb(
    account,
    'change <id>',
    'Change what somebody may do; their sessions end',
    'account change acc_01jd4k2m3n5p6q7r8s9t0v1w2x --roles operator,auditor',
  )
    .requiredOption(
      '--roles <list>',
      `all that they may do from now on: ${Object.keys(roles).join(', ')}`,
      commaSeparated,
    )
    .action(answering(cli, (id: string, options: ChangeOptions) => change(cli, id, options)));
}

async function change(cli: Cli, id: string, options: ChangeOptions): Promise<Answer> {
  const { rolesSchema } = await import('../../services/manage-accounts.ts');
  const parsed = rolesSchema.safeParse(options.roles);
  if (!parsed.success)
    return failed(
      'invalid_roles',
      'The roles cannot be used.',
      parsed.error.issues.map((issue) => ({
        pointer: ['/roles', ...issue.path.map(String)].join('/'),
        detail: issue.message,
      })),
    );
  return changing(
    cli,
    id,
    (accounts, { by }) => accounts.setRoles(id, parsed.data, by),
    `Changed ${id}. They sign in again with their new roles.`,
  );
}
