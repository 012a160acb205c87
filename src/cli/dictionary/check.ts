// `dictionary check`: do the files of dictionary/ fit together?
import type { Command } from 'commander';
import type { Dictionary } from '../../core/dictionary.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';

export function checkCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'check',
    'Check the files of dictionary/; the exit status is 1 when they cannot be used',
    'dictionary check',
  ).action(answering(cli, check));
}

async function check(): Promise<Answer> {
  const { loadDictionary } = await import('../../load-definitions.ts');
  let dictionary: Dictionary;
  try {
    dictionary = loadDictionary();
  } catch (error) {
    return failed('dictionary_faulty', (error as Error).message);
  }
  const counts = {
    elements: dictionary.elements.size,
    events: dictionary.events.size,
    retentionClasses: dictionary.retention.size,
  };
  return done(
    { ...counts, hash: dictionary.hash },
    `The dictionary is fine: ${counts.elements} elements, ${counts.events} events, ${counts.retentionClasses} retention classes; hash ${dictionary.hash.slice(0, 12)}.`,
  );
}
