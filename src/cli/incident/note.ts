// `incident note`: what somebody found out about an incident, for those who come after.
import type { Command } from 'commander';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface NoteOptions {
  text: string;
}

export function noteCommand(incident: Command, cli: Cli): void {
  verb(
    incident,
    'note <id>',
    'Note something about an incident',
    'incident note inc_01jd4k2m3n5p6q7r8s9t0v1w2x --text "asked the vendor, case 4711"',
  )
    .requiredOption('--text <text>', 'one line; it stays until the person it is about is erased')
    .action(answering(cli, (id: string, options: NoteOptions) => note(cli, id, options)));
}

async function note(cli: Cli, id: string, { text }: NoteOptions): Promise<Answer> {
  const { limits } = await import('../../core/limits.ts');
  const body = text.trim();
  if (body === '' || body.length > limits.incidentNoteCharsMax || /[\p{Cc}\p{Cs}]/u.test(body))
    return misused(`A note is one line of at most ${limits.incidentNoteCharsMax} characters.`);
  return inSession(cli, async ({ context, by }) => {
    const { noteIncident } = await import('../../services/settling/care-for-incidents.ts');
    const noted = await noteIncident(context, id, { actor: by.actor, body });
    switch (noted.kind) {
      case 'unknown':
        return failed('unknown', `There is no incident ${id}; "interlock incident list --status all" shows them.`);
      case 'full':
        return failed('full', `${id} has as many notes as an incident takes.`);
      case 'done':
        return done({ id }, `Noted on ${id}.`);
    }
  });
}
