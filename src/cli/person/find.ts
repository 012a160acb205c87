// `person find`: by an address they gave, or by their id.
import type { Command } from 'commander';
import type { PersonView } from '../../services/persons/find-persons.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function findCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'find <who>',
    'Find persons by an e-mail address, or one by id; one human may be several',
    'person find ada@example.com',
  ).action(answering(cli, (who: string) => find(cli, who)));
}

async function find(cli: Cli, who: string): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { findByEmail, readPerson } = await import('../../services/persons/find-persons.ts');
    if (!who.startsWith('per_')) {
      const items = await findByEmail(context, who, { actor: by.actor });
      return done({ items }, listed(items));
    }
    const one = await readPerson(context, who);
    return one ? done({ items: [one] }, listed([one])) : failed('no_such_person', `There is no person ${who}.`);
  });
}

const listed = (items: readonly PersonView[]): string =>
  table(
    ['person', 'since', 'subjects', 'hold', 'erased', 'through everywhere'],
    items.map((one) => [
      one.id,
      one.createdAt,
      one.subjects.map((subject) => `${subject.id} (${subject.state})`).join(', ') || '-',
      one.hold ? `${one.hold.reason}, until ${one.hold.until ?? 'lifted'}` : '-',
      one.erasure?.at ?? '-',
      one.erasure?.endedAt ?? '-',
    ]),
    'Nobody is known by that.',
  );
