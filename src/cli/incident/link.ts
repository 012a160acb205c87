// `incident same` and `incident different`: a person says whether two persons are one human.
import type { Command } from 'commander';
import type { DuplicateDecided } from '../../services/settling/settle-duplicates.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface LinkOptions {
  reason: string;
}

export function sameCommand(incident: Command, cli: Cli): void {
  register(incident, cli, true, 'same <id>', 'Link two persons who are one human');
}

export function differentCommand(incident: Command, cli: Cli): void {
  register(incident, cli, false, 'different <id>', 'Say that two persons are not one human');
}

function register(incident: Command, cli: Cli, same: boolean, usage: string, description: string): void {
  const example = usage.replace('<id>', 'inc_01jd4k2m3n5p6q7r8s9t0v1w2x');
  verb(incident, usage, description, `incident ${example} --reason "compared their papers"`)
    .requiredOption('--reason <text>', 'why, for the audit log; nothing personal')
    .action(answering(cli, (id: string, options: LinkOptions) => decide(cli, id, same, options)));
}

async function decide(cli: Cli, id: string, same: boolean, { reason }: LinkOptions): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { settleDuplicate } = await import('../../services/settling/settle-duplicates.ts');
    const decided = await settleDuplicate(context, id, { same, reason, actor: by.actor });
    if (decided.kind !== 'done') return failed(decided.kind, refusal(id, decided));
    const { persons } = decided;
    return done(
      { id, same, persons },
      same
        ? `${persons.join(', ')} are one human: found, exported and erased together.`
        : `${persons.join(' and ')} stay apart, and nobody is asked again.`,
    );
  });
}

function refusal(id: string, decided: Exclude<DuplicateDecided, { kind: 'done' }>): string {
  switch (decided.kind) {
    case 'unknown':
      return `There is no incident ${id}; "interlock incident list --kind duplicate_profile" shows those that are open.`;
    case 'not_a_proposal':
      return `${id} does not propose that two persons are one.`;
    case 'already_settled':
      return `The incident ${id} is settled already.`;
    case 'erased':
      return 'One of the two was erased.';
  }
}
