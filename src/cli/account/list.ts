// `account list`: every account, deactivated ones too.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inAccounts } from './accounts.ts';

export function listCommand(account: Command, cli: Cli): void {
  verb(account, 'list', 'List all accounts, deactivated ones too', 'account list').action(
    answering(cli, () => list(cli)),
  );
}

async function list(cli: Cli): Promise<Answer> {
  return inSession(cli, async (session) => {
    const items = await (await inAccounts(session)).list();
    const rows = items.map((one) => [
      one.id,
      one.name,
      one.email ?? '',
      one.deactivatedAt ? 'deactivated' : one.ready ? 'active' : 'no password yet',
      [...one.roles, ...one.rights].join(' '),
    ]);
    return done(
      { items },
      table(
        ['id', 'name', 'address', 'status', 'roles and rights'],
        rows,
        'There are no accounts. The first start prints a link to make one; or: interlock account add',
      ),
    );
  });
}
