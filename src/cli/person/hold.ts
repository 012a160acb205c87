// `person hold`: a legal hold, under which nobody erases.
import { type Command, InvalidArgumentError } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusedHold } from './refused-hold.ts';

interface HoldOptions {
  reason: string;
  until?: string;
}

export function holdCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'hold <id>',
    'Put a person under a legal hold',
    'person hold per_01jd4k2m3n5p6q7r8s9t0v1w2x --reason "case 12/26" --until 2027-12-31T00:00:00Z',
  )
    .requiredOption('--reason <text>', 'why; nothing personal')
    .option('--until <time>', 'when it ends by itself; else when it is lifted', parseMoment)
    .action(answering(cli, (id: string, options: HoldOptions) => hold(cli, id, options)));
}

async function hold(cli: Cli, id: string, { reason, until }: HoldOptions): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { holdPerson } = await import('../../services/persons/hold-person.ts');
    const held = await holdPerson(context, id, { actor: by.actor, reason, until: until ?? null });
    return held.kind === 'done'
      ? done({ id, until: until ?? null }, `${id} is held until ${until ?? 'it is lifted'}.`)
      : refusedHold(id, held);
  });
}

function parseMoment(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('It is a time such as 2027-12-31T00:00:00Z.');
  return new Date(at).toISOString();
}
