// `person export`: everything that is held about a person, as one JSON document; the export is audited.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ExportOptions {
  out?: string;
}

export function exportCommand(person: Command, cli: Cli): void {
  verb(
    person,
    'export <id>',
    'Export everything that is held about a person',
    'person export per_01jd4k2m3n5p6q7r8s9t0v1w2x --out ada.json',
  )
    .option('--out <file>', 'write it there, readable by you alone; else it is printed')
    .action(answering(cli, (id: string, options: ExportOptions) => exportOne(cli, id, options)));
}

async function exportOne(cli: Cli, id: string, { out }: ExportOptions): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { exportPerson } = await import('../../services/persons/export-person.ts');
    const found = await exportPerson(context, id, { actor: by.actor });
    if (!found) return failed('no_such_person', `There is no person ${id}.`);
    const text = JSON.stringify(found, null, 2);
    if (out === undefined) return done(found, text);
    writeFileSync(out, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return done({ file: out }, `Wrote ${out}. It holds personal data: delete it when it was handed over.`);
  });
}
