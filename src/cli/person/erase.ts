// `person erase`: for good.
import { type Command, Option } from 'commander';
import { type LegalBasis, legalBases } from '../../core/dictionary/legal-basis.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { unconfirmed } from '../confirm.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface EraseOptions {
  basis: LegalBasis;
  reason: string;
  yes?: boolean;
  json?: boolean;
}

export function eraseCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'erase <id>',
    'Erase a person: payloads and values go, and so do the keys',
    'person erase per_01jd4k2m3n5p6q7r8s9t0v1w2x --basis consent_withdrawn --reason "request 4711" --yes',
  )
    .addOption(new Option('--basis <basis>', 'the ground').choices(legalBases).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why, for the audit log; nothing personal')
    .option('--yes', 'do not ask')
    .action(answering(cli, (id: string, options: EraseOptions) => erase(cli, id, options)));
}

async function erase(cli: Cli, id: string, options: EraseOptions): Promise<Answer> {
  const no = await unconfirmed(cli, options, `Everything personal about ${id} will be gone for good.`);
  if (no) return no;
  return inSession(cli, async ({ context, by }) => {
    const [{ erasePerson }, { personView }] = await Promise.all([
      import('../../services/persons/erase-person.ts'),
      import('../../services/persons/find-persons.ts'),
    ]);
    const { basis, reason } = options;
    const erased = await erasePerson(context, id, { actor: by.actor, basis, reason });
    if (erased.kind === 'unknown') return failed('no_such_person', `There is no person ${id}.`);
    if (erased.kind === 'held')
      return failed(
        'legal_hold',
        `${id} is under a legal hold, until ${erased.until ?? 'it is lifted'}: ${erased.reason}`,
      );
    const { scope, unsearched } = erased;
    const person = personView(erased.person);
    const lines = [
      `Erased ${id}: ${scope.subjects} subjects, ${scope.events} events, ${scope.values} values, ${scope.strangers} events of nobody known.`,
      `Let go: ${scope.waived} writebacks (${scope.inFlight} on their way) and ${scope.parked} events that waited.`,
      ...(person.recipients.length > 0
        ? [`These systems hold copies of their own: ${person.recipients.join(', ')}.`]
        : []),
      ...(unsearched
        ? ['Not all payloads in quarantine were looked through: there are too many. Settle some and erase again.']
        : []),
    ];
    return done({ person, scope, unsearched }, lines.join('\n'));
  });
}
