// `account reset`: a link to choose a new password; shown this once.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inAccounts, passwordUrl, refusal } from './accounts.ts';

export function resetCommand(account: Command, cli: Cli): void {
  verb(
    account,
    'reset <id>',
    'Make a link to choose a new password; all sessions of the account end',
    'account reset acc_01jd4k2m3n5p6q7r8s9t0v1w2x',
  ).action(answering(cli, (id: string) => reset(cli, id)));
}

async function reset(cli: Cli, id: string): Promise<Answer> {
  return inSession(cli, async (session) => {
    const made = await (await inAccounts(session)).reset(id, session.by);
    if (made.kind !== 'made') return refusal(id, made.kind);
    const url = passwordUrl(session, made.link);
    return done({ id, passwordUrl: url }, `Good once, for 24 hours, and shown only now:\n\n  ${url}`);
  });
}
