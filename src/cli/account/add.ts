// `account add`: makes an account and shows the link to choose its password with, this once.
import type { Command } from 'commander';
import { roles } from '../../core/access/roles.ts';
import { type Answer, answering, done, failed, misused, type Problem } from '../answer.ts';
import { askSome, canAsk } from '../ask.ts';
import { commaSeparated, verb } from '../command.ts';
import { fields, indent } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inAccounts, passwordUrl } from './accounts.ts';

interface AddOptions {
  email: string;
  roles?: string[];
  json?: boolean;
}

export function addCommand(account: Command, cli: Cli): void {
  verb(
    account,
    'add <name>',
    'Add an account; the link to choose its password is shown this once',
    'account add "Ada Byron" --email ada@example.com --roles operator',
  )
    .requiredOption('--email <address>', 'what they sign in with')
    .option('--roles <list>', `what they may do: ${Object.keys(roles).join(', ')}`, commaSeparated)
    .action(answering(cli, (name: string, options: AddOptions) => add(cli, name, options)));
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<Answer> {
  const wanted =
    options.roles ??
    (canAsk(cli, options)
      ? await askSome(
          cli,
          'What may they do?',
          Object.entries(roles).map(([value, hint]) => ({ value, hint })),
        )
      : null);
  if (wanted === null) return misused(`Say what they may do: --roles ${Object.keys(roles).join(',')}.`);
  const { newAccountSchema } = await import('../../services/accounts/manage-accounts.ts');
  const parsed = newAccountSchema.safeParse({ name, email: options.email, roles: wanted });
  if (!parsed.success)
    return failed(
      'invalid_account',
      'The account cannot be made.',
      parsed.error.issues.map(
        (issue): Problem => ({ pointer: `/${issue.path.map(String).join('/')}`, detail: issue.message }),
      ),
    );
  return inSession(cli, async (session) => {
    const added = await (await inAccounts(session)).add(parsed.data, session.by);
    if (added.kind === 'email_taken')
      return failed('email_taken', 'There is an account with that address already; "interlock account list" shows it.');
    const url = passwordUrl(session, added.link);
    const text = [
      `Added ${parsed.data.name}.`,
      indent(
        fields([
          ['id', added.id],
          ['roles', parsed.data.roles.join(' ')],
        ]),
      ),
      'Here the password is chosen; the link is good once, for 24 hours, and shown only now:',
      indent(url),
    ].join('\n\n');
    return done({ id: added.id, name: parsed.data.name, roles: parsed.data.roles, passwordUrl: url }, text);
  });
}
