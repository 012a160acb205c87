// The use cases of accounts on an open session, and what their refusals say.
import type { Accounts } from '../../services/accounts/manage-accounts.ts';
import { type Answer, done, failed } from '../answer.ts';
import { inSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';

export async function inAccounts({ context }: Session): Promise<Accounts> {
  const { manageAccounts } = await import('../../services/accounts/manage-accounts.ts');
  return manageAccounts(context);
}

/** Runs one change of an account that has nothing to tell but that it was made. */
export async function changing(
  cli: Cli,
  id: string,
  work: (accounts: Accounts, session: Session) => Promise<{ kind: string }>,
  text: string,
): Promise<Answer> {
  return inSession(cli, async (session) => {
    const changed = await work(await inAccounts(session), session);
    return changed.kind === 'changed' ? done({ id }, text) : refusal(id, changed.kind);
  });
}

export function refusal(id: string, code: string): Answer {
  return failed(code, (messages[code] ?? 'It could not be changed.').replace('{id}', id));
}

const messages: Record<string, string> = {
  unknown_account: 'There is no account {id}; "interlock account list" shows those there are.',
  deactivated: 'The account {id} was deactivated, which is for good. Add another one.',
  last_admin: '{id} is the last admin: nobody could make accounts any more. Make somebody else an admin first.',
};

/** Where the link leads; good once, for a day. */
export const passwordUrl = (session: Session, link: string): string => `${session.publicUrl}/password/${link}`;
