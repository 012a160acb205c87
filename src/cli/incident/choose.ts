// `incident choose`: a person says which value of a field conflict counts.
import type { Command } from 'commander';
import type { Choice, ConflictDecided } from '../../services/settling/settle-conflicts.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ChooseOptions {
  value: string;
  reason: string;
}

export function chooseCommand(incident: Command, cli: Cli): void {
  verb(
    incident,
    'choose <id>',
    'Say which value of a field conflict counts',
    'incident choose inc_01jd4k2m3n5p6q7r8s9t0v1w2x --value theirs --reason "moved with the candidate"',
  )
    .requiredOption('--value <which>', 'ours (what holds now), theirs, or a third one as JSON')
    .requiredOption('--reason <text>', 'why, for the audit log; nothing personal')
    .action(answering(cli, (id: string, options: ChooseOptions) => choose(cli, id, options)));
}

async function choose(cli: Cli, id: string, { value, reason }: ChooseOptions): Promise<Answer> {
  const choice = choiceOf(value);
  if (!choice) return failed('bad_value', 'A third value is JSON, such as "2026-03-01" in its quotes, or 52000.');
  return inSession(cli, async ({ context, by }) => {
    const { settleConflict } = await import('../../services/settling/settle-conflicts.ts');
    const decided = await settleConflict(context, id, { ...choice, actor: by.actor, reason });
    if (decided.kind !== 'done') return failed(decided.kind, refusal(id, decided));
    const { element, subject, writebacks } = decided;
    const targets = writebacks.map((one) => one.connection).join(', ');
    return done(
      { id, element, subject, writebacks },
      `${element} of ${subject} is settled${targets ? `, and will be written to ${targets}` : ''}.`,
    );
  });
}

function choiceOf(text: string): Choice | null {
  if (text === 'ours' || text === 'theirs') return { choice: text };
  try {
    return { choice: 'other', value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function refusal(id: string, decided: Exclude<ConflictDecided, { kind: 'done' }>): string {
  switch (decided.kind) {
    case 'unknown':
      return `There is no incident ${id}; "interlock incident list --kind field_conflict" shows those that are open.`;
    case 'not_a_conflict':
      return `${id} is no field conflict; "interlock incident settle ${id}" settles it.`;
    case 'already_settled':
      return `The incident ${id} is settled already.`;
    case 'erased':
      return `The person was erased; both values are gone.`;
    case 'invalid_value':
      return `The dictionary does not take this value: ${decided.problems.map((one) => one.detail).join('; ')}.`;
  }
}
