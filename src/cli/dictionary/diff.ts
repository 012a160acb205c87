// `dictionary diff`: what changed between two versions, wider or narrower, and what of it breaks.
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DictionaryDocument } from '../../core/dictionary/dictionary.ts';
import { diffDictionaries } from '../../core/dictionary/diff.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface DiffOptions {
  breaking?: boolean;
}

export function diffCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'diff <before> <after>',
    'Compare two versions: numbers on record, or folders laid out as dictionary/ is',
    'dictionary diff 3 ./dictionary',
  )
    .option('--breaking', 'the exit status is 1 when something breaks')
    .action(answering(cli, (before: string, after: string, options: DiffOptions) => diff(cli, before, after, options)));
}

async function diff(cli: Cli, before: string, after: string, options: DiffOptions): Promise<Answer> {
  const documents: DictionaryDocument[] = [];
  for (const name of [before, after]) {
    const found = await documentOf(cli, name);
    if ('kind' in found) return found;
    documents.push(found.document);
  }
  const [a, b] = documents as [DictionaryDocument, DictionaryDocument];
  const changes = diffDictionaries(a, b);
  const breaks = changes.filter((one) => one.breaking).length;
  const rows = changes.map((one) => [one.effect, one.breaking ? 'breaking' : '', one.at, one.says]);
  const text = table(['effect', '', 'where', 'change'], rows, 'Both say the same.');
  const summary = changes.length === 0 ? '' : `\n\n${changes.length} changes, ${breaks} of them breaking.`;
  return done({ changes, breaking: breaks > 0 }, `${text}${summary}`, options.breaking && breaks > 0 ? 1 : 0);
}

async function documentOf(cli: Cli, name: string): Promise<{ document: DictionaryDocument } | Answer> {
  if (/^\d{1,9}$/.test(name)) {
    const { findDictionaryDocument } = await import('../../store/log/machine-versions.ts');
    const document = await inSession(cli, ({ context }) =>
      findDictionaryDocument(context.database.reports, Number(name)),
    );
    return document
      ? { document: document as DictionaryDocument }
      : failed('unknown_version', `There is no version ${name} of the dictionary on record.`);
  }
  const folder = resolve(name);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    return failed('unknown_version', `"${name}" is neither the number of a version nor a folder.`);
  const { loadDictionary } = await import('../../load-definitions.ts');
  try {
    return { document: loadDictionary(folder).document };
  } catch (error) {
    return failed('dictionary_faulty', `${name}: ${(error as Error).message}`);
  }
}
