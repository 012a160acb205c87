// `machine propose`: puts a version before the committee; checked by every rule first, and running only once all have signed.
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { readDefinitions } from './read-definitions.ts';

interface ProposeOptions {
  note: string;
}

export function proposeCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'propose <file>',
    'Propose a version: it can be compared, replayed and signed on the page Machines',
    'machine propose machines/application.v3.ts --note "Interviews may be skipped for interns"',
  )
    .requiredOption('--note <text>', 'why; kept for ever, so nothing about people')
    .action(answering(cli, (file: string, options: ProposeOptions) => propose(cli, file, options)));
}

async function propose(cli: Cli, file: string, { note }: ProposeOptions): Promise<Answer> {
  const read = await readDefinitions(file);
  if ('wrong' in read) return read.wrong;
  const [definition, ...others] = read.definitions;
  if (!definition || others.length > 0) return failed('not_one', `${file} must hold exactly one machine.`);
  if (note.trim() === '') return failed('no_note', 'Say why with --note: the committee wants to know.');
  return inSession(cli, async ({ context, by }) => {
    const { proposeVersion, definitionCharsMax } = await import('../../services/versions/propose-version.ts');
    const proposed = await proposeVersion(context, definition, note.trim(), by);
    switch (proposed.kind) {
      case 'proposed':
        return done(
          proposed,
          `Proposed ${proposed.machine} v${proposed.version} (${proposed.hash.slice(0, 12)}…).${proposed.replaces === null ? '' : ' It takes the place of the proposal before, whose signatures do not count for it.'}`,
        );
      case 'unchanged':
        return done(proposed, 'The newest proposal says the very same; its signatures stand.');
      case 'already_released':
        return failed('already_released', `Versions up to ${proposed.latest} are on record: take the next number.`);
      case 'too_large':
        return failed('too_large', `A definition may have ${definitionCharsMax} characters as JSON.`);
      case 'not_sound':
        return failed(
          'not_sound',
          'It breaks rules, so nobody is asked to sign it.',
          proposed.findings.map((one) => ({ pointer: one.path || '(the machine)', detail: one.message })),
        );
    }
  });
}
