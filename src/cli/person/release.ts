// `person release`: lifts a legal hold.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusedHold } from './refused-hold.ts';

export function releaseCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'release <id>',
    'Lift a legal hold',
    'person release per_01jd4k2m3n5p6q7r8s9t0v1w2x --reason "case closed"',
  )
    .requiredOption('--reason <text>', 'why; nothing personal')
    .action(answering(cli, (id: string, { reason }: { reason: string }) => release(cli, id, reason)));
}

async function release(cli: Cli, id: string, reason: string): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { releasePerson } = await import('../../services/persons/hold-person.ts');
    const held = await releasePerson(context, id, { actor: by.actor, reason });
    return held.kind === 'done' ? done({ id }, `${id} is under no hold any more.`) : refusedHold(id, held);
  });
}
