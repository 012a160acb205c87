// `incident assign`: who takes care of an incident.
import type { Command } from 'commander';
import type { Assigned } from '../../services/settling/care-for-incidents.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface AssignOptions {
  to?: string;
  nobody?: boolean;
}

export function assignCommand(incident: Command, cli: Cli): void {
  verb(
    incident,
    'assign <id>',
    'Say who takes care of an incident',
    'incident assign inc_01jd4k2m3n5p6q7r8s9t0v1w2x --to ana@example.com',
  )
    .option('--to <account>', 'an account, by its id or its address')
    .option('--nobody', 'take it from whoever has it')
    .action(answering(cli, (id: string, options: AssignOptions) => assign(cli, id, options)));
}

async function assign(cli: Cli, id: string, { to, nobody = false }: AssignOptions): Promise<Answer> {
  if ((to === undefined) === !nobody) return misused('Say either --to <account> or --nobody.');
  return inSession(cli, async ({ context, by }) => {
    const [{ assignIncident }, { manageAccounts }] = await Promise.all([
      import('../../services/settling/care-for-incidents.ts'),
      import('../../services/accounts/manage-accounts.ts'),
    ]);
    const accounts = to === undefined ? [] : await manageAccounts(context).list();
    const found = accounts.find((one) => one.id === to || one.email?.toLowerCase() === to?.toLowerCase());
    if (to !== undefined && !found)
      return failed('unknown_account', `There is no account "${to}"; "interlock account list" shows them.`);
    const assigned = await assignIncident(context, id, { actor: by.actor, account: found?.id ?? null });
    if (assigned.kind !== 'done') return failed(assigned.kind, refusal(id, assigned));
    return done(
      { id, assignedTo: found?.id ?? null },
      found ? `${found.name} takes care of ${id}.` : `Nobody takes care of ${id} any more.`,
    );
  });
}

function refusal(id: string, assigned: Exclude<Assigned, { kind: 'done' }>): string {
  switch (assigned.kind) {
    case 'unknown':
      return `There is no incident ${id}; "interlock incident list" shows those that are open.`;
    case 'already_settled':
      return `The incident ${id} is settled already.`;
    case 'not_a_carer':
      return 'The account is not active, or neither operator nor admin, so it could not settle anything.';
  }
}
