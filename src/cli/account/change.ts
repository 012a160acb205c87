// `account change`: other roles, other rights beside them, or both.
import type { Command } from 'commander';
import { rights, roles } from '../../core/access/roles.ts';
import { type Answer, answering, failed, misused } from '../answer.ts';
import { commaSeparated, verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { changing } from './accounts.ts';

interface ChangeOptions {
  roles?: string[];
  rights?: string[];
}

export function changeCommand(account: Command, cli: Cli): void {
  verb(
    account,
    'change <id>',
    'Change what somebody may do; their sessions end',
    'account change acc_01jd4k2m3n5p6q7r8s9t0v1w2x --roles operator,auditor --rights export',
  )
    .option('--roles <list>', `all that they are from now on: ${Object.keys(roles).join(', ')}`, commaSeparated)
    .option(
      '--rights <list>',
      `all that they may beside that: ${Object.keys(rights).join(', ')}; "none" takes it away`,
      commaSeparated,
    )
    .action(answering(cli, (id: string, options: ChangeOptions) => change(cli, id, options)));
}

async function change(cli: Cli, id: string, options: ChangeOptions): Promise<Answer> {
  if (options.roles === undefined && options.rights === undefined)
    return misused(`Say what changes: --roles ${Object.keys(roles).join(',')}, or --rights export.`);
  const { rightsSchema, rolesSchema } = await import('../../services/accounts/manage-accounts.ts');
  const parsedRoles = rolesSchema.optional().safeParse(options.roles);
  if (!parsedRoles.success) return invalid('roles', parsedRoles.error);
  const wanted = options.rights?.join() === 'none' ? [] : options.rights;
  const parsedRights = rightsSchema.optional().safeParse(wanted);
  if (!parsedRights.success) return invalid('rights', parsedRights.error);
  return changing(
    cli,
    id,
    async (accounts, { by }) => {
      const changed = parsedRoles.data ? await accounts.setRoles(id, parsedRoles.data, by) : null;
      if (parsedRights.data === undefined || (changed && changed.kind !== 'changed'))
        return changed ?? { kind: 'changed' };
      return accounts.setRights(id, parsedRights.data, by);
    },
    `Changed ${id}. They sign in again with what they may do now.`,
  );
}

const invalid = (
  what: 'roles' | 'rights',
  error: { issues: readonly { path: PropertyKey[]; message: string }[] },
): Answer =>
  failed(
    `invalid_${what}`,
    `The ${what} cannot be used.`,
    error.issues.map((issue) => ({
      pointer: [`/${what}`, ...issue.path.map(String)].join('/'),
      detail: issue.message,
    })),
  );
